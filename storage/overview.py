"""What happened in somebody's area: the facts of a digest."""

from __future__ import annotations

from datetime import date, datetime

from casework.digest import Done
from casework.escalation import Held
from casework.records import Person
from storage.database import Tx, to_micros


async def done_between(tx: Tx, me: Person, since: datetime, until: datetime, *, after: int) -> list[Done]:
    """The visits saved in `[since, until)` that the person may see, and those before it that came later than `after`.

    A message may be handled long after it arrived, and its visit bears the time of its arrival.
    """
    rows = await tx.rows(
        # First the work of those days, else all visits that the person's cases ever had would be looked at.
        "WITH w AS MATERIALIZED (SELECT case_id, team_id, outcome FROM visit "
        "WHERE saved_at < :until AND (saved_at >= :since OR id > :after)) "
        "SELECT coalesce(t.name, '') AS team, w.outcome FROM w "
        "JOIN visible_to v ON v.case_id = w.case_id AND v.person_id = :me LEFT JOIN team t ON t.id = w.team_id",
        me=me.id,
        since=to_micros(since),
        until=to_micros(until),
        after=after,
    )
    return [Done(row["team"], row["outcome"]) for row in rows]


async def overdue_held(tx: Tx, me: Person, today: date) -> list[Held]:
    """How many of all the overdue ones each team of each municipality has."""
    rows = await tx.rows(
        "SELECT c.team_id, c.municipality, count(*) AS n FROM child_case c "
        "JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me WHERE c.due_on < :today "
        "GROUP BY c.team_id, c.municipality",
        me=me.id,
        today=today.isoformat(),
    )
    return [Held(row["team_id"], row["municipality"], row["n"]) for row in rows]


async def last_visit(tx: Tx) -> int:
    """The receipt number of the newest visit of all."""
    row = await tx.one("SELECT coalesce(max(id), 0) AS last FROM visit")
    return int(row["last"])


async def told_by_hand(tx: Tx, case_id: int, rung: int) -> None:
    """Somebody passed the case up to whoever holds that rung, so the ladder does not tell them once more."""
    await tx.run("UPDATE child_case SET told_rung = :rung WHERE id = :id", rung=rung, id=case_id)
