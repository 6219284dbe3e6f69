"""Every move of a case as it happened: written with the move (`cases.advance`), read for history and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from casework.records import (
    CORRECTION,
    DECISION,
    LEADER,
    MUNICIPAL,
    REGIONAL,
    VISIT,
    Cause,
    NextStep,
    Person,
    Transition,
)
from storage.database import Row, Tx, moment_of, to_micros

_MOVE = (
    "m.id, m.at, m.cause, m.cause_id, m.person_id, m.was, m.status, m.step, m.due_on, m.team_id, m.waits_for, "
    "m.enrolled_on, m.detail"
)


GAVE = "gave"
"""The detail of a decision that changed the owner alone, and nothing of what the case owes."""
SPLIT = "split"
"""The detail of one that moved many at once, and can be put back."""
RAISED = {LEADER: "raised.leader", MUNICIPAL: "raised.coordinator", REGIONAL: "raised.region"}
"""The detail of one that told whoever has that role; only the leader gets the step too."""


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
        f"SELECT {_MOVE} FROM transition m WHERE m.case_id = :id AND m.at > :since AND m.cause NOT IN (:visit, "
        ":correction) AND m.detail NOT IN (:gave, :split, :raised, :raised_higher) ORDER BY m.id DESC LIMIT 1",
        id=case_id,
        since=to_micros(since),
        visit=VISIT,
        correction=CORRECTION,
        gave=GAVE,
        split=SPLIT,
        raised=RAISED[MUNICIPAL],
        raised_higher=RAISED[REGIONAL],
    )
    if row is None:
        return None
    return replace(_owed(row), status="" if row["was"] == row["status"] else row["status"])


async def last_change(tx: Tx, case_id: int) -> str:
    """Why the case has the status it has; empty when it is not known."""
    row = await tx.row(
        "SELECT cause FROM transition WHERE case_id = :id AND was <> status ORDER BY id DESC LIMIT 1", id=case_id
    )
    return str(row["cause"]) if row else ""


@dataclass(frozen=True)
class Given:
    """A case that a split moved, with the team it came from and what it owed there (None when that is not known)."""

    case_id: int
    from_team: int
    to_team: int
    owed: NextStep | None
    newest: bool
    """Nothing has happened to it since."""


async def last_split(tx: Tx, person_id: int) -> int:
    """The number by which the split that the person has just made is put back: its first move."""
    row = await tx.one(
        "SELECT min(m.id) AS first FROM transition m WHERE m.person_id = :me AND m.cause = :decision "
        "AND m.detail = :split AND m.at = (SELECT max(n.at) FROM transition n WHERE n.person_id = :me "
        "AND n.cause = :decision AND n.detail = :split)",
        me=person_id,
        decision=DECISION,
        split=SPLIT,
    )
    return int(row["first"])


async def of_split(tx: Tx, me: Person, first: int, since: datetime) -> list[Given]:
    """The cases that a split made after `since` moved and that the person may see."""
    rows = await tx.rows(
        "SELECT m.case_id, m.cause_id AS from_team, m.team_id AS to_team, p.id, p.status, p.step, p.due_on, "
        "p.waits_for, p.enrolled_on, NOT EXISTS "
        "(SELECT 1 FROM transition x WHERE x.case_id = m.case_id AND x.id > m.id) AS newest "
        "FROM transition f JOIN transition m ON m.at = f.at AND m.person_id = f.person_id AND m.detail = f.detail "
        "JOIN visible_to v ON v.case_id = m.case_id AND v.person_id = :me "
        "LEFT JOIN transition p ON p.id = "
        "(SELECT max(q.id) FROM transition q WHERE q.case_id = m.case_id AND q.id < m.id) "
        "WHERE f.id = :first AND f.cause = :decision AND f.detail = :split AND f.at >= :since ORDER BY m.id",
        me=me.id,
        first=first,
        since=to_micros(since),
        decision=DECISION,
        split=SPLIT,
    )
    return [
        Given(row["case_id"], row["from_team"], row["to_team"], _owed(row) if row["id"] else None, bool(row["newest"]))
        for row in rows
    ]


def _owed(row: Row) -> NextStep:
    return NextStep(row["status"], row["step"], _day(row["due_on"]), row["waits_for"], _day(row["enrolled_on"]))


def _transition(row: Row) -> Transition:
    at = moment_of(row["at"])
    cause = Cause(row["cause"], row["cause_id"], row["person_id"])
    return Transition(
        at, cause, row["was"], row["status"], row["step"], _day(row["due_on"]), row["team_id"], row["detail"]
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
