"""Calls to be made to the messengers: one row is one call. Neither API takes an idempotency key, so a crash between a
call and its record can repeat a message, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from storage.database import Row, Tx, from_micros, in_list, to_micros
from storage.shares import ALL, LANES, lane_of, within

REPLY, NOTICE, BROADCAST = 0, 1, 2
"""Replies go before notices, notices before broadcasts."""

WAITING, SENT, UNCERTAIN, FAILED = "waiting", "sent", "uncertain", "failed"
UNREACHABLE, GONE = "unreachable", "gone"
"""Ended without being sent: the person left, or the message to change was no longer there."""
HELD, SPARE = "held", "spare"
"""Not yet to be sent: until its reader writes, because it would cost money; or unless another row fails."""
NOT_OUT = " UNION ALL ".join(f"SELECT id FROM outbox WHERE state = '{state}'" for state in (WAITING, HELD, SPARE))
"""One state after the other, for each has an index of its own; asked for all at once, every row is looked at."""


@dataclass(frozen=True)
class Call:
    """What to call. `vanish_after` deletes the message that comes of it."""

    channel: str
    chat: str
    method: str
    payload: dict[str, Any]
    priority: int = REPLY
    not_before: datetime | None = None
    cancel_key: str = ""
    vanish_after: timedelta = timedelta()


@dataclass(frozen=True)
class Due:
    id: int
    channel: str
    chat: str
    method: str
    text: str = field(repr=False)
    priority: int = REPLY
    tries: int = 0
    vanish_after: int = 0
    notice_id: int | None = None
    """Of a notice that is told because of something (`storage.because`)."""
    could_go_at: int = 0
    """Microseconds; of one that was never tried, since when it has been due."""

    @property
    def payload(self) -> dict[str, Any]:
        """Read from its JSON only when the call is made: many more rows are looked at than are due."""
        read: dict[str, Any] = json.loads(self.text)
        return read


@dataclass(frozen=True)
class Result:
    """How a call ended. `again_at` keeps the row waiting until then, and the other rows of its chat."""

    row: Due
    state: str
    message: str = ""
    error: str = ""
    again_at: datetime | None = None
    begun_at: datetime | None = None
    """Of a message that is there: not later than its reader can have seen it."""
    charged: bool = False
    for_good: bool = False
    """The reader's account is gone, not only closed to us."""


async def add(
    tx: Tx,
    calls: Sequence[Call],
    now: datetime,
    *,
    state: str = WAITING,
    instead_of: int | None = None,
    notice_id: int | None = None,
    quiet: str = "",
    hushed: int = 0,
) -> int | None:
    """A call with a `cancel_key` takes the place of what has not gone out and has the same key in the same chat.

    As `SPARE` they are made only when the row `instead_of` cannot reach its reader. What can wait says in `quiet` what
    it says (`storage.hushed`), and waits for the hours of the person `hushed`. Returns the id of the first row.
    """
    for call in calls:
        if call.cancel_key:
            await cancel(tx, call.channel, call.chat, call.cancel_key)
    first = None
    for call in calls:
        lane, text = lane_of(call.channel, call.chat), json.dumps(call.payload, ensure_ascii=False)
        at = call.not_before or now
        row = await tx.one(
            "INSERT INTO outbox (channel, chat, lane, method, payload, priority, not_before, cancel_key, vanish_after, "
            "created_at, state, instead_of, notice_id, quiet, hushed) VALUES (:channel, :chat, :lane, :method, "
            ":payload, :priority, :not_before, :cancel_key, :vanish_after, :now, :state, :instead_of, :notice_id, "
            ":quiet, :hushed) RETURNING id",
            channel=call.channel,
            chat=call.chat,
            lane=lane,
            method=call.method,
            payload=text,
            priority=call.priority,
            not_before=to_micros(at),
            cancel_key=call.cancel_key,
            vanish_after=int(call.vanish_after.total_seconds()),
            now=to_micros(now),
            state=state,
            instead_of=instead_of,
            notice_id=notice_id,
            quiet=quiet if first is None or not quiet else "+",
            hushed=hushed,
        )
        first = first or int(row["id"])
        # Nothing but its call changes such a row any more: it need not be looked for.
        if at <= now and (state, call.priority, call.cancel_key, notice_id, hushed) == (WAITING, REPLY, "", None, 0):
            seconds = int(call.vanish_after.total_seconds())
            due = Due(row["id"], call.channel, call.chat, call.method, text, REPLY, 0, seconds, None, to_micros(now))
            tx.offer("outbox", due, [lane])
        else:
            tx.notify("outbox", [lane])
    return first


async def cancel(tx: Tx, channel: str, chat: str, cancel_key: str) -> None:
    await tx.run(
        f"UPDATE outbox SET state = 'cancelled', payload = '', quiet = '' WHERE id IN ({NOT_OUT}) "
        "AND channel = :channel AND chat = :chat AND cancel_key = :cancel_key",
        channel=channel,
        chat=chat,
        cancel_key=cancel_key,
    )


