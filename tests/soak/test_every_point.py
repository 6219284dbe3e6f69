"""Killed before and after every commit and at every call to the world of one story, one after the other.

A life that is not killed has outlived the last point. The story is a report with a photo, on a day on which an alert
and a digest are due, so that all that a life begins with is passed through too. With `OBHVAT_EVERY=1` (`make soak`) it
is each point, else each sixth.
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import pytest

from tests.engines import OF_THE_FILE
from tests.faults.conftest import House
from tests.faults.conftest import house as house
from tests.soak.chance import AFTER, ANSWERED, ASKING, BEFORE, FIRST_DAY, Death, Errand, Where
from tests.soak.lives import living

pytestmark = [OF_THE_FILE, pytest.mark.kill, pytest.mark.timeout(600)]
STORY = Errand(FIRST_DAY, "photos", 1)
EVERY, MOST = int(os.environ.get("OBHVAT_EVERY", "6")), 200


@pytest.mark.parametrize("where", [BEFORE, AFTER, ASKING, ANSWERED])
async def test_a_story_killed_at_each_point_in_turn_is_told_to_its_end(house: House, where: Where) -> None:
    house.sandbox.world.clock.move_to(FIRST_DAY + timedelta(hours=17, minutes=31))
    kills = 0
    for number in range(EVERY, MOST, EVERY):
        telling = asyncio.create_task(house.mila.reports(STORY))
        async with living(house.environ, house.sandbox.world.clock.offset, Death(where, number)) as life:
            await asyncio.wait({telling, asyncio.create_task(life.ended.wait())}, return_when=asyncio.FIRST_COMPLETED)
            if not life.ended.is_set():
                await _settled_or_dead(house, life.ended)
            outlived = not life.ended.is_set()
            kills += life.killed
        if not outlived:
            async with house.bot():
                await telling
                await house.settled()
            continue
        await telling
        break
    assert outlived
    assert kills == number // EVERY - 1
    print(f"\n{where}: killed at {kills} points, outlived from {number} on")
    digests = {one.text for one in house.kolyo.chat if one.text.startswith("Обхват, 24.11.2026")}
    assert len(digests) == 1
    await house.nothing_is_lost_or_doubled()


async def _settled_or_dead(house: House, ended: asyncio.Event) -> None:
    """The last commits and calls of a story come after its receipt."""
    tasks = [asyncio.create_task(house.settled()), asyncio.create_task(ended.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
