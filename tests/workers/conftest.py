"""Here everything is kept in PostgreSQL: only there several workers are possible."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox import Sandbox
from tests.bot.conftest import TOKEN
from tests.engines import POSTGRES, USUAL, engine
from tests.kill.test_kill import MORNING


@pytest.fixture(autouse=True)
def _on_postgres() -> Iterator[None]:
    engine.name = POSTGRES
    yield
    engine.name = USUAL


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN, limits=False) as running:
        running.world.clock.move_to(MORNING)
        yield running
