"""Messages that failed three times, as people may know of them: whose and when, never what they say.

Their sender has their own; a municipal coordinator those of the people they look after; the regional one all, also
those of strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.records import REGIONAL, Person
from storage import audit
from storage.database import Row, Tx, moment_of, to_micros
from storage.inbox import TRIES
from storage.people import OWN_AND_OVERSEEN, UNREACHED

_SENT_BY = (
    "FROM inbox x LEFT JOIN identity i ON i.channel = x.channel AND i.account = x.sender "
    "LEFT JOIN person p ON p.id = i.person_id WHERE"
)
_ASIDE = "x.state = 'aside'"
TOLD_FOR = timedelta(days=1)
"""So long the list says that a message was taken in after all."""


@dataclass(frozen=True)
class SetAside:
    """`who` is empty for a stranger."""

    id: int
    who: str
    at: datetime


async def waiting_for(tx: Tx, me: Person) -> tuple[int, int]:
    """For a coordinator: how many messages are set aside, and how many people cannot be reached."""
    row = await tx.one(
        f"SELECT (SELECT count(*) {_SENT_BY} {_ASIDE} AND {OWN_AND_OVERSEEN}) AS aside, "
        f"(SELECT count(*) FROM person p WHERE {UNREACHED}) AS unreached",
        me=me.id,
        everybody=me.role == REGIONAL,
    )
    return int(row["aside"]), int(row["unreached"])


async def of(tx: Tx, me: Person) -> list[SetAside]:
    """One's own and those of one's people, oldest first."""
    rows = await tx.rows(
        f"SELECT x.id, p.name, x.received_at AS at {_SENT_BY} {_ASIDE} AND {OWN_AND_OVERSEEN} ORDER BY x.id",
        me=me.id,
        everybody=me.role == REGIONAL,
    )
    return [_set_aside(row) for row in rows]


async def count_own(tx: Tx, me: Person) -> int:
    row = await tx.one(f"SELECT count(*) AS n {_SENT_BY} {_ASIDE} AND p.id = :me", me=me.id)
    return int(row["n"])


async def taken_in(tx: Tx, me: Person, now: datetime) -> list[SetAside]:
    """Of the same: what was tried again in the last day with success. `at` is when it was tried."""
    rows = await tx.rows(
        f"SELECT x.id, p.name, x.retried_at AS at {_SENT_BY} x.state = 'done' AND x.retried_at > :since "
        f"AND {OWN_AND_OVERSEEN} ORDER BY x.retried_at",
        me=me.id,
        everybody=me.role == REGIONAL,
        since=to_micros(now - TOLD_FOR),
    )
    return [_set_aside(row) for row in rows]


async def retry(tx: Tx, me: Person, row_id: int, now: datetime) -> bool:
    """Puts the row back among the waiting ones, for one try; False when it is not there any more, or not theirs.

    It is handled after newer messages of the same person that went on meanwhile. That is accepted: every question
    refuses what no longer fits it, and a message that nobody ever answers would be worse.
    """
    row = await tx.row(
        "UPDATE inbox SET state = 'waiting', tries = :tries, not_before = 0, retried_by = :me, retried_at = :now "
        f"WHERE id IN (SELECT x.id {_SENT_BY} {_ASIDE} AND x.id = :id AND {OWN_AND_OVERSEEN}) RETURNING id",
        me=me.id,
        everybody=me.role == REGIONAL,
        id=row_id,
        tries=TRIES - 1,
        now=to_micros(now),
    )
    if row is None:
        return False
    tx.notify("inbox")
    await audit.note(tx, now, me.id, "retried a message", detail=f"inbox {row_id}")
    return True


def _set_aside(row: Row) -> SetAside:
    return SetAside(row["id"], row["name"] or "", moment_of(row["at"]))
