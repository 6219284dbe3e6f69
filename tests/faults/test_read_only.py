"""A disk that becomes read-only under the bot that is installed: nothing is taken that cannot be kept."""

from __future__ import annotations

import asyncio

import pytest

from tests.engines import OF_THE_FILE
from tests.faults.conftest import NOBODY, House
from tests.faults.real import running
from tests.permissions import read_only
from tests.soak.chance import FIRST_DAY, Errand

STOPPED, AGAIN = "nothing can be written", "the database can be written again"
pytestmark = [OF_THE_FILE, pytest.mark.kill]


@pytest.fixture
def house(house: House) -> House:
    """The program takes its time from the machine."""
    house.sandbox.world.clock.move(-house.sandbox.world.clock.offset)
    return house


async def test_what_comes_while_nothing_can_be_written_is_answered_when_it_can(house: House) -> None:
    async with running(house.environ) as bot:
        await house.mila.reports(NOBODY)
        heard = len(house.mila.person.chat) + len(house.boyan.person.chat)
        with bot.reads_only(house.folder):
            reporting = [
                asyncio.create_task(house.mila.reports(NOBODY)),
                asyncio.create_task(house.boyan.reports(Errand(FIRST_DAY, "photos", 2))),
            ]
            await bot.tells(STOPPED)
            status, health = await house.health()
            assert (status, health["ok"]) == (503, False)
            assert "writing" in [one["what"] for one in health["reasons"]]
            assert len(house.sandbox.world.pending) == 2
            assert len(house.mila.person.chat) + len(house.boyan.person.chat) == heard + 2  # what they said themselves
            assert house.rows("SELECT count(*) FROM visit") == [(1,)]
        await bot.tells(AGAIN)
        await asyncio.gather(*reporting)
        assert (await house.health())[0] == 200
        await house.settled()
    assert [line["level"] for line in bot.told if STOPPED in line["event"]] == ["error"]
    await house.nothing_is_lost_or_doubled()


async def test_a_bot_begun_on_such_a_disk_says_so_and_the_next_one_answers_all(house: House) -> None:
    async with running(house.environ) as bot:
        while not house.sandbox.world.updates.polls:
            await house.sandbox.world.updates.pulse.wait(10)
        with bot.reads_only(house.folder):
            reporting = asyncio.create_task(house.mila.reports(NOBODY))
            await bot.tells(STOPPED)
            bot.process.kill()
            await bot.process.wait()
    with read_only(house.folder):
        async with running(house.environ) as bot:
            status, said = await bot.ends()
    assert (status, "Traceback" in said, "cannot be written" in said) == (2, False, True), said
    assert len(house.sandbox.world.pending) == 1
    async with running(house.environ) as bot:
        await reporting
        await house.settled()
    await house.nothing_is_lost_or_doubled()


def test_the_modes_are_as_before(house: House) -> None:
    """Or what follows proves nothing."""
    before = {path: path.stat().st_mode for path in house.folder.rglob("*")}
    with read_only(house.folder):
        assert all(path.stat().st_mode & 0o222 == 0 for path in before)
    assert {path: path.stat().st_mode for path in before} == before