async def hurry(tx: Tx, channel: str, chat: str, cancel_key: str, now: datetime) -> None:
    """What waits for something to take its place goes out now, and stays."""
    await tx.run(
        "UPDATE outbox SET not_before = :now, cancel_key = '' "
        "WHERE state = 'waiting' AND channel = :channel AND chat = :chat AND cancel_key = :cancel_key",
        now=to_micros(now),
        channel=channel,
        chat=chat,
        cancel_key=cancel_key,
    )


async def cancel_notices(tx: Tx, channel: str, chat: str) -> None:
    """What waits for the chat and answers nothing, and goes another way if there is one.

    A reply is still tried, and so is the deletion of a name.
    """
    rows = await tx.rows(
        f"UPDATE outbox SET state = 'cancelled', payload = '', quiet = '' WHERE id IN ({NOT_OUT}) "
        "AND channel = :channel AND chat = :chat AND priority > :reply RETURNING id",
        channel=channel,
        chat=chat,
        reply=REPLY,
    )
    for row in rows:
        await go_another_way(tx, row["id"])


async def cancel_of(tx: Tx, person_id: int) -> None:
    """All that waits for somebody who works with us no longer, wherever it would go; not what they have asked for."""
    await tx.run(
        f"UPDATE outbox SET state = 'cancelled', payload = '', quiet = '', hushed = 0 WHERE id IN ({NOT_OUT}) "
        "AND priority > :reply AND (channel, chat) IN "
        "(SELECT i.channel, i.chat FROM identity i WHERE i.person_id = :person)",
        reply=REPLY,
        person=person_id,
    )


async def go_another_way(tx: Tx, row_id: int) -> bool:
    """What was kept for the case that this row cannot reach its reader is to be sent; False when there is nothing."""
    tx.notify("outbox")
    rows = await tx.rows(
        "UPDATE outbox SET state = 'waiting' WHERE state = 'spare' AND instead_of = :row RETURNING id", row=row_id
    )
    return bool(rows)


async def release(tx: Tx, channel: str, chat: str) -> None:
    """What was held until its reader writes."""
    rows = await tx.rows(
        "UPDATE outbox SET state = 'waiting' WHERE state = 'held' AND channel = :channel AND chat = :chat RETURNING id",
        channel=channel,
        chat=chat,
    )
    if rows:
        tx.notify("outbox", [lane_of(channel, chat)])


async def due(
    tx: Tx, now: datetime, limit: int, channels: Collection[str] | None = None, lanes: Collection[int] = ALL
) -> list[Due]:
    """What may be called now, replies first; of `channels` only, so that one switched off fills nobody's queue.

    Behind a call that waits for another try, the others to its chat wait too.
    """
    only = {f"c{number}": name for number, name in enumerate(channels or ())}
    of = "" if channels is None else f"AND channel IN ({', '.join(f':{name}' for name in only) or 'NULL'}) "
    rows = await tx.rows(
        "SELECT id, channel, chat, method, payload, priority, tries, vanish_after, notice_id, created_at, not_before "
        "FROM outbox o "
        f"WHERE state = 'waiting' AND hushed = 0 AND not_before <= :now {of}{within(lanes, 'lane')}"
        "AND NOT EXISTS (SELECT 1 FROM outbox j WHERE j.state = 'waiting' AND j.tries > 0 AND j.hushed = 0 "
        "AND j.channel = o.channel AND j.chat = o.chat AND j.not_before > :now) "
        "ORDER BY priority, id LIMIT :limit",
        now=to_micros(now),
        limit=limit,
        **only,
    )
    return [_due(row) for row in rows]


async def tried_again(tx: Tx, now: datetime) -> frozenset[tuple[str, str]]:
    """The chats, by channel and address, in which everything waits until a call that failed is made again."""
    rows = await tx.rows(
        "SELECT channel, chat FROM outbox WHERE state = 'waiting' AND tries > 0 AND hushed = 0 AND not_before > :now "
        "ORDER BY channel, chat",  # as the index has it that holds nothing else; without, all that waits is looked at
        now=to_micros(now),
    )
    return frozenset((row["channel"], row["chat"]) for row in rows)


async def record(tx: Tx, results: Sequence[Result], now: datetime) -> None:
    """What has ended is kept without its words: they may be a child's name."""
    await tx.many(
        "UPDATE outbox SET state = :state, tries = tries + 1, message = :message, error = :error, charged = :charged, "
        "payload = CASE WHEN :state IN ('waiting', 'held') THEN payload ELSE '' END, "
        # Of what its reader was not there for, `hushed.unsaid` takes the words, in this transaction.
        "quiet = CASE WHEN :state IN ('waiting', 'held', 'unreachable') THEN quiet ELSE '' END, "
        "not_before = coalesce(:again, not_before), sent_at = :sent WHERE id = :id AND state = 'waiting'",
        [
            {
                "id": one.row.id,
                "state": one.state,
                "message": one.message,
                "error": one.error[:500],
                "charged": int(one.charged),
                "again": to_micros(one.again_at) if one.again_at else None,
                "sent": to_micros(now) if one.state == SENT else None,
            }
            for one in results
        ],
    )


