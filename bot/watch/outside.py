"""`obhvat health`: asks a running bot how it is, and tells its operator when it does not answer at all.

That it does not, the bot itself cannot tell: it may not come up, for a full disk say, or be gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.settings.config import Config, ConfigError
from bot.watch.judge import BOT
from bot.watch.operator import Operator
from handlers.engine.words import Words
from handlers.office import alarms
from handlers.office.alarms import Alarm

WITHIN = ClientTimeout(total=10)
TRIES = 6
"""So often it is asked before it is said to be down: one that is started anew needs a moment."""
PAUSE_SECONDS = 10.0


@dataclass(frozen=True)
class Asking:
    """`told` is the file that remembers since when the operator knows; without it nobody is told."""

    read: Config
    told: Path | None
    now: datetime
    tries: int = TRIES
    pause_seconds: float = PAUSE_SECONDS

    async def look(self) -> None:
        """Says that all is well, or raises ConfigError with what is not."""
        async with ClientSession() as session:
            answer = await self._answer(session)
            if self.told:
                await self._tell(session, self.told, up=answer is not None)
        if answer is None:
            raise ConfigError([f"http.listen: nobody answers at {self._address}. Is the bot running?"])
        if not answer["ok"]:
            raise ConfigError([f"{one['what']}: since {one['since']}" for one in answer["reasons"]])
        typer.echo("The bot does its work.")

    @property
    def _address(self) -> str:
        host, _, port = self.read.file.http.listen.rpartition(":")
        return f"http://{host if host not in ('', '0.0.0.0') else '127.0.0.1'}:{port}/health"

    async def _answer(self, session: ClientSession) -> dict[str, Any] | None:
        for left in reversed(range(self.tries)):
            try:
                async with session.get(self._address, timeout=WITHIN) as got:
                    answer: dict[str, Any] = await got.json()
                    return answer
            except (ClientError, TimeoutError):
                if left:
                    await asyncio.sleep(self.pause_seconds)
        return None

    async def _tell(self, session: ClientSession, told: Path, *, up: bool) -> None:
        """Once that it is down, and once that it is up again."""
        down_since = _told_at(told)
        if up is (down_since is None):
            return
        zone = self.read.zone
        now = self.now.astimezone(zone)
        alarm = Alarm(BOT, (down_since or now).astimezone(zone), now, now if up else None)
        words = Words(self.read.file.operator.language, now.date())
        operator = Operator(self.read, session)
        if operator.is_there and await operator.tell(alarms.written([alarm], words)):
            _remember(told, up=up)


def _told_at(told: Path) -> datetime | None:
    return datetime.fromtimestamp(told.stat().st_mtime, UTC) if told.exists() else None


def _remember(told: Path, *, up: bool) -> None:
    if up:
        told.unlink()
    else:
        told.touch()
