"""What somebody said to an alert: that they know, that they want to hear of it again on a later day, or not at all.

What a newcomer gets wrong: nothing here moves a case or delays anybody else's turn. "Know" and "later" are about the
step as it stood and end with it; "mute" is about the case and ends with its day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from casework.records import Case, Person
from storage import audit
from storage.database import Row, Tx, in_list, to_micros

KNOWN, LATER, MUTED = "known", "later", "muted"
_SAME_STEP = "r.step = c.next_step AND r.due_on = c.due_on"
RUNNING = (
    "SELECT 1 FROM respite r WHERE r.case_id = c.id AND r.person_id = p.id AND r.ended_at IS NULL AND ("
    f"(r.kind = 'known' AND {_SAME_STEP}) OR (r.kind = 'later' AND r.until_on > :today AND {_SAME_STEP}) "
    "OR (r.kind = 'muted' AND r.until_on > :today))"
)
"""Whether the person `p` wants to hear nothing of the case `c` today."""


@dataclass(frozen=True)
class Respite:
    """`until_on` is the day on which they hear of it again; only "later" has a reason. It is running until they do, or
    take it back."""

    id: int
    case_id: int
    person_id: int
    kind: str
    until_on: date
    reason: str
    is_running: bool


async def keep(tx: Tx, me: Person, case: Case, kind: str, until_on: date, now: datetime, reason: str = "") -> bool:
    """True for the first; the same said again on a later day takes the place of the other."""
    assert case.due_on is not None
    await tx.run(
        "UPDATE respite SET ended_at = :now WHERE case_id = :case_id AND person_id = :me AND kind = :kind "
        "AND ended_at IS NULL AND (until_on <> :until OR step <> :step OR due_on <> :due)",
        now=to_micros(now), case_id=case.id, me=me.id, kind=kind, until=until_on.isoformat(), step=case.next_step,
        due=case.due_on.isoformat(),
    )  # fmt: skip
    row = await tx.row(
        "INSERT INTO respite (case_id, person_id, kind, step, due_on, until_on, reason, at) "
        "VALUES (:case_id, :me, :kind, :step, :due, :until, :reason, :now) ON CONFLICT DO NOTHING RETURNING id",
        case_id=case.id, me=me.id, kind=kind, step=case.next_step, due=case.due_on.isoformat(),
        until=until_on.isoformat(), reason=reason, now=to_micros(now),
    )  # fmt: skip
    if row:
        tx.touch(f"case {case.id}")
        await audit.note(tx, now, me.id, f"alert {kind}", case.id, f"respite {row['id']}")
    return row is not None


async def end(tx: Tx, me: Person, case_id: int, kind: str, until_on: date, now: datetime) -> bool:
    """Taken back by whoever said it; the day keeps an old button from ending a newer one. False when it is over."""
    row = await tx.row(
        "UPDATE respite SET ended_at = :now WHERE case_id = :case_id AND person_id = :me AND kind = :kind "
        "AND until_on = :until AND ended_at IS NULL RETURNING id",
        now=to_micros(now), case_id=case_id, me=me.id, kind=kind, until=until_on.isoformat(),
    )  # fmt: skip
    if row:
        await audit.note(tx, now, me.id, f"took back alert {kind}", case_id, f"respite {row['id']}")
    return row is not None


async def of(tx: Tx, case_ids: Collection[int], today: date) -> list[Respite]:
    """What was said to the alerts of these cases by whom: of the step that each owes now, also what is over by its
    day, and what is muted today; oldest first."""
    rows = await tx.rows(
        "SELECT r.id, r.case_id, r.person_id, r.kind, r.until_on, r.reason, r.ended_at IS NULL AS running "
        "FROM respite r JOIN child_case c ON c.id = r.case_id JOIN person p ON p.id = r.person_id AND p.active = 1 "
        f"WHERE r.case_id IN ({in_list(case_ids)}) AND (r.ended_at IS NULL OR r.told_on > '') "
        f"AND ((r.kind <> :muted AND {_SAME_STEP}) OR (r.kind = :muted AND r.until_on > :today)) ORDER BY r.id",
        muted=MUTED,
        today=today.isoformat(),
    )
    return [_respite(row) for row in rows]


async def silent(tx: Tx, today: date) -> set[tuple[int, int]]:
    """Who wants to hear nothing of which case today: person and case."""
    rows = await tx.rows(
        "SELECT r.person_id, r.case_id FROM respite r JOIN child_case c ON c.id = r.case_id "
        "WHERE r.ended_at IS NULL AND r.until_on > :today "
        f"AND (r.kind = :muted OR (r.kind = :later AND {_SAME_STEP}))",
        muted=MUTED,
        later=LATER,
        today=today.isoformat(),
    )
    return {(row["person_id"], row["case_id"]) for row in rows}


async def overdue_muted(tx: Tx, me: Person, today: date) -> int:
    """Of how many overdue cases a person wants no alerts today."""
    row = await tx.one(
        "SELECT count(DISTINCT r.case_id) AS n FROM respite r "
        "JOIN visible_to v ON v.case_id = r.case_id AND v.person_id = r.person_id "
        "JOIN child_case c ON c.id = r.case_id AND c.due_on < :today "
        "WHERE r.person_id = :me AND r.kind = :muted AND r.until_on > :today AND r.ended_at IS NULL",
        me=me.id,
        muted=MUTED,
        today=today.isoformat(),
    )
    return int(row["n"])


async def come(tx: Tx, today: date) -> dict[int, list[int]]:
    """Whose day has come on which they want to hear of a case again, that still owes the same step and that they see;
    by person."""
    rows = await tx.rows(
        "SELECT r.person_id, r.case_id FROM respite r JOIN child_case c ON c.id = r.case_id "
        f"WHERE r.kind = :later AND r.until_on <= :today AND r.ended_at IS NULL AND {_SAME_STEP} "
        "AND EXISTS (SELECT 1 FROM visible_to v WHERE v.case_id = r.case_id AND v.person_id = r.person_id) "
        "ORDER BY r.person_id, c.due_on, c.id",
        later=LATER,
        today=today.isoformat(),
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["person_id"], []).append(row["case_id"])
    return found


async def heard(tx: Tx, person_id: int, case_ids: Collection[int], today: date, now: datetime) -> None:
    """They are told of these cases today, so what they said before counts no longer; that they said it is kept."""
    await tx.run(
        "UPDATE respite SET told_on = :today, ended_at = :now WHERE person_id = :person "
        f"AND case_id IN ({in_list(case_ids)}) AND kind <> :muted AND ended_at IS NULL",
        today=today.isoformat(),
        now=to_micros(now),
        person=person_id,
        muted=MUTED,
    )


def _respite(row: Row) -> Respite:
    return Respite(
        row["id"], row["case_id"], row["person_id"], row["kind"], date.fromisoformat(row["until_on"]), row["reason"],
        bool(row["running"]),
    )  # fmt: skip
