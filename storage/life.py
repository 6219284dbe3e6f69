"""When the bot was last awake: what a messenger would not keep for us after that is lost. When its file was copied."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.copies import BACKED_UP, RESTORED
from storage.database import Tx, from_micros, to_micros

TRIED_LATER = (
    ("inbox", "inbox", "state = 'waiting'"),
    ("outbox", "outbox", "state = 'waiting' AND hushed = 0"),
    ("media", "media", "state = 'waiting'"),
    ("import_file", "files", "state IN ('waiting', 'agreed')"),
)
"""Tables with the topic of who works on them, and their rows that may be waiting for another try."""


async def last_awake(tx: Tx) -> datetime | None:
    """None before the first life."""
    row = await tx.row("SELECT at FROM awake WHERE id = 1")
    return from_micros(row["at"]) if row else None


async def was_restored(tx: Tx, since: datetime) -> bool:
    """From a backup that was made while a bot ran: what that one took in later, no messenger will give again."""
    row = await tx.row(
        "SELECT 1 FROM audit WHERE person_id IS NULL AND what = :restored AND at > :since AND detail <> '' LIMIT 1",
        restored=RESTORED,
        since=to_micros(since),
    )
    return row is not None


async def backed_up(tx: Tx) -> datetime | None:
    row = await tx.one("SELECT max(at) AS at FROM audit WHERE person_id IS NULL AND what = :done", done=BACKED_UP)
    return from_micros(row["at"])


async def awake(tx: Tx, now: datetime) -> None:
    await tx.run(
        "INSERT INTO awake (id, at) VALUES (1, :now) ON CONFLICT (id) DO UPDATE SET at = :now", now=to_micros(now)
    )


async def put_back(tx: Tx, by: timedelta, now: datetime) -> None:
    """What was to be tried after a while would wait for an hour that has been before, and its chat with it.

    What waits for somebody's hours is left alone: these go by the clock.
    """
    for table, topic, which in TRIED_LATER:
        await tx.run(
            f"UPDATE {table} SET not_before = CASE WHEN not_before - :by > :now THEN not_before - :by ELSE :now END "
            f"WHERE {which} AND not_before > :now",
            by=by // timedelta(microseconds=1),
            now=to_micros(now),
        )
        tx.notify(topic)


async def writing(tx: Tx, channel: str, since: datetime) -> list[int]:
    """Who has written on a channel since then and can still be reached there."""
    rows = await tx.rows(
        "SELECT DISTINCT i.person_id FROM inbox b JOIN identity i ON i.channel = b.channel AND i.account = b.sender "
        "WHERE b.channel = :channel AND b.received_at >= :since AND i.reachable = 1 "
        "ORDER BY i.person_id",
        channel=channel,
        since=to_micros(since),
    )
    return [row["person_id"] for row in rows]
