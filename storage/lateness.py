"""Why steps were late: what was said, how often it was postponed for that, and what it comes to in somebody's area."""

from __future__ import annotations

from datetime import date, datetime

from casework.records import Case, Person
from storage.database import Tx, to_micros


async def keep(tx: Tx, me: Person, case: Case, code: str, due_on: date, now: datetime) -> None:
    """`case` as it was; its step is now due on `due_on`."""
    assert case.due_on is not None
    await tx.run(
        "INSERT INTO lateness (case_id, person_id, at, code, step, was_due, due_on) "
        "VALUES (:case_id, :me, :now, :code, :step, :was_due, :due_on)",
        case_id=case.id,
        me=me.id,
        now=to_micros(now),
        code=code,
        step=case.next_step,
        was_due=case.due_on.isoformat(),
        due_on=due_on.isoformat(),
    )


async def said_between(tx: Tx, me: Person, since: datetime, until: datetime, *, after: int) -> list[str]:
    """The reasons given in `[since, until)` for cases that the person may see, and those before it that came later than
    `after`, as with visits (`overview.done_between`)."""
    rows = await tx.rows(
        "WITH l AS MATERIALIZED (SELECT case_id, code FROM lateness "
        "WHERE at < :until AND (at >= :since OR id > :after)) "
        "SELECT l.code FROM l JOIN visible_to v ON v.case_id = l.case_id AND v.person_id = :me",
        me=me.id,
        since=to_micros(since),
        until=to_micros(until),
        after=after,
    )
    return [row["code"] for row in rows]


async def last(tx: Tx) -> int:
    """The newest of all, for the next digest."""
    row = await tx.one("SELECT coalesce(max(id), 0) AS last FROM lateness")
    return int(row["last"])
