"""Photos still to be fetched from their messenger, and where the cleaned ones are.

A row without a visit is a photo that was fetched when it came, because its address lives only for an hour; saving a
report makes it the report's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.records import Photo
from storage.database import Tx, to_micros
from storage.shares import ALL, LANES, within


@dataclass(frozen=True)
class Waiting:
    id: int
    channel: str
    file: str
    recognised_by: str
    tries: int
    person_id: int | None
    visit_id: int | None


async def arrived(tx: Tx, person_id: int, photo: Photo, now: datetime) -> None:
    """To be fetched now, whatever becomes of it."""
    tx.notify("media")
    await tx.run(
        "INSERT INTO media (person_id, channel, file, recognised_by, arrived_at) "
        "VALUES (:person, :channel, :file, :recognised_by, :now)",
        person=person_id,
        channel=photo.channel,
        file=photo.file,
        recognised_by=photo.unique,
        now=to_micros(now),
    )


async def of_visit(tx: Tx, visit_id: int, person_id: int, photos: Sequence[Photo]) -> None:
    """The photos of a report: those already here become its own, the others are to be fetched."""
    if not photos:
        return
    tx.notify("media")
    values = [
        {"id": visit_id, "person": person_id, "channel": one.channel, "file": one.file, "recognised_by": one.unique}
        for one in photos
    ]
    await tx.many(
        "UPDATE media SET visit_id = :id "
        "WHERE visit_id IS NULL AND channel = :channel AND recognised_by = :recognised_by",
        values,
    )
    await tx.many(
        "INSERT INTO media (visit_id, person_id, channel, file, recognised_by) "
        "VALUES (:id, :person, :channel, :file, :recognised_by) ON CONFLICT DO NOTHING",
        values,
    )


async def waiting(tx: Tx, now: datetime, limit: int, lanes: Collection[int] = ALL) -> list[Waiting]:
    """Which lane a photo is in follows from its number, for the pictures of one report may be cleaned side by side."""
    rows = await tx.rows(
        "SELECT id, channel, file, recognised_by, tries, person_id, visit_id FROM media "
        f"WHERE state = 'waiting' AND not_before <= :now {within(lanes, f'id % {LANES}')}"
        "ORDER BY not_before, id LIMIT :limit",
        now=to_micros(now),
        limit=limit,
    )
    return [Waiting(**dict(row)) for row in rows]


async def stored(tx: Tx, media_id: int, key: str) -> None:
    """The file is to be deleted again when the photo was forgotten while it was fetched."""
    statement = "UPDATE media SET state = 'stored', stored_as = :key WHERE id = :id RETURNING id"
    if await tx.row(statement, key=key, id=media_id) is None:
        await drop(tx, [key])


async def renamed(tx: Tx, key: str, becomes: str) -> None:
    await tx.run("UPDATE media SET stored_as = :becomes WHERE stored_as = :key", becomes=becomes, key=key)


async def failed(tx: Tx, media_id: int, error: str, again_at: datetime | None) -> None:
    """Tried again at `again_at`, or given up when it is None."""
    await tx.run(
        "UPDATE media SET tries = tries + 1, error = :error, state = :state, not_before = :again WHERE id = :id",
        error=error[:300],
        state="waiting" if again_at else "failed",
        again=to_micros(again_at) if again_at else 0,
        id=media_id,
    )


async def drop_unused(tx: Tx, before: datetime) -> None:
    """Forgets what no report has used."""
    rows = await tx.rows(
        "DELETE FROM media WHERE visit_id IS NULL AND arrived_at < :before RETURNING stored_as",
        before=to_micros(before),
    )
    await drop(tx, [row["stored_as"] for row in rows])


async def drop(tx: Tx, keys: Iterable[str]) -> None:
    """Files to be deleted once this is committed, unless something else needs them; empty names are none."""
    await tx.many(
        "INSERT INTO dropped_file (name) VALUES (:key) ON CONFLICT DO NOTHING", [{"key": key} for key in keys if key]
    )


async def waits_to_be_dropped(tx: Tx) -> bool:
    return await tx.row("SELECT 1 FROM dropped_file") is not None


async def to_drop(tx: Tx) -> list[str]:
    """Those that nothing needs."""
    await tx.run("DELETE FROM dropped_file WHERE EXISTS (SELECT 1 FROM media m WHERE m.stored_as = name)")
    return [row["name"] for row in await tx.rows("SELECT name FROM dropped_file ORDER BY name")]


async def dropped(tx: Tx, keys: Iterable[str]) -> None:
    await tx.many("DELETE FROM dropped_file WHERE name = :key", [{"key": key} for key in keys])
