"""Keeps the time, and looks back after an outage: of the bot, or of a messenger that could not be reached.

What was written meanwhile and is older than a messenger waits for us is lost without a trace, so nobody can be told
what it was. Asked to send it again are those who wrote in the day before: they may have gone on, and to them a message
costs nothing on Viber.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.channels.channel import Channel
from bot.contact import Contact
from bot.tell import Teller
from casework import calendar
from handlers.engine.scene import Work
from handlers.morning.notices import away
from storage import claims, life, outages
from storage.database import Database, Tx

log = structlog.get_logger()
BEAT_SECONDS = 60.0
PUT_BACK = timedelta(seconds=5)
"""From which on it is no mere correction."""
WROTE_WITHIN = timedelta(days=1)


class Awake:
    def __init__(
        self,
        database: Database,
        work: Work,
        channels: Mapping[str, Channel],
        teller: Teller,
        contact: Contact,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._work = work
        self._channels = channels
        self._teller = teller
        self._contact = contact
        self._now = now
        self._written_at = time.monotonic()

    @property
    def written_ago(self) -> timedelta:
        """Since something could be written to the database."""
        return timedelta(seconds=time.monotonic() - self._written_at)

    async def look_back(self) -> None:
        """Once, before anything is taken or told: what comes from now on came after the outage."""
        async with self._database.transaction() as tx:
            since, now = await self._last_awake(tx), self._now()
            if since and now - since >= self._contact.patience:
                await self._after(tx, "", since, now, restored=await life.was_restored(tx, since))
            self._contact.was_away(await outages.still(tx))
            await life.awake(tx, now)

    async def run(self) -> None:
        """For ever: keeps the time, and looks back whenever a messenger is reached again."""
        while True:
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._contact.regained.wait()
            except TimeoutError:
                pass
            self._contact.regained.clear()
            await self.beat()

    async def beat(self) -> None:
        await self._database.write(self._beat if self._database.shares.leads else self._beat_along)
        self._written_at = time.monotonic()

    async def _beat_along(self, tx: Tx) -> None:
        """Of a worker that does not lead: it only shows that it can write. What it knows of the messengers, who leads
        knows too."""
        regained = self._contact.regained_lately()
        tx.when_committed(lambda: self._contact.told(regained))
        await life.awake(tx, self._now())

    async def _beat(self, tx: Tx) -> None:
        await self._last_awake(tx)
        regained = self._contact.regained_lately()
        for one in regained:
            await self._after(tx, one.channel, one.since, one.until)
        tx.when_committed(lambda: self._contact.told(regained))
        for channel, since in self._contact.lost().items():
            await outages.begun(tx, channel, since)
        await life.awake(tx, self._now())

    async def _last_awake(self, tx: Tx) -> datetime | None:
        """When the clock stands before it, it was put back, and what waits does not wait for that hour again."""
        since, now = await life.last_awake(tx), self._now()
        if since and since - now > PUT_BACK:
            log.warning("the clock was put back", by=str(since - now))
            await life.put_back(tx, since - now, now)
            await claims.forget_after(tx, calendar.local_day(now, self._work.zone))
        return since

    async def _after(
        self, tx: Tx, channel: str, since: datetime, until: datetime, *, restored: bool = False
    ) -> None:  # fmt: skip
        """`channel` is empty after a time in which the bot did not run; `restored` when another one did, and its work
        since then is lost."""
        outage = await outages.ended(tx, channel, since, until)
        lost = {
            one.name
            for one in self._channels.values()
            if channel in ("", one.name) and (restored or outage.length > one.waits)
        }
        asked: dict[int, None] = {}
        for name in sorted(lost):
            asked |= dict.fromkeys(await life.writing(tx, name, since - WROTE_WITHIN))
        log.warning("an outage is over", channel=channel, since=since.isoformat(), lost=sorted(lost), asked=len(asked))
        zone = self._work.zone
        for person_id in asked:
            told = away(since.astimezone(zone), until.astimezone(zone), to=person_id)
            await self._teller.notify(tx, told, until)
        await outages.asked(tx, outage, list(asked))
