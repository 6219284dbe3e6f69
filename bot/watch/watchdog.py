"""Looks at the bot every few seconds, and tells its operator once what is wrong, and once that it is over.

It needs neither outbox nor a database: what it has told it knows by itself, and writes it down when it can, so that a
bot that is started again does not tell it again. Of several workers the one who leads speaks and writes; the others see
for themselves, for one of them may lead soon. While the database is away nobody leads: then who led last speaks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.watch import systemd
from bot.watch.judge import WRITING, Ailment, Limits, ailments
from bot.watch.measuring import Measuring
from bot.watch.operator import Operator
from handlers.engine.words import Words
from handlers.office import alarms as said
from storage import alarms
from storage.alarms import Alarm
from storage.database import Database, Unwritable

log = structlog.get_logger()
LOOK_SECONDS = 15.0
CALM = timedelta(minutes=2)
"""So long something must have been well before it is told to be: what comes and goes is told once."""
KEEP_WITHIN = 5.0
"""Seconds that the database gets to write down what was told."""


@dataclass(frozen=True)
class Voice:
    """How the operator is spoken to."""

    operator: Operator
    language: str
    zone: ZoneInfo


class Watchdog:
    def __init__(self, measuring: Measuring, limits: Limits, voice: Voice, database: Database) -> None:
        self.measuring = measuring
        self.limits = limits
        self.calm = CALM
        self.look_seconds = LOOK_SECONDS
        self._voice = voice
        self._database = database
        self._looking = asyncio.Lock()
        """One look after the other: while one tells something, the next would tell it too."""
        self._seen: set[str] = set()
        """What was wrong at the last look; what was so only once is not told."""
        self._standing: dict[str, Alarm] = {}
        self._well_since: dict[str, datetime] = {}
        self._kept: dict[str, Alarm] = {}
        self._led = False
        """At the last look, or before the database went away."""

    async def run(self) -> None:
        """For ever."""
        systemd.notify("READY=1")
        while True:
            await self.look()
            systemd.notify("WATCHDOG=1")
            await asyncio.sleep(self.look_seconds)

    async def ailing(self) -> list[Ailment]:
        return ailments(await self.measuring.signs(), self.limits)

    async def look(self) -> None:
        async with self._looking:
            now = self.measuring.now()
            ailing = {one.what: one for one in await self.ailing()}
            await self._lead()
            self._begin(ailing)
            if WRITING not in ailing:  # else nobody knows of what waits whether it still does
                self._end(ailing, now)
            await self._tell(ailing, now)
            if self._database.shares.leads:
                await self._keep()

    async def _lead(self) -> None:
        """Who begins to lead learns what was told before."""
        leads = self._database.shares.leads
        if leads and not self._led:
            self._kept = await alarms.standing(self._database.glance())
            ours = {what: one for what, one in self._standing.items() if one.told_at}
            self._standing = {**self._standing, **self._kept, **ours}
        self._led = leads or (self._led and bool(self._database.trouble))

    def _begin(self, ailing: dict[str, Ailment]) -> None:
        """Whatever is wrong at two looks one after the other; and what was over is not, if it comes back untold."""
        for what, one in ailing.items():
            self._well_since.pop(what, None)
            if what in self._seen and what not in self._standing:
                self._standing[what] = Alarm(what, one.since)
                log.error("something is wrong", alarm=what, since=one.since.isoformat(), count=one.count)
            elif what in self._standing and self._standing[what].over_at:
                self._standing[what] = replace(self._standing[what], over_at=None)
        self._seen = set(ailing)

    def _end(self, ailing: dict[str, Ailment], now: datetime) -> None:
        for what, alarm in self._standing.items():
            if what in ailing or alarm.over_at:
                continue
            since = self._well_since.setdefault(what, now)
            if now - since >= self.calm:
                self._standing[what] = replace(alarm, over_at=since)
                log.warning("it is over", alarm=what, since=alarm.since.isoformat())

    async def _tell(self, ailing: dict[str, Ailment], now: datetime) -> None:
        """All of it in one message; what could not be told stays to be told, at last that it was and is over."""
        # What is over and not ours to tell, somebody else tells.
        self._standing = {what: one for what, one in self._standing.items() if self._is_ours(one) or not one.over_at}
        untold = [one for one in self._standing.values() if self._is_ours(one) and (one.told_at is None or one.over_at)]
        if not untold:
            return
        if self._voice.operator.is_there and not await self._voice.operator.tell(self._words(untold, ailing, now)):
            return
        for one in untold:
            if one.over_at:
                del self._standing[one.what]
                self._well_since.pop(one.what, None)
            else:
                self._standing[one.what] = replace(one, told_at=now)

    def _is_ours(self, alarm: Alarm) -> bool:
        """To be told by us: when we led while it began, nobody else knows that it was told and not written down."""
        return self._led or (alarm.told_at is not None and alarm.what not in self._kept)

    def _words(self, untold: Sequence[Alarm], ailing: dict[str, Ailment], now: datetime) -> str:
        zone = self._voice.zone
        told = [
            said.Alarm(
                one.what,
                one.since.astimezone(zone),
                now.astimezone(zone),
                one.over_at.astimezone(zone) if one.over_at else None,
                ailing[one.what].count if one.what in ailing else 0,
            )
            for one in untold
        ]
        return said.written(told, Words(self._voice.language, now.astimezone(zone).date()))

    async def _keep(self) -> None:
        if self._standing == self._kept:
            return
        try:
            async with asyncio.timeout(KEEP_WITHIN), self._database.transaction() as tx:
                await alarms.keep(tx, list(self._standing.values()))
        except (TimeoutError, Unwritable):
            log.warning("what was told could not be written down yet")
        else:
            self._kept = dict(self._standing)
