"""What the disk may do: be full, be held by another program. Nothing is taken that cannot be kept, and nothing ends."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from storage.sqlite import PATIENCE_SECONDS
from tests.engines import OF_THE_FILE
from tests.faults.conftest import NOBODY, House
from tests.soak.chance import FIRST_DAY, Errand

STOPPED, AGAIN = "nothing can be written", "the database can be written again"
pytestmark = [OF_THE_FILE, pytest.mark.kill]


async def test_on_a_full_disk_nothing_is_taken_and_all_is_answered_when_there_is_room(house: House) -> None:
    async with house.bot() as life:
        async with life.full_disk():
            reporting = asyncio.create_task(house.mila.reports(NOBODY))
            await life.tells(STOPPED)
            status, health = await house.health()
            assert (status, health["ok"]) == (503, False)
            assert "writing" in [one["what"] for one in health["reasons"]]
            assert house.sandbox.world.pending
            assert not reporting.done()
        await reporting
        await life.tells(AGAIN)
        assert (await house.health())[0] == 200
        await house.settled()
    assert _told(life.log, STOPPED) == ["error"]
    await house.nothing_is_lost_or_doubled()


@pytest.mark.long
async def test_a_disk_that_fills_in_the_middle_of_the_work_loses_nothing(house: House) -> None:
    """Again and again: what was sent and could not be recorded is not sent once more either."""
    async with house.bot() as life:
        for _ in range(5):
            for member in (house.mila, house.boyan):
                reporting = asyncio.create_task(member.reports(NOBODY))
                await house.sandbox.world.changed.wait()
                async with life.full_disk():
                    await asyncio.wait({reporting}, timeout=0.3)
                await reporting
        await house.settled()
    assert house.model.repeated == 0
    await house.nothing_is_lost_or_doubled()


@pytest.mark.long
async def test_a_file_that_another_program_holds_for_too_long_ends_nothing(house: House) -> None:
    async with house.bot() as life:
        with closing(sqlite3.connect(house.folder / "obhvat.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            reporting = asyncio.create_task(house.mila.reports(NOBODY))
            await life.tells(STOPPED, within=PATIENCE_SECONDS + 10)
            assert "another program keeps it locked" in life.log
            assert (await house.health())[0] == 503
            other.execute("ROLLBACK")
        await reporting
        await life.tells(AGAIN)
        await house.settled()
    await house.nothing_is_lost_or_doubled()


@pytest.mark.long
async def test_a_photo_for_which_there_is_no_room_is_kept_when_there_is(house: House) -> None:
    store = house.folder / "photos"
    async with house.bot() as life:
        shutil.rmtree(store, ignore_errors=True)
        store.touch()  # a file where the folder should be: nothing can be put there
        await house.mila.reports(Errand(FIRST_DAY, "photos", 2))
        await life.tells("a photo was not kept")
        await house.boyan.reports(NOBODY)
        store.unlink()
        await house.settled()
    assert house.rows("SELECT DISTINCT tries FROM media") == [(0,)]
    await house.nothing_is_lost_or_doubled()


def _told(log: str, what: str) -> list[str]:
    """How loudly the operator is told, each time."""
    lines = (json.loads(line) for line in log.splitlines() if line.startswith("{"))
    return [line["level"] for line in lines if what in line["event"]]
