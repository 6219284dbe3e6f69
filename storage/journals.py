"""Open conversations and drafts, as plain text that only `handlers.engine.talk` understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.absences import AWAY
from storage.database import Tx, to_micros

OPEN = "open"
_HERE = f"person_id NOT IN {AWAY}"


@dataclass(frozen=True)
class Kept:
    id: str
    person_id: int
    name: str
    body: str
    title: str = ""
    """How the draft is listed: the number of its case, or nothing yet."""


async def save(tx: Tx, kept: Kept, now: datetime) -> None:
    """Keeps `kept` as its person's open conversation; another open one must have been put aside before.

    Those of one moment stand a microsecond apart, the first one latest: in this order they are listed.
    """
    tx.touch(f"draft {kept.id}")
    await tx.run(
        "INSERT INTO journal (id, person_id, name, state, body, title, updated_at) "
        "VALUES (:id, :person, :name, 'open', :body, :title, :now - (SELECT count(*) FROM journal j "
        "WHERE j.person_id = :person AND j.id <> :id AND j.updated_at BETWEEN :now - 1000 AND :now)) "
        "ON CONFLICT (id) DO UPDATE SET state = 'open', body = :body, title = :title, warned_on = '', "
        "updated_at = excluded.updated_at",
        id=kept.id,
        person=kept.person_id,
        name=kept.name,
        body=kept.body,
        title=kept.title,
        now=to_micros(now),
    )


async def delete(tx: Tx, journal_id: str) -> None:
    tx.touch(f"draft {journal_id}")
    await tx.run("DELETE FROM journal WHERE id = :id", id=journal_id)


async def put_aside(tx: Tx, person_id: int) -> None:
    await tx.run("UPDATE journal SET state = 'draft' WHERE person_id = :person AND state = 'open'", person=person_id)


async def drafts(tx: Tx, person_id: int, limit: int = 10) -> list[Kept]:
    """Newest first, of one moment as they were made; the open one is not among them."""
    rows = await tx.rows(
        "SELECT id, person_id, name, body, title FROM journal WHERE person_id = :person AND state = 'draft' "
        "ORDER BY updated_at DESC, id LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [Kept(**dict(row)) for row in rows]


async def draft(tx: Tx, person_id: int, journal_id: str) -> Kept | None:
    row = await tx.row(
        "SELECT id, person_id, name, body, title FROM journal WHERE id = :id AND person_id = :person",
        id=journal_id,
        person=person_id,
    )
    return Kept(**dict(row)) if row else None


async def held(tx: Tx, person_id: int) -> list[tuple[Kept, bool]]:
    """Everything begun and not ended, and whether it is the open one."""
    rows = await tx.rows(
        "SELECT id, person_id, name, body, title, state FROM journal WHERE person_id = :person ORDER BY id",
        person=person_id,
    )
    return [
        (Kept(row["id"], row["person_id"], row["name"], row["body"], row["title"]), row["state"] == OPEN)
        for row in rows
    ]


async def rewrite(tx: Tx, journal_id: str, body: str) -> None:
    """Changes what is recorded, and nothing about whether it is open or how old it is."""
    await tx.run("UPDATE journal SET body = :body WHERE id = :id", body=body, id=journal_id)


async def open_of(tx: Tx, person_id: int) -> str:
    """The id of the open conversation, or empty."""
    row = await tx.row("SELECT id FROM journal WHERE person_id = :person AND state = 'open'", person=person_id)
    return str(row["id"]) if row else ""


async def opened(tx: Tx, person_id: int) -> Kept | None:
    row = await tx.row(
        "SELECT id, person_id, name, body, title FROM journal WHERE person_id = :person AND state = 'open'",
        person=person_id,
    )
    return Kept(**dict(row)) if row else None


async def untouched(tx: Tx, since: datetime) -> list[Kept]:
    """What nobody has touched since then and nobody was warned of, open or put aside; by person and title. What belongs
    to somebody who is away waits for them."""
    rows = await tx.rows(
        "SELECT id, person_id, name, body, title FROM journal WHERE updated_at <= :since AND warned_on = '' "
        f"AND {_HERE} ORDER BY person_id, title, id",
        since=to_micros(since),
    )
    return [Kept(**dict(row)) for row in rows]


async def warned(tx: Tx, kept: Sequence[Kept], today: date) -> None:
    """Their person was told today that they will be deleted."""
    await tx.many(
        "UPDATE journal SET warned_on = :today WHERE id = :id", [{"id": k.id, "today": today.isoformat()} for k in kept]
    )


async def delete_warned(tx: Tx, today: date) -> None:
    """What was announced on an earlier day and not touched since."""
    await tx.run(
        f"DELETE FROM journal WHERE warned_on > '' AND warned_on < :today AND {_HERE}", today=today.isoformat()
    )
