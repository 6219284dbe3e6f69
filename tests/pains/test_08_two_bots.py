"""Pain 8: jobs doubled by two instances (jung2-bot #2597, six times; QueryTree #107, twenty times)."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta

import pytest

from tests.engines import OF_THE_FILE
from tests.faults.conftest import NOBODY, House
from tests.faults.conftest import house as house
from tests.soak.chance import FIRST_DAY

pytestmark = [OF_THE_FILE, pytest.mark.kill]


async def test_a_second_bot_with_the_same_database_does_not_begin_and_the_digest_comes_once(house: House) -> None:
    house.sandbox.world.clock.move_to(FIRST_DAY + timedelta(hours=17, minutes=25))
    async with house.bot():
        await house.mila.reports(NOBODY)
    house.sandbox.world.clock.move_to(FIRST_DAY + timedelta(hours=17, minutes=31))
    async with house.bot():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "run", env={**os.environ, **house.environ},
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, told = await process.communicate()
        await house.mila.reports(NOBODY)
        await house.settled()
    assert process.returncode == 2
    assert "another obhvat runs with" in told.decode()
    digests = [one for one in house.kolyo.chat if one.text.startswith("Обхват, 24.11.2026")]
    assert len(digests) == 1
    await house.nothing_is_lost_or_doubled()
