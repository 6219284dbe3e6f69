"""Work that begins by the clock. The scheduler only rings; the truth is in `period_claim` and in the cases.

Each ring looks at what should have been done by now, so a missed hour is caught up, and what was done is claimed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import forgotten, hushed
from bot.settings.config import Config
from bot.tell import Teller
from bot.watch.meters import Meters
from bot.withdraw import Withdrawal
from casework import calendar, hours
from casework.questions import Patience
from casework.records import INSTITUTION, Person
from handlers.caseload import handover, lists
from handlers.desk import coordinate, outage
from handlers.engine.scene import Message, Work
from handlers.institutions import checks, silence
from handlers.morning import alerts, notices
from handlers.people import absence, questions
from handlers.people import hours as pausing
from storage import absences, because, ceilings, claims, duty, forgetting, guesses, media, retention
from storage.database import Database, Tx
from storage.outbox import BROADCAST

log = structlog.get_logger()
RING_SECONDS = 30.0
MORNING_AGAIN = timedelta(minutes=5)
"""What came up since the morning was told is looked for so often: that reads all that is due, and whom it concerns."""
LATE_AFTER = timedelta(minutes=30)
UNUSED_KEPT = timedelta(days=14)
"""Photos that belong to no report: longer than an untouched draft lives, whatever holidays are between."""
DRAFTS_UNTOUCHED = timedelta(days=6)
"""After so long a draft is announced, and deleted on the next working day: seven days at least."""


class Schedule:
    def __init__(
        self,
        config: Config,
        database: Database,
        work: Work,
        teller: Teller,
        withdrawal: Withdrawal,
        now: Callable[[], datetime],
        meters: Meters,
    ) -> None:
        self._meters = meters
        self._times = config.file.schedule
        self._terms = config.file.keep.terms
        self._photos = config.store
        self._database = database
        self._work = work
        self._teller = teller
        self._withdrawal = withdrawal
        self._now = now
        self._forgot_on: date | None = None
        self._morning_at: datetime | None = None
        """When that of the day was told last."""
        self._wake = asyncio.Event()
        database.listen("hushed", self.look_again)
        self.rung = asyncio.Event()
        """Set when whatever was due at the last waking is done."""
        self.ring_seconds = RING_SECONDS

    def look_again(self) -> None:
        self.rung.clear()
        self._wake.set()

    async def run(self) -> None:
        """For ever. APScheduler reads the machine's clock: put back an hour, it does not ring for an hour. Then that of
        the event loop does, which nobody can put back, and APScheduler begins anew."""
        ringing = AsyncIOScheduler(timezone=self._work.zone)
        asked = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        alarm = ringing.add_job(self.look_again, "interval", seconds=self.ring_seconds, **asked)
        ringing.start()
        try:
            while True:
                self._wake.clear()
                await self.ring(whole=False)
                if not self._wake.is_set():
                    self.rung.set()
                try:
                    async with asyncio.timeout(2 * self.ring_seconds):
                        await self._wake.wait()
                except TimeoutError:
                    self.rung.clear()
                    alarm.reschedule("interval", seconds=self.ring_seconds)
        finally:
            ringing.shutdown(wait=False)

    async def ring(self, *, whole: bool = True) -> None:
        """Everything that is due by now and not yet done; unless it is to be the `whole`, without a morning that was
        told a moment ago.

        The digests that are due as the day begins go with its message, which is read first: they count what was before
        it, and the report of an outage counts them. Any other is a transaction of its own, for meanwhile nobody is
        answered, and a country has three hundred.
        """
        now = self._now()
        local = now.astimezone(self._work.zone)
        async with self._database.transaction() as tx:
            await absences.turn(tx, local.date())
            await pausing.turn(tx, self._work, now)
            await hushed.turn(tx, self._work, self._teller, now)
            owed = [(me, day) for me in await duty.coordinators(tx) if (day := await self._owed_digest(tx, me, now))]
            if self._is_morning(local) and (whole or self._is_morning_again(now)):
                if not self._had_morning_on(local.date()):
                    for me, day in owed:
                        await self._digest(tx, me, day, now)
                    owed.clear()
                await self._morning(tx, local.date(), now)
                tx.when_committed(partial(self._had_morning, now))
            await self._withdrawal.follow(tx, now)
            over = await self._forget(tx, local.date(), now)
        for coordinator, _day in owed:
            await self._digest_by_itself(coordinator.id, now)
        self._meters.rung()
        if over:
            await self._forget_closed(now)
            await forgotten.finish_or_later(self._database, self._photos)

    def _is_morning(self, local: datetime) -> bool:
        by_day = self._times.alert_at <= local.time() < self._times.alert_until
        return by_day and self._work.calendar.is_working(local.date())

    async def _morning(self, tx: Tx, today: date, now: datetime) -> None:
        """What the day begins with, and what has come up since: one message a person."""
        # First, because what the school owes from now on is not overdue, and what comes back is due today.
        told = await checks.morning(tx, self._work, today, now)
        told += await silence.passed(tx, self._work, today, now)
        told += await alerts.morning(tx, self._work, today, now)
        told += await self._drafts(tx, today, now)
        told += await lists.morning(tx, self._work, today, now)
        told += await handover.late(tx, self._work, today, now)
        told += absence.over(await absences.returned(tx))
        told += await outage.reports(tx, self._work, self._teller.waits, now)
        told += await self._withdrawal.folded(tx, today, now)
        readers = await duty.on_duty(tx, {one.to for one in told if one.to is not None})
        for morning in notices.together(told, [one.id for one in readers if one.role == INSTITUTION]):
            await self._teller.notify(tx, replace(morning, daily=True), now)
        await self._questions(tx, today, now)

    def _had_morning(self, now: datetime) -> None:
        self._morning_at = now

    def _had_morning_on(self, day: date) -> bool:
        return self._morning_at is not None and calendar.local_day(self._morning_at, self._work.zone) == day

    def _is_morning_again(self, now: datetime) -> bool:
        """Also on another day, and when the clock was put back."""
        return self._morning_at is None or abs(now - self._morning_at) >= MORNING_AGAIN

    async def hush_what_is_left(self) -> None:
        """Before anything is sent: what was to go when the bot was stopped would come at an hour that is nobody's."""
        async with self._database.transaction() as tx:
            await hushed.turn(tx, self._work, self._teller, self._now(), left_since=self._now())

    async def _forget(self, tx: Tx, today: date, now: datetime) -> bool:
        """What has been kept long enough, once a day, for it looks through whole tables; whether it was done."""
        await guesses.forget_before(tx, now - guesses.WITHIN)
        if self._forgot_on == today:
            return False
        tx.when_committed(lambda: self._forgot(today))
        await retention.end(tx, self._terms, now)
        await because.forget_rowless(tx)
        await ceilings.forget_before(tx, today)
        await media.drop_unused(tx, now - UNUSED_KEPT)
        return True

    def _forgot(self, today: date) -> None:
        self._forgot_on = today

    async def _forget_closed(self, now: datetime) -> None:
        """Each case by itself: each looks through all texts, and meanwhile nobody is answered."""
        async with self._database.reading() as tx:
            closed = await retention.closed_before(tx, now - self._terms.cases)
        for case_id in closed:
            async with self._database.transaction() as tx:
                one = await forgetting.traits_of(tx, self._work.sealer, case_id)
                await forgetting.forget(tx, self._work.sealer, one, now)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self._work.zone)

    async def _digest_by_itself(self, coordinator: int, now: datetime) -> None:
        """Unless they have had it meanwhile, or coordinate no more."""
        async with self._database.transaction() as tx:
            for me in await duty.on_duty(tx, [coordinator]):
                if me.coordinates and (day := await self._owed_digest(tx, me, now)):
                    await self._digest(tx, me, day, now)
            await self._withdrawal.follow(tx, now)

    async def _digest(self, tx: Tx, me: Person, day: date, now: datetime) -> None:
        times = self._work.times(me)
        until = times.digest_of(day)
        since = times.digest_of(times.last_digest(until - timedelta(minutes=1)) or day - timedelta(days=1))
        late = now - until > LATE_AFTER
        told = await coordinate.make_digest(tx, self._work, me, day, since, until, late=late, now=now)
        await self._teller.notify_all(tx, told, now, BROADCAST)
        tx.when_committed(partial(self._meters.digest, late=late))

    async def _owed_digest(self, tx: Tx, me: Person, now: datetime) -> date | None:
        """The day of the last one that was due, if they have not had it; what an outage of days left out is told in
        it."""
        times = self._work.times(me)
        day = times.last_digest(now) if times.is_open_at(now) else None
        if day is None:
            return None
        until, coming = times.digest_of(day), times.digest_of(times.next_digest(now))
        if day != times.today(now) and coming - now <= hours.SOON:
            return None
        if me.accepted_at is None or max(me.accepted_at, me.told_from or me.accepted_at) > until:
            return None
        if await claims.claimed(tx, coordinate.DIGEST, me.id, day.isoformat()):
            return None
        return None if await absences.was_away(tx, me.id, day, until) else day

    async def _drafts(self, tx: Tx, today: date, now: datetime) -> list[Message]:
        """At the hour of the alerts, so that the notice comes by day and once for all drafts of a person."""
        untouched_since = self._at(today, self._times.alert_at) - DRAFTS_UNTOUCHED
        until = self._work.calendar.add(today, 1)
        return await notices.drafts_end(tx, self._work, today, untouched_since, until, now)

    async def _questions(self, tx: Tx, today: date, now: datetime) -> None:
        patience = Patience(self._times.question_back_after_days, self._times.question_to_region_after_days)
        for told in await questions.onward(tx, self._work, patience, today, now):
            await self._teller.notify(tx, told, now)
