"""A real process of the bot against the sandbox, with what its people and its operator see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.commands.demo import free_port
from bot.settings import config
from sandbox import Person, Sandbox
from tests.bot.conftest import TOKEN
from tests.bot.viber import configured
from tests.engines import engine
from tests.soak.chance import FIRST_DAY, Death, Errand
from tests.soak.lives import Life, living
from tests.soak.members import OnTelegram
from tests.soak.model import Model
from tests.soak.play import fill

NOBODY = Errand(FIRST_DAY, "nobody")
REFUSAL = Errand(FIRST_DAY, "refusal")


@dataclass
class House:
    """Two members on Telegram, each with a case, and a coordinator."""

    sandbox: Sandbox
    folder: Path
    port: int
    environ: dict[str, str]
    model: Model
    mila: OnTelegram
    boyan: OnTelegram
    kolyo: Person
    lives: list[Life] = field(default_factory=list)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Life]:
        async with living(self.environ, self.sandbox.world.clock.offset, Death()) as life:
            self.lives.append(life)
            while not self.sandbox.world.updates.polls:
                await self.sandbox.world.updates.pulse.wait(10)
                assert not life.ended.is_set(), life.log
            yield life
            assert not life.ended.is_set(), life.log

    def telegram_is_at(self, url: str) -> None:
        path = Path(self.environ[config.CONFIG])
        path.write_text(path.read_text().replace(f'"{self.sandbox.url}"', f'"{url}"', 1))

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}/health") as answer,
        ):
            return answer.status, await answer.json()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return engine.read(self.folder, sql)

    async def settled(self) -> None:
        """Until nothing waits that may go on now."""
        due = "state = 'waiting' AND not_before <= " + str(
            int(self.sandbox.world.clock.now().timestamp() * 1e6) + 10**7
        )
        async with asyncio.timeout(60):
            while self.sandbox.world.pending or any(
                self.rows(f"SELECT 1 FROM {table} WHERE {due}") for table in ("inbox", "media", "outbox")
            ):
                await self.sandbox.world.changed.wait(0.1)

    async def nothing_is_lost_or_doubled(self) -> None:
        """Once the bot is dead: every report that somebody was told of is there once, and everything else as told."""
        assert not any(life.log.count(TOKEN) for life in self.lives)
        self.model.compare(self.folder)
        assert (self.model.lost, self.model.doubled) == ([], [])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(FIRST_DAY + timedelta(hours=10))
        mila, boyan, kolyo = (sandbox.world.person(name) for name in ("Мила", "Боян", "Кольо"))
        port = free_port()
        path = configured(tmp_path, sandbox, port)
        await fill(tmp_path, [("telegram", str(one.id), one.name) for one in (mila, boyan)], [kolyo])
        for person in (mila, boyan, kolyo):
            person.started = True
        environ = {config.TOKEN: TOKEN, config.CONFIG: str(path), "OBHVAT_SECRET_KEY": "k" * 40}
        model = Model()
        yield House(
            sandbox, tmp_path, port, environ, model, OnTelegram(1, model, mila), OnTelegram(2, model, boyan), kolyo
        )
