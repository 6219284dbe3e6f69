"""Notices in the outbox that wait until their reader may be told.

What a newcomer gets wrong: such a row stands as `waiting` (or `held`, or `spare`) like any other, so that whatever
takes back a notice takes these back too. `hushed` is the person for whose hours it waits; only at 0 it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx, in_list, to_micros
from storage.outbox import NOT_OUT


@dataclass(frozen=True)
class Quiet:
    """A row, and what it says free of any messenger, as JSON; `+` for what follows a row of the same message. What is
    told because of something is kept as the notice `notice_id` (`storage.because`)."""

    row: int
    said: str
    notice_id: int | None = None


async def left_over(tx: Tx, before: datetime) -> list[Quiet]:
    """What can wait, was to go at once, and has not gone yet though it is older than that."""
    rows = await tx.rows(
        "SELECT id, quiet FROM outbox WHERE state = 'waiting' AND quiet <> '' AND hushed = 0 "
        "AND created_at < :before ORDER BY id",
        before=to_micros(before),
    )
    return [Quiet(row["id"], row["quiet"]) for row in rows]


async def unsaid(tx: Tx, channel: str, chat: str, refused: Collection[int]) -> list[str]:
    """What was to be told in a chat that is no longer open to us, oldest first. The rows `refused` keep no words."""
    among = in_list(refused)
    rows = await tx.rows(
        f"SELECT quiet FROM outbox WHERE (id IN ({NOT_OUT}) OR id IN ({among})) "
        "AND channel = :channel AND chat = :chat AND quiet NOT IN ('', '+') ORDER BY id",
        channel=channel,
        chat=chat,
    )
    await tx.run(f"UPDATE outbox SET quiet = '' WHERE id IN ({among}) AND chat = :chat", chat=chat)
    return [row["quiet"] for row in rows]


async def hush(tx: Tx, rows: Sequence[int], person_id: int, until: datetime) -> None:
    """These and what stands ready in their place."""
    await tx.many(
        "UPDATE outbox SET hushed = :person, not_before = :until WHERE id = :row OR instead_of = :row",
        [{"row": row, "person": person_id, "until": to_micros(until)} for row in rows],
    )


async def due(tx: Tx, now: datetime) -> dict[int, list[Quiet]]:
    """By person, in the order in which they were told."""
    rows = await tx.rows(
        "SELECT id, quiet, hushed, notice_id FROM outbox WHERE hushed > 0 AND not_before <= :now "
        "AND state IN ('waiting', 'held') ORDER BY hushed, id",
        now=to_micros(now),
    )
    found: dict[int, list[Quiet]] = {}
    for row in rows:
        found.setdefault(row["hushed"], []).append(Quiet(row["id"], row["quiet"], row["notice_id"]))
    return found


async def move(tx: Tx, person_id: int, until: datetime) -> None:
    """All that waits for this person, also what stands ready for another messenger; what was tried is left alone."""
    await tx.run(
        "UPDATE outbox SET not_before = :until WHERE hushed = :person AND state IN ('waiting', 'held', 'spare')",
        until=to_micros(until),
        person=person_id,
    )
    tx.notify("hushed")


async def release(tx: Tx, rows: Sequence[int]) -> None:
    """They go as they are, and what stands ready in their place stands ready at once."""
    await tx.many(
        "UPDATE outbox SET hushed = 0 WHERE id = :row OR instead_of = :row AND state = 'spare'",
        [{"row": row} for row in rows],
    )
    tx.notify("outbox")


async def drop(tx: Tx, rows: Sequence[int]) -> None:
    """Their place is taken by one message."""
    await tx.many(
        "UPDATE outbox SET state = 'cancelled', payload = '', quiet = '', hushed = 0 "
        "WHERE id = :row OR instead_of = :row AND state = 'spare'",
        [{"row": row} for row in rows],
    )
