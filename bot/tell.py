"""Messages become rows of the outbox: in the reader's language, for the messenger that reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.channels.channel import Channel
from casework import calendar
from casework.records import Person
from handlers import reach
from handlers.scene import Message, Work
from handlers.words import FIRST_LANGUAGE, Words
from storage import outbox, people
from storage.database import Tx
from storage.outbox import NOTICE, REPLY

ALBUM_SETTLES = timedelta(seconds=1)


class Teller:
    def __init__(self, work: Work, channels: Mapping[str, Channel]) -> None:
        self._work = work
        self._channels = channels

    async def answer(
        self,
        tx: Tx,
        told: Message,
        channel: str,
        chat: str,
        reader: Person | None,
        *,
        now: datetime,
        tapped: str = "",
        priority: int = REPLY,
    ) -> None:
        """Where it was asked; `tapped` is the message whose button asked for it."""
        language = told.language or (reader.language if reader else "") or FIRST_LANGUAGE
        words = Words(language, calendar.local_day(now, self._work.zone))
        at = now + ALBUM_SETTLES if told.settle else now
        calls = self._channels[channel].calls(told, chat, words, tapped=tapped, priority=priority, at=at)
        await outbox.add(tx, calls, now)

    async def notify(self, tx: Tx, told: Message, now: datetime, priority: int = NOTICE) -> None:
        """Somebody else than the one who wrote."""
        assert told.to is not None
        reader = await people.get(tx, told.to)
        for chat in await people.ways(tx, told.to):
            await self.answer(tx, told, chat.channel, chat.chat, reader, now=now, priority=priority)

    async def lost(self, tx: Tx, channel: str, chat: str, now: datetime) -> None:
        """The messenger says that nobody can be reached there."""
        for told in await reach.lost(tx, self._work, channel, chat, now):
            await self.notify(tx, told, now)
