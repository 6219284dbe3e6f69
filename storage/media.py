"""Photos still to be fetched from their messenger, and where the cleaned ones are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx, to_micros


@dataclass(frozen=True)
class Waiting:
    id: int
    channel: str
    file: str
    tries: int


async def waiting(tx: Tx, now: datetime, limit: int) -> list[Waiting]:
    rows = await tx.rows(
        "SELECT id, channel, file, tries FROM media WHERE state = 'waiting' AND not_before <= :now "
        "ORDER BY not_before, id LIMIT :limit",
        now=to_micros(now),
        limit=limit,
    )
    return [Waiting(**dict(row)) for row in rows]


async def stored(tx: Tx, media_id: int, key: str) -> None:
    await tx.run("UPDATE media SET state = 'stored', stored_as = :key WHERE id = :id", key=key, id=media_id)


async def failed(tx: Tx, media_id: int, error: str, again_at: datetime | None) -> None:
    """Tried again at `again_at`, or given up when it is None."""
    await tx.run(
        "UPDATE media SET tries = tries + 1, error = :error, state = :state, not_before = :again WHERE id = :id",
        error=error[:300],
        state="waiting" if again_at else "failed",
        again=to_micros(again_at) if again_at else 0,
        id=media_id,
    )
