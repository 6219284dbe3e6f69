"""What happened in somebody's area: the facts of a digest."""

from __future__ import annotations

from datetime import datetime

from casework.digest import Done
from casework.records import Person
from storage.database import Tx, to_micros


async def done_between(tx: Tx, me: Person, since: datetime, until: datetime, *, after: int) -> list[Done]:
    """The visits saved in `[since, until)` that the person may see, and those before it that came later than `after`.

    A message may be handled long after it arrived, and its visit bears the time of its arrival.
    """
    rows = await tx.rows(
        "SELECT coalesce(t.name, '') AS team, w.outcome FROM visit w "
        "JOIN visible_to v ON v.case_id = w.case_id AND v.person_id = :me LEFT JOIN team t ON t.id = w.team_id "
        "WHERE w.saved_at < :until AND (w.saved_at >= :since OR w.id > :after)",
        me=me.id,
        since=to_micros(since),
        until=to_micros(until),
        after=after,
    )
    return [Done(row["team"], row["outcome"]) for row in rows]


async def last_visit(tx: Tx) -> int:
    """The receipt number of the newest visit of all."""
    row = await tx.one("SELECT coalesce(max(id), 0) AS last FROM visit")
    return int(row["last"])
