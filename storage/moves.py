"""Every move of a case as it happened: written with the move (`cases.advance`), read for history and figures."""

from __future__ import annotations

from datetime import date, datetime

from casework.records import CORRECTION, VISIT, Cause, NextStep, Person, Transition
from storage.database import Row, Tx, from_micros, to_micros

_MOVE = (
    "m.id, m.at, m.cause, m.cause_id, m.person_id, m.was, m.status, m.step, m.due_on, m.team_id, m.waits_for, "
    "m.enrolled_on, m.detail"
)


async def record(
    tx: Tx, case_id: int, was: str, step: NextStep, cause: Cause, team_id: int | None, now: datetime, detail: str
) -> None:
    await tx.run(
        "INSERT INTO transition (case_id, at, cause, cause_id, person_id, was, status, step, due_on, team_id, "
        "waits_for, enrolled_on, detail) VALUES (:case_id, :now, :cause, :cause_id, :person, :was, :status, :step, "
        ":due, :team, :waits, :enrolled, :detail)",
        case_id=case_id,
        now=to_micros(now),
        cause=cause.kind,
        cause_id=cause.id,
        person=cause.person_id,
        was=was,
        status=step.status,
        step=step.step,
        due=step.due_on.isoformat() if step.due_on else None,
        team=team_id,
        waits=step.waits_for,
        enrolled=step.enrolled_on.isoformat() if step.enrolled_on else None,
        detail=detail,
    )


async def history(tx: Tx, me: Person, case_id: int) -> list[Transition]:
    """The moves of a case, oldest first."""
    rows = await tx.rows(
        f"SELECT {_MOVE} FROM transition m JOIN visible_to v ON v.case_id = m.case_id AND v.person_id = :me "
        "WHERE m.case_id = :id ORDER BY m.id",
        me=me.id,
        id=case_id,
    )
    return [_transition(row) for row in rows]


async def after_visits(tx: Tx, case_id: int, since: datetime) -> NextStep | None:
    """Where answers, checks, lists and people have brought a case after that moment, whatever its visits said.

    The status is empty when only the step was decided: then it is what the visits say.
    """
    row = await tx.row(
        f"SELECT {_MOVE} FROM transition m WHERE m.case_id = :id AND m.at > :since "
        "AND m.cause NOT IN (:visit, :correction) ORDER BY m.id DESC LIMIT 1",
        id=case_id,
        since=to_micros(since),
        visit=VISIT,
        correction=CORRECTION,
    )
    if row is None:
        return None
    status = "" if row["was"] == row["status"] else row["status"]
    return NextStep(status, row["step"], _day(row["due_on"]), row["waits_for"], _day(row["enrolled_on"]))


def _transition(row: Row) -> Transition:
    at = from_micros(row["at"])
    assert at is not None
    cause = Cause(row["cause"], row["cause_id"], row["person_id"])
    return Transition(
        at, cause, row["was"], row["status"], row["step"], _day(row["due_on"]), row["team_id"], row["detail"]
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
