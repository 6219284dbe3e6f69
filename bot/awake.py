"""After an outage longer than a messenger waits for us: who was writing is asked to send it again.

What was written meanwhile is lost without a trace, so nobody can be told what it was. Asked are those who wrote in the
day before: they may have gone on, and to them a message costs nothing on Viber.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.channels.channel import Channel
from bot.tell import Teller
from handlers.engine.scene import Work
from handlers.morning.notices import away
from storage import life
from storage.database import Database, Tx

log = structlog.get_logger()
BEAT_SECONDS = 60.0
WROTE_WITHIN = timedelta(days=1)


class Awake:
    def __init__(
        self,
        database: Database,
        work: Work,
        channels: Mapping[str, Channel],
        teller: Teller,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._work = work
        self._channels = channels
        self._teller = teller
        self._now = now

    async def run(self) -> None:
        """For ever: looks back once, then keeps the time."""
        async with self._database.transaction() as tx:
            since = await life.last_awake(tx)
            if since:
                await self._look_back(tx, since)
            await life.awake(tx, self._now())
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            async with self._database.transaction() as tx:
                await life.awake(tx, self._now())

    async def _look_back(self, tx: Tx, since: datetime) -> None:
        now = self._now()
        for channel in self._channels.values():
            if now - since <= channel.waits:
                continue
            asked = await life.writing(tx, channel.name, since - WROTE_WITHIN)
            log.warning("what came meanwhile is lost", channel=channel.name, since=since.isoformat(), asked=len(asked))
            for person_id in asked:
                told = away(since.astimezone(self._work.zone), now.astimezone(self._work.zone), to=person_id)
                await self._teller.notify(tx, told, now)
