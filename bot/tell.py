"""Messages become rows of the outbox: in the reader's language, for the messenger that reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.channels.channel import Channel
from casework import calendar
from casework.records import Person
from handlers import conversations, reach
from handlers.onekeyboard import one_keyboard
from handlers.scene import Message, Scene, Work
from handlers.talk import Moment
from handlers.words import FIRST_LANGUAGE, Words
from storage import journals, outbox, people
from storage.database import Tx
from storage.media import Waiting
from storage.outbox import NOTICE, REPLY

ALBUM_SETTLES = timedelta(seconds=1)


class Teller:
    def __init__(self, work: Work, channels: Mapping[str, Channel]) -> None:
        self._work = work
        self._channels = channels

    def moment(self, at: datetime, me: Person | None) -> Moment:
        """How `at` is called by whoever reads or wrote."""
        return Moment(at, calendar.local_day(at, self._work.zone), (me.language if me else "") or FIRST_LANGUAGE)

    async def answer(
        self,
        tx: Tx,
        told: Sequence[Message],
        channel: str,
        chat: str,
        reader: Person | None,
        *,
        now: datetime,
        tapped: str = "",
        priority: int = REPLY,
    ) -> None:
        """Where it was asked; `tapped` is the message whose button asked for it."""
        for one in await self._with_keyboard(tx, channel, reader, told):
            language = one.language or (reader.language if reader else "") or FIRST_LANGUAGE
            words = Words(language, calendar.local_day(now, self._work.zone))
            at = now + ALBUM_SETTLES if one.settle else now
            calls = self._channels[channel].calls(one, chat, words, tapped=tapped, priority=priority, at=at)
            await outbox.add(tx, calls, now)

    async def _with_keyboard(
        self, tx: Tx, channel: str, reader: Person | None, told: Sequence[Message]
    ) -> Sequence[Message]:
        """As they are, where buttons stand under their message and stay there."""
        if not self._channels[channel].one_keyboard or reader is None or not told:
            return told
        return one_keyboard(told, await journals.open_of(tx, reader.id))

    async def notify(self, tx: Tx, told: Message, now: datetime, priority: int = NOTICE) -> None:
        """Somebody else than the one who wrote."""
        await self.notify_all(tx, [told], now, priority)

    async def notify_all(self, tx: Tx, told: Sequence[Message], now: datetime, priority: int = NOTICE) -> None:
        """What one person is told together stays together."""
        for to in dict.fromkeys(one.to for one in told):
            assert to is not None
            reader, own = await people.get(tx, to), [one for one in told if one.to == to]
            for chat in await people.chats(tx, to):
                if chat.channel in self._channels:  # else that messenger was switched off
                    await self.answer(tx, own, chat.channel, chat.chat, reader, now=now, priority=priority)

    async def lost(self, tx: Tx, channel: str, chat: str, now: datetime) -> None:
        """The messenger says that nobody can be reached there."""
        await self.notify_all(tx, await reach.lost(tx, self._work, channel, chat, now), now)

    async def photo_lost(self, tx: Tx, photo: Waiting, now: datetime) -> None:
        """A photo that cannot be fetched any more: its sender is told where they meant it to be."""
        me = await people.get(tx, photo.person_id) if photo.person_id else None
        if me is None:
            return
        here = Scene(me, self._work, self.moment(now, me))
        told = await conversations.photo_lost(tx, here, photo.recognised_by, saved=photo.visit_id is not None)
        for chat in await people.chats(tx, me.id):
            for one in told:  # an answer that still waits would count the photo in
                await outbox.cancel(tx, chat.channel, chat.chat, one.album)
        await self.notify_all(tx, told, now, REPLY)
