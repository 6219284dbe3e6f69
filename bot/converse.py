"""The second stage: the oldest row of each person becomes answers, in one transaction for the whole batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.channels import telegram
from bot.channels.telegram import Edited, Elsewhere, Reach
from casework import calendar
from handlers import menu, reach, router
from handlers.notices import NO_EDITS, NOT_IN_GROUPS, SET_ASIDE
from handlers.replies import Incoming
from handlers.scene import Message, Work
from handlers.talk import Moment
from handlers.views import View
from handlers.words import FIRST_LANGUAGE, Words
from storage import inbox, outbox, people
from storage.database import Database, Tx, from_micros, to_micros
from storage.inbox import Arrived
from storage.outbox import NOTICE, REPLY, Call

log = structlog.get_logger()
BATCH = 20
ALBUM_SETTLES = timedelta(seconds=1)


class Converser:
    def __init__(
        self,
        database: Database,
        work: Work,
        now: Callable[[], datetime],
        arrived: asyncio.Event,
        answered: Callable[[], None],
    ) -> None:
        self._database = database
        self._work = work
        self._now = now
        self._arrived = arrived
        self._answered = answered
        self._some_failed = True
        """Rows may wait for another try; unknown at start."""

    async def run(self) -> None:
        """For ever: until nothing waits, then until something arrives or a failed row may be tried again."""
        while True:
            self._arrived.clear()
            if await self.one_batch():
                continue
            try:
                async with asyncio.timeout(await self._pause()):
                    await self._arrived.wait()
            except TimeoutError:
                continue

    async def _pause(self) -> float | None:
        if not self._some_failed:
            return None
        async with self._database.reading() as tx:
            at = await inbox.next_at(tx)
        self._some_failed = at is not None
        return None if at is None else max(0.05, (at - to_micros(self._now())) / 1e6)

    async def one_batch(self) -> int:
        """Handles the oldest rows of different people; returns how many."""
        now = self._now()
        # Nobody else takes rows, so they may be looked for without holding the writer.
        async with self._database.reading() as tx:
            rows = await inbox.oldest(tx, now, BATCH)
        if not rows:
            return 0
        async with self._database.transaction() as tx:
            done = [row for row in rows if await self._handled(tx, row, now)]
            await inbox.done(tx, done)
        self._some_failed = self._some_failed or len(done) < len(rows)
        self._answered()
        return len(rows)

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
        for chat in await people.chats(tx, me.id) if me else []:
            await self._add(tx, Message(View((SET_ASIDE,), ((menu.MENU,),))), chat.chat, me, now)

    async def _handle(self, tx: Tx, row: Arrived, now: datetime) -> None:
        event, sent_at = telegram.read(row.payload, from_micros(row.received_at) or now)
        match event:
            case Incoming():
                await self._answer(tx, event, sent_at, now)
            case Edited(incoming=incoming):
                me, _kept = await people.with_journal(tx, row.channel, row.sender)
                await self._add(tx, Message(View((NO_EDITS,))), incoming.chat, me, now)
            case Elsewhere(chat=chat, command=True):
                await self._add(tx, Message(View((NOT_IN_GROUPS,))), chat, None, now)
            case Reach(chat=chat, reachable=True):
                await people.reachable(tx, row.channel, row.sender)
            case Reach(chat=chat):
                await self.lost(tx, row.channel, chat, now)

    async def _answer(self, tx: Tx, incoming: Incoming, sent_at: datetime, now: datetime) -> None:
        me, kept = await people.with_journal(tx, incoming.channel, incoming.account)
        language = (me.language if me else "") or FIRST_LANGUAGE
        moment = Moment(sent_at, calendar.local_day(sent_at, self._work.zone), language)
        for told in await router.respond(tx, self._work, me, kept, incoming, moment):
            if told.to is None:
                await self._add(tx, told, incoming.chat, me, now, tapped=incoming.message)
            else:
                await self.notify(tx, told, now)

    async def lost(self, tx: Tx, channel: str, chat: str, now: datetime) -> None:
        """The messenger says that nobody can be reached there."""
        for told in await reach.lost(tx, self._work, channel, chat, now):
            await self.notify(tx, told, now)

    async def notify(self, tx: Tx, told: Message, now: datetime, priority: int = NOTICE) -> None:
        """A message to somebody else than the one who wrote."""
        assert told.to is not None
        reader = await people.get(tx, told.to)
        for chat in await people.chats(tx, told.to):
            await self._add(tx, told, chat.chat, reader, now, priority=priority)

    async def _add(
        self,
        tx: Tx,
        told: Message,
        chat: str,
        reader: object,
        now: datetime,
        *,
        tapped: str = "",
        priority: int = REPLY,
    ) -> None:
        language = told.language or getattr(reader, "language", "") or FIRST_LANGUAGE
        words = Words(language, calendar.local_day(now, self._work.zone))
        calls: list[Call] = telegram.calls(
            told, chat, words, tapped=tapped, priority=priority, at=now + ALBUM_SETTLES
        )  # fmt: skip
        if not told.settle:
            calls = [replace(call, not_before=now) for call in calls]
        await outbox.add(tx, calls, now)
