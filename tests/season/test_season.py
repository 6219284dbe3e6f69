"""A season of the whole oblast on a moving clock: nobody is forgotten, nobody is told too much, and the end is right.

`OBHVAT_SEASON=seed` plays another one; the figures stand in `docs/performance.md`.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework import numbers
from sandbox import Sandbox
from tests.bot.conftest import TOKEN, World, living
from tests.season import plain
from tests.season.ledger import Ledger
from tests.season.nature import draw_all
from tests.season.oblast import CASES, Oblast, settle_in
from tests.season.players import Field
from tests.season.watch import Watch

SOFIA = ZoneInfo("Europe/Sofia")
FROM, UNTIL = date(2026, 8, 20), date(2027, 6, 15)
SEED = int(os.environ.get("OBHVAT_SEASON", "1"))
MORNING, AT_WORK, EVENING, NIGHT = 9, 11, 18, 3
NO_CHARTS = "[schedule]\ncharts = false\n"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(datetime(FROM.year, FROM.month, FROM.day, 7, tzinfo=SOFIA))
        async with living(sandbox, tmp_path, NO_CHARTS, fill=_empty) as world:
            yield world


async def _empty(_app: object) -> None:
    """The oblast fills it."""


async def played(world: World, oblast: Oblast, ledger: Ledger) -> Watch:
    """Every day of the season."""
    drawn = draw_all(CASES, SEED)
    async with world.app.database.reading() as tx:
        rows = await tx.rows("SELECT prefix, running FROM child_case ORDER BY id")
    children = {numbers.write(row["prefix"], row["running"]): child for row, child in zip(rows, drawn, strict=True)}
    doors = Field(oblast, children, ledger, random.Random(SEED))
    watch = Watch(world, oblast, doors)
    day = FROM
    while day < UNTIL:
        day += timedelta(days=1)
        await watch.night(_at(day, NIGHT))
        await watch.morning(_at(day, MORNING))
        if plain.works(day):
            world.sandbox.world.clock.move_to(_at(day, AT_WORK))
            await doors.day(day)
            await world.settled()
        await watch.evening(_at(day, EVENING))
    return watch


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SOFIA)


@pytest.mark.timeout(900)
async def test_a_season_of_the_whole_oblast(world: World) -> None:
    oblast = await settle_in(world.app, world.sandbox)
    ledger = Ledger()
    watch = await played(world, oblast, ledger)
    async with world.app.database.reading() as tx:
        cases = await tx.rows("SELECT prefix, running, status, next_step, due_on, attempts FROM child_case")
        open_without_step = await tx.rows(
            "SELECT id FROM child_case WHERE due_on IS NULL AND status NOT IN ('S60', 'S70')"
        )
        kept = await tx.one("SELECT count(*) AS n FROM visit")
    assert open_without_step == []
    assert kept["n"] == len(ledger.visits)
    wrong = {}
    for row in cases:
        number = numbers.write(row["prefix"], row["running"])
        expected = plain.at_the_end(number, ledger, FROM)
        stands = plain.Standing(row["status"], row["next_step"], row["due_on"] and date.fromisoformat(row["due_on"]))
        if stands != expected:
            wrong[number] = (stands, expected)
    assert wrong == {}
    assert len(cases) == CASES
    watch.complained()
    print(watch.figures(), len(ledger.visits))
