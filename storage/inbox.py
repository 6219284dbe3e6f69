"""Messages that arrived: stored before they are acknowledged, handled one at a time per sender, never twice."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from casework import privacy
from storage.database import Row, Tx, from_micros, to_micros
from storage.shares import ALL, lane_of, within

TRIES = 3
"""After so many failures a row is set aside, and the rows behind it go on."""


@dataclass(frozen=True)
class Arrival:
    """A message as it came from its messenger; `key` tells it from every other one of that channel."""

    channel: str
    key: str
    sender: str
    payload: Any = field(repr=False)
    waited: bool = False
    """It was there already when contact with the messenger began."""


@dataclass(frozen=True)
class Arrived:
    id: int
    channel: str
    sender: str
    payload: dict[str, Any] = field(repr=False)
    tries: int
    received_at: int
    retried_by: int | None = None
    """Who had it tried again, after it was set aside."""
    said_at: int | None = None
    """When it was said, once it is known; None for what nobody said, as a receipt."""


async def add(tx: Tx, arrivals: Sequence[Arrival], now: datetime) -> None:
    """One that is already here is left alone. No personal number that somebody wrote is kept, not for a moment. Half a
    letter is kept as `?`: phones cut texts in the middle of an emoji, JSON lets that through, and no database takes it.
    """
    senders = [_whole(one.sender) for one in arrivals]
    lanes = [lane_of(one.channel, sender) for one, sender in zip(arrivals, senders, strict=True)]
    tx.tell("inbox", lanes)
    await tx.many(
        "INSERT INTO inbox (channel, arrival, sender, lane, payload, received_at, waited) "
        "VALUES (:channel, :arrival, :sender, :lane, :payload, :now, :waited) ON CONFLICT DO NOTHING",
        [
            {
                "channel": one.channel,
                "arrival": _whole(one.key),
                "sender": sender,
                "lane": lane,
                "payload": _whole(json.dumps(privacy.withheld(one.payload), ensure_ascii=False, separators=(",", ":"))),
                "now": to_micros(now),
                "waited": int(one.waited),
            }
            for one, sender, lane in zip(arrivals, senders, lanes, strict=True)
        ],
    )


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


async def oldest(tx: Tx, now: datetime, limit: int, lanes: Collection[int] = ALL) -> list[Arrived]:
    """The oldest waiting rows, in order. Behind a row that waits for another try, its sender's rows wait too."""
    rows = await tx.rows(
        "SELECT i.id, i.channel, i.sender, i.payload, i.tries, i.received_at, i.retried_by FROM inbox i "
        "WHERE i.state = 'waiting' AND i.not_before <= :now AND NOT EXISTS (SELECT 1 FROM inbox j WHERE "
        "j.state = 'waiting' AND j.channel = i.channel AND j.sender = i.sender AND j.id < i.id "
        f"AND j.not_before > 0 AND j.not_before > :now) {within(lanes, 'i.lane')}ORDER BY i.id LIMIT :limit",
        now=to_micros(now),
        limit=limit,
    )
    return [_arrived(row) for row in rows]


async def done(tx: Tx, rows: Sequence[Arrived]) -> None:
    """What was said is not kept: it may hold what the conversation refused, a personal number say."""
    await tx.many(
        "UPDATE inbox SET state = 'done', payload = '', said_at = :said_at WHERE id = :id",
        [{"id": row.id, "said_at": row.said_at} for row in rows],
    )


async def failed(tx: Tx, row: Arrived, error: str, now: datetime) -> bool:
    """Counts a failure; True when the row was set aside because it was the last try."""
    aside = row.tries + 1 >= TRIES
    await tx.run(
        "UPDATE inbox SET tries = tries + 1, error = :error, not_before = :again, state = :state WHERE id = :id",
        error=error[:500],
        again=to_micros(now + timedelta(seconds=2**row.tries)),
        state="aside" if aside else "waiting",
        id=row.id,
    )
    return aside


async def next_at(tx: Tx, lanes: Collection[int] = ALL) -> int | None:
    """Microseconds at which a waiting row may next be taken; None when nothing waits."""
    row = await tx.one(f"SELECT min(not_before) AS at FROM inbox WHERE state = 'waiting' {within(lanes, 'lane')}")
    found: int | None = row["at"]
    return found


async def latest(tx: Tx, channel: str, limit: int) -> list[tuple[str, datetime]]:
    """Who wrote last, and when."""
    rows = await tx.rows(
        "SELECT sender, max(received_at) AS at FROM inbox WHERE channel = :channel "
        "GROUP BY sender ORDER BY max(received_at) DESC LIMIT :limit",
        channel=channel,
        limit=limit,
    )
    return [(row["sender"], moment) for row in rows if (moment := from_micros(row["at"]))]


def _arrived(row: Row) -> Arrived:
    return Arrived(
        row["id"], row["channel"], row["sender"], json.loads(row["payload"]), row["tries"], row["received_at"],
        row["retried_by"],
    )  # fmt: skip
