"""A season of the whole oblast on a moving clock: nobody is forgotten, nobody is told too much, and the end is right.

`OBHVAT_SEASON=seed` plays another one; the figures stand in `docs/performance.md`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from casework import numbers
from sandbox import Sandbox
from tests.bot.conftest import TOKEN, World, living
from tests.season import plain
from tests.season.attendance import Attendance
from tests.season.chance import Chance
from tests.season.desks import Desks
from tests.season.ledger import Answer, Checked, Ledger, Postponed, Visit
from tests.season.nature import REPORTED, drawn, shares
from tests.season.oblast import CASES, Oblast, settle_in
from tests.season.players import Field
from tests.season.watch import Watch

SOFIA = ZoneInfo("Europe/Sofia")
MEMORY = Path("/dev/shm")
FROM, UNTIL = date(2026, 8, 20), date(2027, 6, 15)
SEED = int(os.environ.get("OBHVAT_SEASON", "1"))
MORNING, AT_WORK, EVENING, NIGHT = 9, 11, 18, 3
NEAR = 5
"""So many of a hundred visits may be more or fewer than were reported."""
SETTINGS = """
[schedule]
charts = false
[calendar]
vacations = []
"""
"""A chart is a process of its own, 2,000 times. What comes at half past seven after a vacation is in `tests/bot`."""


@pytest.fixture(autouse=True)
def _seldom_looking_for_garbage() -> Iterator[None]:
    """The oblast stays: looking through it again and again would take a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: its thousands of commits would wait for the disk."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as made:
        yield Path(made)


@pytest.fixture
async def world(folder: Path) -> AsyncIterator[World]:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(datetime(FROM.year, FROM.month, FROM.day, 7, tzinfo=SOFIA))
        async with living(sandbox, folder, SETTINGS, fill=_by_this_clock_only) as world:
            yield world


async def _by_this_clock_only(app: App) -> None:
    """Half a minute of real time would end anywhere in a day; the people come later. Nobody else sends meanwhile, for
    whose outcome it would be worth waiting before one's own is kept."""
    app.schedule.ring_seconds = 86_400
    app.deliverer.record_within = 0.0


async def played(world: World, oblast: Oblast, ledger: Ledger) -> Watch:
    """Every day of the season: the night, the morning's messages, the day's work one after the other, the digests."""
    chance, attendance = Chance(SEED), Attendance(SEED, FROM, UNTIL)
    async with world.app.database.reading() as tx:
        rows = await tx.rows("SELECT prefix, running FROM child_case")
    known = [numbers.write(row["prefix"], row["running"]) for row in rows]
    children = {number: drawn(chance[f"the child of {number}"]) for number in known}
    doors = Field(oblast, children, ledger, chance, attendance)
    desks = Desks(oblast, children, ledger, chance, attendance)
    watch = Watch(world, oblast, doors)
    day = FROM
    while day < UNTIL:
        day += timedelta(days=1)
        await watch.night(_at(day, NIGHT))
        await watch.morning(_at(day, MORNING))
        if plain.works(day):
            await watch.at_work(_at(day, AT_WORK))
            desks.read_all(day)
            await desks.day(day)
            await desks.schools(day)
            await world.settled()
            doors.listen(day)
            await doors.day(day)
            await doors.go_away(day)
            await world.settled()
            desks.read_all(day)
        await watch.evening(_at(day, EVENING))
    return watch


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SOFIA)


@pytest.mark.timeout(900)
async def test_a_season_of_the_whole_oblast(world: World) -> None:
    oblast = await settle_in(world.app, world.sandbox)
    gc.freeze()
    ledger = Ledger()
    watch = await played(world, oblast, ledger)
    async with world.app.database.reading() as tx:
        cases = await tx.rows("SELECT prefix, running, status, next_step, due_on, attempts FROM child_case")
        kept = await tx.one("SELECT count(*) AS n FROM visit")
    assert len(cases) == CASES
    assert kept["n"] == ledger.count(Visit)
    wrong = {}
    for row in cases:
        number = numbers.write(row["prefix"], row["running"])
        expected = plain.at_the_end(number, ledger, FROM, UNTIL)
        stands = (row["status"], row["next_step"], row["due_on"] and date.fromisoformat(row["due_on"]))
        if (*stands, row["attempts"]) != (*expected.shown, len(expected.seen)):
            wrong[number] = (stands, expected, ledger.deeds[number])
    assert not wrong, "\n".join(f"{number}: {what}" for number, what in list(wrong.items())[:5])
    watch.complained()
    counts = {kind.__name__: ledger.count(kind) for kind in (Visit, Answer, Checked, Postponed)}
    found = shares(ledger.outcomes())
    print(watch.figures(), counts, {name: f"{share:.1f} %" for name, share in found.items()})
    assert all(counts.values())
    assert found == {name: pytest.approx(share, abs=NEAR) for name, share in REPORTED.items()}
