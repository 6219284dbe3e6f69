"""A notice whose cause is gone does not go out: it is withdrawn, or said anew without the lines that hold no more.

It is looked at twice: in the transaction in which something changes that it tells of (`follow`), and immediately before
its call is made (`look`). What a newcomer gets wrong: a row whose call is under way is not touched. It has been told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from bot.tell import Teller
from casework import calendar
from handlers.engine import written
from handlers.engine.scene import Message
from handlers.morning import parts
from storage import alerted, because, claims, duty, outbox, people, ties
from storage.because import Tie
from storage.database import Tx
from storage.shares import Shares

FOLDED, FOLDED_A_MORNING = "folded", 5


class Withdrawal:
    """`in_flight`: the rows of the outbox whose call is under way, or whose outcome is not yet kept. Of what another
    worker may be sending only that one can say so, and it looks before each call."""

    def __init__(self, teller: Teller, in_flight: Collection[int], shares: Shares) -> None:
        self._teller = teller
        self._in_flight = in_flight
        self._shares = shares

    async def follow(self, tx: Tx, now: datetime) -> None:
        """To be called last in a transaction that has changed something; one look at an index when it touched any."""
        if tx.touched:
            await self.look(tx, await because.about(tx, tx.touched), now)

    async def broken(self, tx: Tx, notices: Collection[int], now: datetime) -> dict[int, frozenset[Tie]]:
        work = self._teller.work
        return await ties.broken(tx, notices, work.catalogue.lists, calendar.local_day(now, work.zone))

    async def look(self, tx: Tx, notices: Collection[int], now: datetime) -> None:
        waiting = set(notices)
        if waiting:
            waiting -= await outbox.notices_of(tx, self._in_flight)
            waiting -= await outbox.in_other_lanes(tx, notices, self._shares.lanes)
        broken = await self.broken(tx, waiting, now) if waiting else {}
        for notice, reader_id, body in await because.bodies(tx, broken) if broken else ():
            await alerted.take_back(tx, reader_id, broken[notice])
            told = await self._left(tx, reader_id, written.read(body), broken[notice])
            if told is None:
                await because.cancel(tx, [notice])
            else:
                await self._say_anew(tx, notice, told, now)

    async def folded(self, tx: Tx, today: date, now: datetime) -> list[Message]:
        """What was too much for somebody on an earlier day and still holds: a few of it each morning, the oldest
        first. Who is away gets it when they are back."""
        waiting = await because.folded(tx, today)
        had = await claims.readers(tx, (FOLDED,), today.isoformat()) if waiting else set()
        here = self._teller.work.told_today(await duty.on_duty(tx, waiting.keys() - had), now)
        own = {one.id: waiting[one.id][:FOLDED_A_MORNING] for one in here}
        await claims.claim_all(tx, FOLDED, today.isoformat(), now, {person: {} for person in own})
        taken = [notice for notices in own.values() for notice in notices]
        broken = await self.broken(tx, taken, now) if taken else {}
        told = []
        for notice, reader_id, body in await because.bodies(tx, taken) if taken else ():
            gone = broken.get(notice, frozenset())
            told += [left] if (left := await self._left(tx, reader_id, written.read(body), gone)) else []
        await because.forget(tx, taken)
        return told

    async def _left(self, tx: Tx, reader_id: int, told: Message, gone: frozenset[Tie]) -> Message | None:
        reader = await people.get(tx, reader_id)
        return parts.without(told, gone, reader) if reader and reader.active else None

    async def _say_anew(self, tx: Tx, notice: int, told: Message, now: datetime) -> None:
        reader = await people.get(tx, told.to or 0)
        assert reader is not None
        await because.rewrite(tx, notice, written.write(told, reader.language), told.ties)
        for way, rows in (await outbox.rows_of(tx, notice)).items():
            calls = await self._teller.said(tx, told, way, reader, now, priority=rows[0].priority)
            await outbox.say_anew(tx, rows, calls, now)
