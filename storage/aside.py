"""Messages that failed three times, as a coordinator may know of them: whose and when, never what they say.

A municipal coordinator has those of the people they look after; the regional one all, also those of strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.records import REGIONAL, Person
from storage import audit
from storage.database import Tx, from_micros

_FROM = (
    "FROM inbox x LEFT JOIN identity i ON i.channel = x.channel AND i.account = x.sender "
    "LEFT JOIN person p ON p.id = i.person_id WHERE x.state = 'aside' AND (:everybody OR EXISTS "
    "(SELECT 1 FROM overseen_by o WHERE o.person_id = p.id AND o.overseer_id = :me))"
)


@dataclass(frozen=True)
class SetAside:
    """`who` is empty for a stranger."""

    id: int
    who: str
    at: datetime


async def count(tx: Tx, me: Person) -> int:
    row = await tx.one(f"SELECT count(*) AS n {_FROM}", me=me.id, everybody=me.role == REGIONAL)
    return int(row["n"])


async def of(tx: Tx, me: Person) -> list[SetAside]:
    """Oldest first."""
    rows = await tx.rows(
        f"SELECT x.id, p.name, x.received_at {_FROM} ORDER BY x.id", me=me.id, everybody=me.role == REGIONAL
    )
    return [_set_aside(row["id"], row["name"], row["received_at"]) for row in rows]


async def retry(tx: Tx, me: Person, row_id: int, now: datetime) -> bool:
    """Puts the row back among the waiting ones; False when it is not there any more, or not theirs.

    It is handled after newer messages of the same person that went on meanwhile. That is accepted: every question
    refuses what no longer fits it, and a message that nobody ever answers would be worse.
    """
    row = await tx.row(
        "UPDATE inbox SET state = 'waiting', tries = 0, not_before = 0 "
        f"WHERE id IN (SELECT x.id {_FROM} AND x.id = :id) RETURNING id",
        me=me.id,
        everybody=me.role == REGIONAL,
        id=row_id,
    )
    if row is None:
        return False
    tx.notify("inbox")
    await audit.note(tx, now, me.id, "retried a message", detail=f"inbox {row_id}")
    return True


def _set_aside(row_id: int, name: str | None, received_at: int) -> SetAside:
    at = from_micros(received_at)
    assert at is not None
    return SetAside(row_id, name or "", at)