async def still_waiting(tx: Tx, row_ids: Collection[int]) -> set[int]:
    """Those of the rows of which nobody has written how they ended."""
    rows = await tx.rows(f"SELECT id FROM outbox WHERE state = 'waiting' AND id IN ({in_list(row_ids)})")
    return {row["id"] for row in rows}


async def drop_spares(tx: Tx, row_ids: Sequence[int]) -> None:
    """These rows have reached their reader."""
    await tx.many(
        "UPDATE outbox SET state = 'cancelled', payload = '', quiet = '' WHERE state = 'spare' AND instead_of = :row",
        [{"row": row_id} for row_id in row_ids],
    )


async def lost(tx: Tx, channel: str, message: str, why: str) -> bool:
    """The messenger takes back that it has delivered; False when no call is known that led to this message."""
    row = await tx.row(
        "UPDATE outbox SET state = :failed, error = :why "
        "WHERE channel = :channel AND message = :message AND message <> '' RETURNING id",
        failed=FAILED,
        why=why[:500],
        channel=channel,
        message=message,
    )
    return row is not None


async def next_at(tx: Tx, now: datetime, lanes: Collection[int] = ALL) -> int | None:
    """Microseconds at which the next of the waiting calls becomes due, after `now`."""
    row = await tx.one(
        "SELECT min(not_before) AS at FROM outbox WHERE state = 'waiting' AND hushed = 0 AND not_before > :now "
        f"{within(lanes, 'lane')}",
        now=to_micros(now),
    )
    found: int | None = row["at"]
    return found


async def waiting(tx: Tx) -> int:
    row = await tx.one("SELECT count(*) AS n FROM outbox WHERE state = 'waiting'")
    return int(row["n"])


@dataclass(frozen=True)
class Standing:
    """A row that has not gone out, on its way (`channel`, `chat`)."""

    id: int
    priority: int
    state: str
    not_before: int
    instead_of: int | None
    notice_id: int
    quiet: str
    hushed: int


async def notices_of(tx: Tx, row_ids: Collection[int]) -> set[int]:
    """Those of which any of these rows is a part."""
    rows = await tx.rows(f"SELECT notice_id FROM outbox WHERE id IN ({in_list(row_ids)}) AND notice_id IS NOT NULL")
    return {row["notice_id"] for row in rows}


async def in_other_lanes(tx: Tx, notice_ids: Collection[int], lanes: Collection[int]) -> set[int]:
    """Those of the notices that another worker may be sending at this moment."""
    if len(lanes) == LANES:
        return set()
    rows = await tx.rows(
        f"SELECT DISTINCT notice_id FROM outbox WHERE notice_id IN ({in_list(notice_ids)}) "
        f"AND state = 'waiting' AND hushed = 0 {within(ALL.difference(lanes), 'lane')}"
    )
    return {row["notice_id"] for row in rows}


async def rows_of(tx: Tx, notice_id: int) -> dict[tuple[str, str], list[Standing]]:
    """By channel and chat, what has not gone out of a notice."""
    rows = await tx.rows(
        "SELECT id, channel, chat, priority, state, not_before, instead_of, notice_id, quiet, hushed FROM outbox "
        "WHERE notice_id = :notice AND state IN ('waiting', 'held', 'spare') ORDER BY id",
        notice=notice_id,
    )
    found: dict[tuple[str, str], list[Standing]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault((values.pop("channel"), values.pop("chat")), []).append(Standing(**values))
    return found


async def say_anew(tx: Tx, rows: Sequence[Standing], calls: Sequence[Call], now: datetime) -> None:
    """The calls take the place of what stands on one way; rows that they need no longer are cancelled."""
    await tx.many(
        "UPDATE outbox SET method = :method, payload = :payload WHERE id = :id",
        [
            {"id": row.id, "method": call.method, "payload": json.dumps(call.payload, ensure_ascii=False)}
            for row, call in zip(rows, calls, strict=False)
        ],
    )
    await tx.many(
        "UPDATE outbox SET state = 'cancelled', payload = '', quiet = '', hushed = 0 WHERE id = :id",
        [{"id": row.id} for row in rows[len(calls) :]],
    )
    of = rows[0]
    more = [replace(call, not_before=from_micros(of.not_before)) for call in calls[len(rows) :]]
    following = "+" if of.quiet else ""
    await add(
        tx, more, now, state=of.state, instead_of=of.instead_of, notice_id=of.notice_id, quiet=following,
        hushed=of.hushed,
    )  # fmt: skip


def _due(row: Row) -> Due:
    return Due(
        row["id"], row["channel"], row["chat"], row["method"], row["payload"], row["priority"], row["tries"],
        row["vanish_after"], row["notice_id"], max(row["created_at"], row["not_before"]),
    )  # fmt: skip
