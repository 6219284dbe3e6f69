"""Work that begins by the clock. The scheduler only rings; the truth is in `period_claim` and in the cases.

Each ring looks at what should have been done by now, so a missed hour is caught up, and what was done is claimed.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import store
from bot.config import Config
from bot.converse import Converser
from casework import escalation
from casework.records import LEADER, MUNICIPAL, Case, Person
from handlers import coordinate
from handlers.scene import Work
from storage import cases, claims, inbox, journals, media, outbox, overview, people
from storage.database import Database, Tx
from storage.outbox import BROADCAST

log = structlog.get_logger()
RING_SECONDS = 30
LATE_AFTER = timedelta(minutes=30)
KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=7)
ALERT = "alert"


class Schedule:
    def __init__(
        self,
        config: Config,
        database: Database,
        work: Work,
        converser: Converser,
        now: Callable[[], datetime],
    ) -> None:
        self._times = config.file.schedule
        self._photo_store = Path(config.file.photos.store)
        self._database = database
        self._work = work
        self._converser = converser
        self._now = now
        self.wake = asyncio.Event()

    async def run(self) -> None:
        ringing = AsyncIOScheduler(timezone=self._work.zone)
        ringing.add_job(
            self.wake.set, "interval", seconds=RING_SECONDS, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        ringing.start()
        try:
            while True:
                self.wake.clear()
                await self.ring()
                await self.wake.wait()
        finally:
            ringing.shutdown(wait=False)

    async def ring(self) -> None:
        """Everything that is due by now and not yet done."""
        now = self._now()
        local = now.astimezone(self._work.zone)
        async with self._database.transaction() as tx:
            for one in await people.coordinators(tx):
                await self._digest(tx, one, now)
            if local.time() >= self._times.alert_at and self._work.calendar.is_working(local.date()):
                await self._alerts(tx, local.date(), now)
            await journals.expired(tx, now - DRAFTS_KEPT)
            await inbox.forget_before(tx, now - KEPT)
            await outbox.forget_before(tx, now - KEPT)
            unused = await media.drop_unused(tx, now - DRAFTS_KEPT)
        if unused:
            await store.drop(self._photo_store, unused)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self._work.zone)

    async def _digest(self, tx: Tx, me: Person, now: datetime) -> None:
        """Today's when its hour has come, else yesterday's if the bot was stopped at its hour."""
        hour = time.fromisoformat(me.digest_at) if me.digest_at else self._times.digest_at
        today = now.astimezone(self._work.zone).date()
        day = today if now >= self._at(today, hour) else today - timedelta(days=1)
        until = self._at(day, hour)
        if me.accepted_at is None or me.accepted_at > until:
            return
        if await claims.claimed(tx, coordinate.DIGEST, me.id, day.isoformat()):
            return
        since = self._at(day - timedelta(days=1), hour)
        late = now - until > LATE_AFTER
        told = await coordinate.make_digest(tx, self._work, me, day, since, until, late=late, now=now)
        await self._converser.notify_all(tx, told, now, BROADCAST)

    async def _alerts(self, tx: Tx, today: date, now: datetime) -> None:
        """Each overdue case whose next rung is reached is told to exactly one person, one message each."""
        everyone = await people.active(tx)
        turn: dict[int, list[Case]] = defaultdict(list)
        rungs: dict[int, list[int]] = defaultdict(list)
        for case, told_rung in await cases.overdue_everywhere(tx, today):
            rung = escalation.rung(self._work.calendar, case.due_on or today, today)
            if rung <= told_rung:
                continue
            reader = responsible(everyone, case, rung)
            if reader:
                turn[reader.id].append(case)
                rungs[rung].append(case.id)
        by_id = {one.id: one for one in everyone}
        for person_id, late in turn.items():
            if await claims.claim(tx, ALERT, person_id, today.isoformat(), now, {"cases": [case.id for case in late]}):
                await self._converser.notify(tx, coordinate.alert(self._work, by_id[person_id], late, today), now)
                for rung, ids in rungs.items():
                    await overview.told(tx, [one for one in ids if one in {case.id for case in late}], rung)


def responsible(everyone: list[Person], case: Case, rung: int) -> Person | None:
    """Whose turn it is: the one of the rung, or of the next rung that somebody holds."""
    for step in escalation.LADDER[rung - 1 :]:
        for one in everyone:
            if one.role == step.role and _covers(one, case):
                return one
    return None


def _covers(one: Person, case: Case) -> bool:
    if one.role == LEADER:
        return one.team is not None and one.team.id == case.team_id
    return one.role != MUNICIPAL or one.municipality == case.municipality
