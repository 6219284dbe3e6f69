"""The third stage: due rows of the outbox become calls, at the pace the messenger allows.

Each call is a task of its own, at most one to a chat and `AT_ONCE` in all, so a call that hangs holds up nobody else.
Outcomes are written together with the answers of the next turn of `converse`, or after `RECORD_WITHIN`.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

import structlog

from bot.channels.channel import Channel, Meaning, Trouble
from bot.doors import Doors
from bot.lasting import lasting
from bot.tell import Teller
from bot.watch.meters import Meters
from bot.watch.vitals import Vitals
from bot.withdraw import Withdrawal
from storage import because, outbox
from storage.database import Database, Tx, Unwritable, to_micros
from storage.outbox import FAILED, GONE, HELD, REPLY, SENT, UNCERTAIN, UNREACHABLE, WAITING, Call, Due, Result
from storage.shares import lane_of

log = structlog.get_logger()
LOOK_AHEAD = 200
AT_ONCE = 32
RECORD_WITHIN = 0.025
"""Seconds. A process killed within them repeats these messages when it lives again; nothing else can come of it."""
TRIES = 3
"""Of a call that fails by a mistake of ours."""
WITH_MORE_SECONDS = 1.0
"""So soon there is another look while some rows had to wait, whatever else happens."""
ANYHOW_SECONDS = 60.0
"""So soon there is another look although nothing is known to wait: nothing does for ever by a mistake of ours."""
STOP_WITHIN = 2.0
"""Seconds that calls under way get when the bot is stopped."""
LONGEST_BACKOFF = timedelta(minutes=5)

Chat = tuple[str, str]
"""Channel and chat."""


class Deliverer:
    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        teller: Teller,
        now: Callable[[], datetime],
        *,
        meters: Meters,
        vitals: Mapping[str, Vitals],
    ) -> None:
        self._meters = meters
        self._vitals = vitals
        self._teller = teller
        self._taken: set[int] = set()
        """Rows whose call is under way or whose outcome is not yet committed: they still stand as waiting."""
        self.withdrawal = Withdrawal(teller, self._taken, database.shares)
        self._database = database
        self._channels = channels
        self._doors = Doors(channels)
        self._now = now
        self._wake = asyncio.Event()
        self._look = True
        """Something may be due that has not been looked at."""
        self._look_at = math.inf
        self._more = False
        """At the last look some rows had to wait for a call to end, or for room among those that are looked at."""
        self._offered: list[Due] = []
        """Replies that are due and not begun, as long as nothing else is."""
        self._nothing_else = False
        """What else is due is under way; else `_offered` is empty."""
        self._behind: frozenset[Chat] = frozenset()
        """Chats of which a call waits for another try, at the last look."""
        self._busy: set[Chat] = set()
        """Chats to which a call is under way, or failed and is not yet recorded: nothing may overtake it."""
        self._ended: list[Result] = []
        self.record_within = RECORD_WITHIN
        self._record_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed: set[str] = set()
        self._is_unsure = False
        """The last outcomes may have been written, although that raised: the connection broke at the commit."""
        database.listen("outbox", self.look_again, self.begin)
        database.shares.in_flight = self._lanes_in_flight

    def look_again(self) -> None:
        self._look = True
        self._wake.set()

    def begin(self, replies: Sequence[Due]) -> None:
        """Replies of a transaction that was committed this moment: begun without a look, unless others go before."""
        ours = [row for row in replies if row.channel in self._channels and self._is_ours(row)]
        if self._look or not self._nothing_else or any((row.channel, row.chat) in self._behind for row in ours):
            self.look_again()
            return
        # A look between the commit and this moment may have begun some.
        self._offered += [row for row in ours if row.id not in self._taken]
        self._begin_offered()

    def _begin_offered(self) -> None:
        first, pause, _waits = self._first_of(self._offered, self._busy)
        self._start(first)
        self._offered = [row for row in self._offered if row.id not in self._taken]
        if pause < math.inf:
            self._look_at = min(self._look_at, time.monotonic() + pause)
            self._wake.set()

    def _is_ours(self, row: Due) -> bool:
        return lane_of(row.channel, row.chat) in self._database.shares.lanes

    def _lanes_in_flight(self) -> set[int]:
        return {lane_of(*chat) for chat in self._busy} | {lane_of(one.row.channel, one.row.chat) for one in self._ended}

    async def run(self) -> None:
        """For ever; calls under way get a moment to end when it is cancelled, so that fewer are repeated."""
        try:
            await lasting(self._send)
        finally:
            self._nothing_else = False  # what is committed from now on waits for the next life
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=STOP_WITHIN)
            for task in self._tasks:
                task.cancel()
            if self._ended:
                with suppress(Unwritable):  # then the next life repeats them
                    await self._record_now()

    async def _send(self) -> None:
        while True:
            self._wake.clear()
            if self._look:
                self._look_at = await self._start_what_may()
            try:
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            except TimeoutError:
                self._look = self._look or time.monotonic() >= self._look_at
            if self._ended and time.monotonic() >= self._record_at:
                await self._record_now()

    def _pause(self) -> float | None:
        """Seconds until there is something to do; None when only a wake-up can tell."""
        at = min(self._look_at, self._record_at if self._ended else math.inf)
        return None if at == math.inf else max(0.001, at - time.monotonic())

    async def _start_what_may(self) -> float:
        """Begins the calls that may be made now; when (on the monotonic clock) to look again."""
        self._look = self._nothing_else = False
        self._offered.clear()
        now, glance, shares = self._now(), self._database.glance(), self._database.shares
        # As it was before the look: what is recorded during it still stands in what was seen.
        taken, busy = set(self._taken), set(self._busy)
        found = await outbox.due(glance, now, LOOK_AHEAD, self._channels, shares.lanes)
        first, pause, waits = self._first_of([row for row in found if row.id not in taken], busy)
        self._more = waits or len(found) == LOOK_AHEAD
        if not busy <= self._busy:
            self.look_again()
        try:
            gone = await self._gone(first)
            # Once more, for a lane may have gone to another worker since.
            self._start([row for row in first if self._is_ours(row) and row.notice_id not in gone])
        finally:
            for row in first:
                if row.id not in self._taken:
                    self._channels[row.channel].pace.answered(row.method)
        if gone:
            await self._withdraw(gone)
        later = await self._later(glance, now)
        if not self._more and pause == math.inf:
            self._behind = await outbox.tried_again(glance, now)
            self._nothing_else = True
        return time.monotonic() + min(pause, later)

    async def _later(self, glance: Tx, now: datetime) -> float:
        """Seconds until what waits for a later time is due. To find that in a long queue takes longer than a call, and
        such a queue is soon looked at again anyhow."""
        if self._more:
            return WITH_MORE_SECONDS
        at = await outbox.next_at(glance, now, self._database.shares.lanes)
        return ANYHOW_SECONDS if at is None else min(ANYHOW_SECONDS, (at - to_micros(now)) / 1e6)

    async def _gone(self, first: Sequence[Due]) -> set[int]:
        """The last look before the calls are made: the notices of these rows some cause of which is gone."""
        notices = {row.notice_id for row in first if row.notice_id is not None}
        # Of a file a glance is made where it stands: nothing can happen between it and the call. Of PostgreSQL, hardly.
        return set(await self.withdrawal.broken(self._database.glance(), notices, self._now())) if notices else set()

    async def _withdraw(self, notices: Collection[int]) -> None:
        await self._database.write(lambda tx: self.withdrawal.look(tx, notices, self._now()))
        self.look_again()

    def _first_of(self, waiting: list[Due], busy: Collection[Chat]) -> tuple[list[Due], float, bool]:
        """In order, at most one call to a chat; the seconds until the pace allows the first that must wait, and whether
        others wait until a call ends."""
        first, soonest, waits = list[Due](), math.inf, False
        passed = set(busy)
        for row in waiting:
            chat = (row.channel, row.chat)
            if chat in passed:
                waits = True
                continue
            passed.add(chat)
            pace = self._channels[row.channel].pace
            free_in = pace.free_at(row.chat, row.method) - time.monotonic()
            if free_in > 0:
                soonest = min(soonest, free_in)
                waits = waits or free_in == math.inf
            elif len(self._tasks) + len(first) >= AT_ONCE:
                waits = True
                break
            else:
                # One that is not begun after all has spent a turn; that is a moment.
                pace.spend(row.chat, row.method)
                first.append(row)
        return first, soonest, waits

    def _start(self, rows: Sequence[Due]) -> None:
        for row in rows:
            self._busy.add((row.channel, row.chat))
            self._taken.add(row.id)
            task = asyncio.create_task(self._call(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _call(self, row: Due) -> None:
        channel, begun = self._channels[row.channel], self._now()
        try:
            sent = await channel.perform(await self._doors.opened(row))
            result = Result(row, SENT, sent.message, charged=sent.charged, begun_at=begun)
        except Trouble as trouble:
            result = self._went_wrong(row, trouble)
            if trouble.meaning is Meaning.WAIT:
                channel.pace.bar(row.chat, trouble.seconds)
            self._alarm(channel.name, trouble)
        except Exception as bug:  # one call must never hold up its chat for ever: it is tried again, and then given up
            log.exception("a call could not be made", row=row.id, method=row.method, tries=row.tries + 1)
            again = Meaning.RETRY if row.tries + 1 < TRIES or isinstance(bug, Unwritable) else Meaning.REFUSED
            result = self._went_wrong(row, Trouble(again, type(bug).__name__))
        else:
            self._closed.discard(channel.name)
            self._went_out(row)
        channel.pace.answered(row.method)
        self._meters.called(row.channel, result.state)
        if not self._ended:
            self._record_at = time.monotonic() + self.record_within
        self._ended.append(result)
        if result.state != WAITING:
            self._busy.discard((row.channel, row.chat))
        # Not only when the task is done: whoever is woken now must not take it for one that is under way.
        self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        if self._offered and not self._look:
            self._begin_offered()
        # With many under way one look finds room for several; and each record of outcomes makes it look anyhow.
        self._look = self._look or (self._more and len(self._tasks) <= AT_ONCE // 2)
        self._wake.set()

    def _went_out(self, row: Due) -> None:
        self._vitals[row.channel].sent()
        if row.priority == REPLY and not row.tries:
            self._meters.answered(row.channel, (to_micros(self._now()) - row.could_go_at) / 1e6)

    def _alarm(self, channel: str, trouble: Trouble) -> None:
        """Once for each time that a messenger shuts us out, not for every message that waits for it."""
        if trouble.meaning is Meaning.CLOSED and channel not in self._closed:
            self._closed.add(channel)
            log.error("a messenger takes nothing from us; everything for it waits", channel=channel, why=str(trouble))

    def _went_wrong(self, row: Due, trouble: Trouble) -> Result:
        said, now = str(trouble), self._now()
        match trouble.meaning:
            case Meaning.DONE:
                return Result(row, SENT)
            case Meaning.WAIT:
                return Result(row, WAITING, error=said, again_at=now + timedelta(seconds=trouble.seconds))
            case Meaning.RETRY:
                wait = min(LONGEST_BACKOFF, timedelta(seconds=2 ** min(row.tries, 12)))
                return Result(row, WAITING, error=said, again_at=now + wait)
            case Meaning.CLOSED:
                return Result(row, WAITING, error=said, again_at=now + timedelta(seconds=trouble.seconds))
            case Meaning.UNPAID:
                log.warning("a message is held because the messenger wants money for it", channel=row.channel, why=said)
                return Result(row, HELD, error=said)
            case Meaning.UNCERTAIN:
                return Result(row, UNCERTAIN, error=said)
            case Meaning.UNREACHABLE | Meaning.GONE:
                return Result(row, trouble.meaning.name.casefold(), error=said, for_good=trouble.for_good)
        log.warning("a call was refused", channel=row.channel, method=row.method, why=said)
        return Result(row, FAILED, error=said)

    async def _record_now(self) -> None:
        await self._database.write(self.record)

    async def record(self, tx: Tx) -> None:
        """Writes how the calls of the last moments ended, and what follows from it."""
        everything = list(self._ended)
        if not everything:
            return
        ended = await self._unwritten(tx, everything) if self._is_unsure else everything
        self._is_unsure = True
        await outbox.record(tx, ended, self._now())
        refused = [one.row.id for one in ended if one.state == UNREACHABLE]
        for result in ended:
            await self._follow(tx, result, refused)
        # Replies have no second way.
        await outbox.drop_spares(tx, [one.row.id for one in ended if one.state == SENT and one.row.priority != REPLY])
        if notices := {one.row.notice_id for one in ended if one.row.notice_id is not None}:
            await because.forget_ended(tx, notices)
        tx.when_committed(lambda: self._recorded(everything))

    async def _unwritten(self, tx: Tx, ended: Sequence[Result]) -> list[Result]:
        waiting = await outbox.still_waiting(tx, [one.row.id for one in ended])
        return [one for one in ended if one.row.id in waiting]

    def _recorded(self, ended: list[Result]) -> None:
        """Only now may they be looked at again: before the commit they still stood as waiting, and were still told."""
        self._is_unsure = False
        del self._ended[: len(ended)]
        self._taken.difference_update(result.row.id for result in ended)
        if failed := [result.row for result in ended if result.state == WAITING]:
            self._busy.difference_update((row.channel, row.chat) for row in failed)
        if failed or self._more:
            self.look_again()

    async def _follow(self, tx: Tx, result: Result, refused: Collection[int]) -> None:
        row, now = result.row, self._now()
        if result.charged:
            await self._teller.spent(tx, row.channel, now)
        if result.state in (UNREACHABLE, HELD):
            await outbox.go_another_way(tx, row.id)
        if result.state == HELD:
            await self._teller.out_of_money(tx, row.channel, now)
        if result.state == UNREACHABLE:
            await self._teller.lost(tx, row.channel, row.chat, now, for_good=result.for_good, refused=refused)
        if result.state == GONE:
            payload = {name: value for name, value in row.payload.items() if name != "message_id"}
            await outbox.add(tx, [Call(row.channel, row.chat, "sendMessage", payload, row.priority)], now)
        if result.begun_at and row.vanish_after and result.message:
            gone = {"chat_id": int(row.chat), "message_id": int(result.message)}
            at = result.begun_at + timedelta(seconds=row.vanish_after)
            await outbox.add(tx, [Call(row.channel, row.chat, "deleteMessage", gone, not_before=at)], now)
