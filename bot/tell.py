"""Messages become rows of the outbox: in the reader's language, on the messenger that reaches them.

An answer goes where it was asked. A notice goes one way, in the order of `casework.ways`; when there is a second one,
the same notice is kept ready for it. What would cost money and can wait, or what the month's budget does not allow,
is held until its reader writes; what can wait at all, until the hours of its reader (`bot.hushed`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.channels.channel import Channel
from casework import calendar, ways
from casework.records import Person
from casework.ways import Way
from handlers import conversations
from handlers.engine import written
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Moment
from handlers.engine.views import Button
from handlers.engine.words import FIRST_LANGUAGE, Words
from handlers.morning import notices
from handlers.onekeyboard import one_keyboard
from handlers.people import reach, unsaid
from storage import because, ceilings, duty, journals, outbox, people, spending
from storage.database import Tx
from storage.media import Waiting
from storage.outbox import BROADCAST, HELD, NOTICE, REPLY, SPARE, WAITING, Call

ALBUM_SETTLES = timedelta(seconds=1)


@dataclass(frozen=True)
class Teller:
    """`budgets`: how many charged messages a month each channel may make that charges; `at_most_a_day`: how many
    notices that nobody asked for one person is sent."""

    work: Work
    channels: Mapping[str, Channel]
    budgets: Mapping[str, int] = field(default_factory=dict)
    at_most_a_day: int = 6

    def moment(self, at: datetime, reader: Person | None) -> Moment:
        language = (reader.language if reader else "") or FIRST_LANGUAGE
        return Moment(at, self.today(at, reader), language)

    def today(self, at: datetime, reader: Person | None) -> date:
        """Where the reader is."""
        return self.work.times(reader).today(at) if reader else calendar.local_day(at, self.work.zone)

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
    ) -> None:
        """Where it was asked; `tapped` is the message whose button asked for it."""
        for one in await self._with_keyboard(tx, channel, reader, told):
            calls = await self._calls(tx, one, Way(channel, chat), reader, now=now, priority=REPLY, tapped=tapped)
            await outbox.add(tx, calls, now)

    async def notify(self, tx: Tx, told: Message, now: datetime, priority: int = NOTICE, on: str = "") -> None:
        await self.notify_all(tx, [told], now, priority, on)

    async def notify_all(
        self, tx: Tx, told: Sequence[Message], now: datetime, priority: int = NOTICE, on: str = ""
    ) -> None:
        """Messages to one person who has not just asked for them, in this order; on the channel `on` if that can be."""
        if not told or told[0].to is None:
            return
        priority = BROADCAST if told[0].to_many else priority
        reader = await people.get(tx, told[0].to)
        if reader is None or not reader.active:
            return
        if await self._is_too_much(tx, told, reader, now, priority):
            return
        open_ways = [way for way in await people.ways(tx, told[0].to) if way.channel in self.channels]
        if told[0].elsewhere:
            for way in open_ways:
                if way.channel != told[0].elsewhere:
                    await self._send(tx, told, [way], reader, now, priority)
            return
        if ordered := ways.in_order(open_ways, on or reader.preferred, self._charging, now):
            await self._send(tx, told, ordered, reader, now, priority)
        elif priority != REPLY and not told[0].daily and not told[0].kind:
            await unsaid.keep(tx, reader, told, self._day(now))

    async def _is_too_much(self, tx: Tx, told: Sequence[Message], reader: Person, now: datetime, priority: int) -> bool:
        """Beyond so many unasked notices a day one is kept for the next morning's message; what is urgent is only
        counted, and what comes once a day by itself is not."""
        first, day = told[0], self._day(now)
        if priority == REPLY or first.asked or first.daily or first.kind or first.elsewhere:
            return False
        count = await ceilings.count(tx, reader.id, day, urgent=first.urgent)
        if first.urgent or count <= self.at_most_a_day or not written.is_kept(told):
            return False
        await because.keep(tx, reader.id, written.write(first, reader.language), first.ties, day.isoformat())
        return True

    def _when(self, told: Message, reader: Person, now: datetime, priority: int) -> datetime:
        """What answers a tap or cannot wait goes at once, all else when its reader may next be told."""
        return now if self._cannot_wait(told, priority) else self.work.times(reader).next_open(now)

    @staticmethod
    def _cannot_wait(told: Message, priority: int) -> bool:
        return priority == REPLY or told.urgent or bool(told.elsewhere)

    @property
    def waits(self) -> dict[str, timedelta]:
        """How long each messenger keeps what we do not take."""
        return {name: channel.waits for name, channel in self.channels.items()}

    @property
    def _charging(self) -> set[str]:
        return {name for name, channel in self.channels.items() if channel.charges}

    async def _send(
        self, tx: Tx, told: Sequence[Message], to: Sequence[Way], reader: Person, now: datetime, priority: int
    ) -> None:
        first, *others = to
        at = self._when(told[0], reader, now, priority)
        state = HELD if await self._must_wait(tx, told[0], first, now) else WAITING
        kept = [await self._kept(tx, one, reader, priority) for one in told]
        rows = list[int | None]()
        shown = await self._with_keyboard(tx, first.channel, reader, told)
        for one, (notice, said) in zip(shown, kept, strict=True):
            calls = await self._calls(tx, one, first, reader, now=now, priority=priority, at=at)
            hushed = reader.id if said and at > now else 0
            rows.append(
                await outbox.add(tx, calls, now, state=state, notice_id=notice, quiet=said, hushed=hushed)
            )  # fmt: skip
        for other in others[:1]:
            spares = await self._with_keyboard(tx, other.channel, reader, told)
            for one, row, (notice, said) in zip(spares, rows, kept, strict=True):
                calls = await self._calls(tx, one, other, reader, now=now, priority=priority, at=at)
                hushed = reader.id if said and at > now else 0
                await outbox.add(
                    tx, calls, now, state=SPARE, instead_of=row, notice_id=notice, quiet=said, hushed=hushed
                )  # fmt: skip

    async def _kept(self, tx: Tx, told: Message, reader: Person, priority: int) -> tuple[int | None, str]:
        """A notice that is told because of something is kept with that, so that it can be taken back; and what one that
        can wait says, so that it can be told with others."""
        notice = (
            await because.keep(tx, reader.id, written.write(told, reader.language), told.ties) if told.ties else None
        )
        if self._cannot_wait(told, priority):
            return notice, ""
        # A picture, or what takes the place of its like, stays a message of its own.
        alone = notice or told.kind or not written.is_kept([told])
        language = told.language or reader.language or FIRST_LANGUAGE
        return notice, written.mark(reader.id) if alone else written.write(replace(told, to=reader.id), language)

    async def said(
        self, tx: Tx, told: Message, way: tuple[str, str], reader: Person, now: datetime, priority: int
    ) -> Sequence[Call]:
        """The calls that show a notice to its reader on one way."""
        [shown] = await self._with_keyboard(tx, way[0], reader, [told])
        return await self._calls(tx, shown, Way(*way), reader, now=now, priority=priority)

    async def _must_wait(self, tx: Tx, told: Message, way: Way, now: datetime) -> bool:
        if told.urgent or ways.is_free(way, self._charging, now):
            return False
        if told.can_wait:
            return True
        month = self._month(now)
        if await spending.charged(tx, way.channel, month) < self.budgets.get(way.channel, 0):
            return False
        await self.out_of_money(tx, way.channel, now)
        return True

    async def out_of_money(self, tx: Tx, channel: str, now: datetime) -> None:
        """Whoever looks after the region is told, once a month and messenger."""
        month = self._month(now)
        if not await spending.alarm(tx, channel, month):
            return
        count = await spending.charged(tx, channel, month)
        for one in await duty.region(tx):
            await self.notify(tx, notices.out_of_money(channel, month, count, to=one.id), now)

    async def spent(self, tx: Tx, channel: str, now: datetime) -> None:
        """A message was charged."""
        await spending.add(tx, channel, self._month(now), 1)

    def _month(self, now: datetime) -> str:
        return f"{self._day(now):%Y-%m}"

    def _day(self, now: datetime) -> date:
        return calendar.local_day(now, self.work.zone)

    async def _with_keyboard(
        self, tx: Tx, channel: str, reader: Person | None, told: Sequence[Message]
    ) -> Sequence[Message]:
        """As they are, where buttons stand under their message and stay there."""
        if not self.channels[channel].one_keyboard or reader is None or not told:
            return told
        return one_keyboard(told, await journals.open_of(tx, reader.id))

    async def _with_accounts(self, tx: Tx, told: Message, channel: str) -> Message:
        """Buttons that open a chat with somebody, of those who are on this messenger, if it opens any."""
        persons = {button.person for row in told.view.rows for button in row if button.person}
        if not persons:
            return told
        known = await people.accounts(tx, channel, persons) if self.channels[channel].opens_chats else {}
        rows = (tuple(_opening(button, known) for button in row if _stays(button, known)) for row in told.view.rows)
        return replace(told, view=replace(told.view, rows=tuple(row for row in rows if row)))

    async def _calls(
        self,
        tx: Tx,
        told: Message,
        way: Way,
        reader: Person | None,
        *,
        now: datetime,
        priority: int,
        tapped: str = "",
        at: datetime | None = None,
    ) -> Sequence[Call]:
        told = await self._with_accounts(tx, told, way.channel)
        language = told.language or (reader.language if reader else "") or FIRST_LANGUAGE
        at = now + ALBUM_SETTLES if told.settle else at or now
        words = Words(language, self.today(at, reader))
        return self.channels[way.channel].calls(told, way.chat, words, tapped=tapped, priority=priority, at=at)

    async def lost(
        self, tx: Tx, channel: str, chat: str, now: datetime, *, for_good: bool = False, refused: Collection[int] = ()
    ) -> None:
        """The messenger says that nobody can be reached there."""
        for told in await reach.lost(tx, self.work, channel, chat, now, for_good=for_good, refused=refused):
            await self.notify(tx, told, now)

    async def photo_lost(self, tx: Tx, photo: Waiting, now: datetime) -> None:
        """A photo that cannot be fetched any more: its sender is told where they meant it to be."""
        me = await people.get(tx, photo.person_id) if photo.person_id else None
        if me is None:
            return
        here = Scene(me, self.work, self.moment(now, me))
        told = await conversations.photo_lost(tx, here, photo.recognised_by, saved=photo.visit_id is not None)
        for way in await people.ways(tx, me.id):
            for one in told:  # an answer that still waits would count the photo in
                await outbox.cancel(tx, way.channel, way.chat, one.album)
        await self.notify_all(tx, told, now, REPLY, on=photo.channel)


def _stays(button: Button, known: Mapping[int, str]) -> bool:
    return not button.person or button.person in known


def _opening(button: Button, known: Mapping[int, str]) -> Button:
    return replace(button, account=known.get(button.person, ""))
