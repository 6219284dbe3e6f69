"""The second stage: what arrived is stored, and the oldest waiting rows become answers, in one transaction a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels.channel import Channel, Edited, Elsewhere, Lost, Reach
from bot.receive import Receiver
from casework import calendar
from casework.records import Person
from handlers import conversations, menu, router
from handlers.notices import NO_EDITS, NOT_IN_GROUPS, SET_ASIDE
from handlers.onekeyboard import one_keyboard
from handlers.replies import Incoming, Pictured
from handlers.scene import Message, Scene, Work
from handlers.talk import Moment
from handlers.views import View
from handlers.words import FIRST_LANGUAGE, Words
from storage import inbox, journals, media, outbox, people
from storage.database import Database, Tx, from_micros, to_micros
from storage.inbox import Arrived
from storage.media import Waiting
from storage.outbox import NOTICE, REPLY

log = structlog.get_logger()
BATCH = 50
ALBUM_SETTLES = timedelta(seconds=1)


class Converser:
    """`also` is written in the same transaction as the answers: the outcomes of calls made meanwhile."""

    def __init__(
        self,
        database: Database,
        work: Work,
        channels: Mapping[str, Channel],
        receiver: Receiver,
        *,
        now: Callable[[], datetime],
        also: Callable[[Tx], Awaitable[None]],
    ) -> None:
        self._database = database
        self._work = work
        self._channels = channels
        self._receiver = receiver
        self._now = now
        self._also = also
        self._some_wait = True
        """Rows may wait in the inbox: behind a full batch, or for another try; unknown at start."""

        database.listen("inbox", self.look_again)

    def look_again(self) -> None:
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
                continue

    async def _pause(self) -> float | None:
        if not self._some_wait:
            return None
        at = await inbox.next_at(self._database.glance())
        self._some_wait = at is not None
        return None if at is None else max(0.05, (at - to_micros(self._now())) / 1e6)

    async def turn(self) -> bool:
        """Stores what arrived and handles up to a batch; True when there may be more."""
        now = self._now()
        arrivals, stored = self._receiver.take()
        if not arrivals and not (self._some_wait and await inbox.oldest(self._database.glance(), now, 1)):
            return False
        try:
            async with self._database.transaction() as tx:
                await inbox.add(tx, arrivals, now)
                await self._also(tx)
                rows = await inbox.oldest(tx, now, BATCH)
                await self._handle_all(tx, rows, now)
        except BaseException as failed:
            if stored and not stored.done():
                stored.set_exception(failed)
                stored.exception()  # whoever has gone away meanwhile need not hear of it
            raise
        if stored:
            stored.set_result(None)
        return len(rows) == BATCH

    async def _handle_all(self, tx: Tx, rows: list[Arrived], now: datetime) -> None:
        done: list[Arrived] = []
        waiting: set[tuple[str, str]] = set()
        for row in rows:
            # Behind a row that failed, its sender's later ones wait: order is kept.
            if (row.channel, row.sender) in waiting:
                continue
            if await self._handled(tx, row, now):
                done.append(row)
            else:
                waiting.add((row.channel, row.sender))
        await inbox.done(tx, done)
        self._some_wait = self._some_wait or bool(waiting) or len(rows) == BATCH

    async def _handled(self, tx: Tx, row: Arrived, now: datetime) -> bool:
        try:
            async with tx.savepoint():
                await self._handle(tx, row, now)
        except Exception as poison:  # one bad row must never stop the queue: it is counted, and set aside
            log.exception("a message could not be handled", row=row.id, tries=row.tries + 1)
            if await inbox.failed(tx, row, f"{type(poison).__name__}: {poison}", now):
                await self._tell_aside(tx, row, now)
            return False
        return True

    async def _tell_aside(self, tx: Tx, row: Arrived, now: datetime) -> None:
        me, _kept = await people.with_journal(tx, row.channel, row.sender)
        if me:
            told = Message(View((SET_ASIDE,), ((menu.MENU,),)), to=me.id)
            await self.notify(tx, told, now, REPLY)

    async def _handle(self, tx: Tx, row: Arrived, now: datetime) -> None:
        channel = self._channels[row.channel]
        event, sent_at = channel.read(row.payload, from_micros(row.received_at) or now)
        match event:
            case Incoming():
                await self._answer(tx, channel, event, sent_at, now)
            case Edited(incoming=incoming):
                me, _kept = await people.with_journal(tx, row.channel, row.sender)
                await self._add(tx, Message(View((NO_EDITS,))), channel, incoming.chat, me, now=now)
            case Lost():
                known = await outbox.lost(tx, row.channel, event.message, event.why)
                log.warning("a message did not reach its phone", message=event.message, why=event.why, known=known)
            case Elsewhere(chat=chat, command=True):
                await self._add(tx, Message(View((NOT_IN_GROUPS,))), channel, chat, None, now=now)
            case Reach(chat=chat, reachable=True):
                await people.reachable(tx, row.channel, row.sender)
            case Reach(chat=chat):
                await people.unreachable(tx, row.channel, chat)

    async def _answer(self, tx: Tx, channel: Channel, incoming: Incoming, sent_at: datetime, now: datetime) -> None:
        me, kept = await people.with_journal(tx, incoming.channel, incoming.account)
        if me and isinstance(incoming.reply, Pictured) and not channel.keeps_files:
            await media.arrived(tx, me.id, incoming.reply.photo, now)
        answers = await router.respond(tx, self._work, me, kept, incoming, self._moment(sent_at, me))
        for told in await self._with_keyboard(tx, channel, me, [one for one in answers if one.to is None]):
            await self._add(tx, told, channel, incoming.chat, me, now=now, tapped=incoming.message)
        for told in answers:
            if told.to is not None:
                await self.notify(tx, told, now)

    def _moment(self, at: datetime, me: Person | None) -> Moment:
        return Moment(at, calendar.local_day(at, self._work.zone), (me.language if me else "") or FIRST_LANGUAGE)

    async def notify(self, tx: Tx, told: Message, now: datetime, priority: int = NOTICE) -> None:
        """A message to somebody else than the one who wrote."""
        await self.notify_all(tx, [told], now, priority)

    async def notify_all(self, tx: Tx, told: Sequence[Message], now: datetime, priority: int = NOTICE) -> None:
        """Messages to one person, in this order."""
        if not told:
            return
        to = told[0].to
        assert to is not None
        reader = await people.get(tx, to)
        for chat in await people.chats(tx, to):
            channel = self._channels.get(chat.channel)
            if channel is None:
                continue  # a messenger that was switched off
            for one in await self._with_keyboard(tx, channel, reader, told):
                await self._add(tx, one, channel, chat.chat, reader, now=now, priority=priority)

    async def _with_keyboard(
        self, tx: Tx, channel: Channel, reader: Person | None, told: Sequence[Message]
    ) -> Sequence[Message]:
        """As they are, where buttons stand under their message and stay there."""
        if not channel.one_keyboard or reader is None or not told:
            return told
        return one_keyboard(told, await journals.open_of(tx, reader.id))

    async def photo_lost(self, tx: Tx, photo: Waiting, now: datetime) -> None:
        """A photo that cannot be fetched any more: its sender is told where they meant it to be."""
        me = await people.get(tx, photo.person_id) if photo.person_id else None
        if me is None:
            return
        here = Scene(me, self._work, self._moment(now, me))
        told = await conversations.photo_lost(tx, here, photo.recognised_by, saved=photo.visit_id is not None)
        for chat in await people.chats(tx, me.id):
            for one in told:  # an answer that still waits would count the photo in
                await outbox.cancel(tx, chat.channel, chat.chat, one.album)
        await self.notify_all(tx, told, now, REPLY)

    async def _add(
        self,
        tx: Tx,
        told: Message,
        channel: Channel,
        chat: str,
        reader: Person | None,
        *,
        now: datetime,
        tapped: str = "",
        priority: int = REPLY,
    ) -> None:
        language = told.language or (reader.language if reader else "") or FIRST_LANGUAGE
        words = Words(language, calendar.local_day(now, self._work.zone))
        at = now + ALBUM_SETTLES if told.settle else now
        calls = channel.calls(told, chat, words, tapped=tapped, priority=priority, at=at)
        await outbox.add(tx, calls, now)
