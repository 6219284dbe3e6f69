"""The second stage: what arrived is stored, and the oldest waiting rows become answers, in one transaction a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot import logs
from bot.channels.channel import Channel, Edited, Elsewhere, Lost, Reach
from bot.receive import Receiver
from bot.tell import Teller
from bot.watch.meters import Meters
from bot.withdraw import Withdrawal
from casework import privacy
from handlers import router
from handlers.desk import aside
from handlers.engine.kinds import PERSONAL_NUMBER
from handlers.engine.replies import Incoming, Pictured, words_of
from handlers.engine.scene import Message, Work
from handlers.engine.views import View
from handlers.morning.notices import NO_EDITS, NOT_IN_GROUPS
from storage import inbox, media, outbox, people
from storage.database import Database, Tx, Unwritable, from_micros, to_micros
from storage.inbox import Arrival, Arrived
from storage.outbox import REPLY

log = structlog.get_logger()
BATCH = 50


@dataclass(frozen=True)
class Beside:
    """Whether the same person sent something earlier or later that is handled in the same turn."""

    earlier: bool
    later: bool


Handle = Callable[[Tx, Arrived, datetime, Beside], Awaitable[Arrived | None]]


class Converser:
    """`also` is written in the same transaction as the answers: the outcomes of calls made meanwhile."""

    def __init__(
        self,
        database: Database,
        work: Work,
        channels: Mapping[str, Channel],
        receiver: Receiver,
        teller: Teller,
        *,
        now: Callable[[], datetime],
        also: Callable[[Tx], Awaitable[None]],
        withdrawal: Withdrawal,
        meters: Meters,
    ) -> None:
        self._database = database
        self._work = work
        self._channels = channels
        self._receiver = receiver
        self._teller = teller
        self._now = now
        self._also = also
        self._withdrawal = withdrawal
        self._meters = meters
        self._some_wait = True
        """Rows may wait in the inbox that nobody has brought here: behind a full batch, or stored by another worker."""
        self._some_later = True
        """Rows may wait for another try; unknown at start."""

        database.listen("inbox", self._told)

    def look_again(self) -> None:
        self._some_later = True
        self._told()

    def _told(self) -> None:
        self._some_wait = True
        self._receiver.arrived.set()

    async def run(self) -> None:
        """For ever: a turn when something arrived, or when a row may be tried again."""
        while True:
            self._receiver.arrived.clear()
            if await self.turn():
                continue
            try:
                async with asyncio.timeout(await self._pause()):
                    await self._receiver.arrived.wait()
            except TimeoutError:
                self._some_wait = True

    async def _pause(self) -> float | None:
        if not self._some_later:
            return None
        self._some_later = False  # before it is asked, for what is told meanwhile counts
        at = await inbox.next_at(self._database.glance(), self._database.shares.lanes)
        self._some_later = self._some_later or at is not None
        return None if at is None else max(0.05, (at - to_micros(self._now())) / 1e6)

    async def turn(self) -> bool:
        """Stores what arrived and handles up to a batch of our share; True when there may be more."""
        now = self._now()
        arrivals, stored = self._receiver.take()
        if not arrivals and not self._some_wait:
            return False
        self._some_wait = False  # before anything is read, for what is told meanwhile counts
        try:
            count = await self._write(arrivals, now)
        except BaseException as failed:
            self.look_again()
            if stored and not stored.done():
                stored.set_exception(failed)
                stored.exception()  # whoever has gone away meanwhile need not hear of it
            raise
        if stored:
            stored.set_result(None)
        self._some_wait = self._some_wait or count == BATCH
        return count == BATCH

    async def _write(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """All together, which is quick; if that fails, once more, each row by itself, so that only the bad one does."""
        try:
            return await self._database.write(partial(self._turn, arrivals, now, self._handle))
        except Unwritable:
            raise
        except Exception as failed:  # whatever it was, it fails again or is gone
            log.info("a turn is made again, each message by itself", why=type(failed).__name__)
            return await self._database.write(partial(self._turn, arrivals, now, self._handle_apart))

    async def _turn(self, arrivals: Sequence[Arrival], now: datetime, handle: Handle, tx: Tx) -> int:
        await inbox.add(tx, arrivals, now)
        await self._also(tx)
        rows = await self._oldest(tx, now, BATCH)
        await self._handle_all(tx, rows, now, handle)
        await self._withdrawal.follow(tx, now)
        return len(rows)

    async def _oldest(self, tx: Tx, now: datetime, limit: int) -> list[Arrived]:
        return await inbox.oldest(tx, now, limit, self._database.shares.lanes)

    async def _handle_all(self, tx: Tx, rows: list[Arrived], now: datetime, handle: Handle) -> None:
        done: list[Arrived] = []
        waiting: set[tuple[str, str]] = set()
        senders = [(row.channel, row.sender) for row in rows]
        for n, row in enumerate(rows):
            # Behind a row that failed, its sender's later ones wait: order is kept.
            if senders[n] in waiting:
                continue
            beside = Beside(senders[n] in senders[:n], senders[n] in senders[n + 1 :])
            if handled := await handle(tx, row, now, beside):
                done.append(handled)
            else:
                waiting.add(senders[n])
        await inbox.done(tx, done)
        self._some_later = self._some_later or bool(waiting)

    async def _handle_apart(self, tx: Tx, row: Arrived, now: datetime, beside: Beside) -> Arrived | None:
        """None when it could not be handled."""
        try:
            async with tx.savepoint():
                return await self._handle(tx, row, now, beside)
        except Unwritable:
            raise
        except Exception as poison:  # one bad row must never stop the queue: it is counted, and set aside
            log.exception("a message could not be handled", row=row.id, tries=row.tries + 1)
            is_aside = await inbox.failed(tx, row, logs.told(poison), now)
            self._meters.not_handled(row.channel, aside=is_aside)
            if is_aside:
                await self._tell_aside(tx, row, now)
            return None

    async def _handle(self, tx: Tx, row: Arrived, now: datetime, beside: Beside) -> Arrived:
        """With the time when it was said."""
        handled = await self._follow(tx, row, now, beside)
        waited = (to_micros(now) - row.received_at) / 1e6
        tx.when_committed(partial(self._meters.handled, row.channel, waited))
        return handled

    async def _tell_aside(self, tx: Tx, row: Arrived, now: datetime) -> None:
        me, _kept = await people.with_journal(tx, row.channel, row.sender)
        if me:
            await self._teller.notify(tx, aside.told_sender(self._work, row, now, to=me.id), now, REPLY, on=row.channel)
        if row.retried_by and (me is None or row.retried_by != me.id):
            told = aside.failed_again(self._work, row, me.name if me else "", to=row.retried_by)
            await self._teller.notify(tx, told, now, REPLY)

    async def _follow(self, tx: Tx, row: Arrived, now: datetime, beside: Beside) -> Arrived:
        event, sent_at = self._channels[row.channel].read(row.payload, from_micros(row.received_at) or now)
        match event:
            case Incoming():
                incoming = replace(event, came_at=now, is_followed=beside.later)
                await self._answer(tx, row, incoming, sent_at, now, is_later=beside.earlier)
                return replace(row, said_at=to_micros(sent_at))
            case Edited(incoming=incoming):
                me, _kept = await people.with_journal(tx, row.channel, row.sender)
                said = PERSONAL_NUMBER if await self._taken_back(tx, incoming, now) else NO_EDITS
                await self._teller.answer(tx, [Message(View((said,)))], row.channel, incoming.chat, me, now=now)
            case Lost():
                why = logs.plain(event.why)
                known = await outbox.lost(tx, row.channel, event.message, why)
                log.warning("a message did not reach its phone", message=event.message, why=why, known=known)
            case Elsewhere(chat=chat, command=True):
                await self._teller.answer(tx, [Message(View((NOT_IN_GROUPS,)))], row.channel, chat, None, now=now)
            case Reach(chat=chat, reachable=True):
                await people.reachable(tx, row.channel, row.sender)
            case Reach(chat=chat):
                await self._teller.lost(tx, row.channel, chat, now)
        return row

    async def _taken_back(self, tx: Tx, incoming: Incoming, now: datetime) -> bool:
        """Whether it held a personal number; then it is deleted from the chat too, where the messenger allows it."""
        if not privacy.personal_numbers(words_of(incoming.reply)):
            return False
        await outbox.add(tx, self._channels[incoming.channel].withdrawal(incoming.chat, incoming.own), now)
        return True

    async def _answer(
        self, tx: Tx, row: Arrived, incoming: Incoming, sent_at: datetime, now: datetime, *, is_later: bool
    ) -> None:
        channel = self._channels[incoming.channel]
        me, kept = await people.with_journal(tx, incoming.channel, incoming.account)
        if me and isinstance(incoming.reply, Pictured) and not channel.keeps_files:
            await media.arrived(tx, me.id, incoming.reply.photo, now)
        await self._taken_back(tx, incoming, now)
        told = await router.respond(tx, self._work, me, kept, incoming, self._teller.moment(sent_at, me))
        if channel.charges:  # only now, because a stranger may just have become somebody
            await people.wrote(tx, incoming.channel, incoming.account, sent_at)
            await outbox.release(tx, incoming.channel, incoming.chat)
        answers = [one for one in told if one.to is None]
        if row.retried_by:
            answers = aside.taken_in(self._work, row, answers)
        if is_later and not any(one.settle for one in answers):
            # An answer that waits for the rest of an album would come after this one.
            await outbox.hurry(tx, incoming.channel, incoming.chat, Message.album, now)
        await self._teller.answer(
            tx, answers, incoming.channel, incoming.chat, me, now=now, tapped=incoming.message
        )  # fmt: skip
        for one in told:
            if one.to is not None:
                await self._teller.notify(tx, one, now)
