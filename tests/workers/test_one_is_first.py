"""Two coordinators act on the same case in one moment, each served by another worker: one of them is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from bot.app import App, open_app
from bot.settings import config
from casework.records import LEADER, MUNICIPAL
from sandbox import Person, Sandbox
from storage.shares import LANES, lane_of
from tests.bot.conftest import BEGIN, TOKEN, World, living, write_config
from tests.bot.test_asking import does
from tests.bot.test_moving_work import stoyan_of, told
from tests.bot.test_two_at_once import DEEDS, Two
from tests.engines import engine
from tests.long import but_for

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
"""Not by `pg_stat_activity`: within a transaction that does not show who has connected since."""


@asynccontextmanager
async def second_worker(world: World, more: str = "") -> AsyncIterator[App]:
    """Of the same database, with half of its lanes."""
    read = config.load({**engine.environ, config.TOKEN: TOKEN}, write_config(world.folder, world.sandbox, more))
    async with open_app(read, world.sandbox.world.clock.now) as app:
        half = asyncio.Event()
        app.database.shares.changed.append(lambda: half.set() if len(app.database.shares.lanes) == LANES // 2 else None)
        # Whoever waits for something looks again after the commits of this one too.
        app.database.committing = lambda when: world.app.database.committing(when)
        running = asyncio.create_task(app.run())
        try:
            await asyncio.wait_for(half.wait(), 10)
            yield app
            assert not running.done(), running.exception()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def coordinator(world: World, name: str, worker: App) -> Person:
    """Whom this worker serves; who has joined before has the number before theirs."""
    before = world.sandbox.world.person("Друг").id
    while lane_of("telegram", str(before + 1)) not in worker.database.shares.lanes:
        before = world.sandbox.world.person("Друг").id
    one = await world.person(name, MUNICIPAL, "Бяла")
    assert one.id == before + 1
    await does(one, "Моите случаи")
    return one


@asynccontextmanager
async def held(world: World) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Whoever acts on the case waits until the block is left. Gives what waits until so many do."""
    connection = await asyncpg.connect(engine.url_of(world.folder))

    async def waiting(count: int) -> None:
        async with asyncio.timeout(20):
            while await connection.fetchval(WAITING) < count:
                continue

    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM child_case WHERE id = 1 FOR UPDATE")
            yield waiting
    finally:
        await connection.close()


@pytest.mark.parametrize("deed", but_for(DEEDS, ("give", "ask").__contains__))
async def test_of_two_last_taps_in_one_moment_one_is_done(sandbox: Sandbox, tmp_path: Path, deed: str) -> None:
    sandbox.world.clock.move_to(BEGIN)
    async with living(sandbox, tmp_path) as world, second_worker(world) as other:
        world.to_a_working_day(10)
        await stoyan_of(world)
        lidia = await world.person("Лидия", LEADER)
        leading, following = sorted((world.app, other), key=lambda app: not app.database.shares.leads)
        kolyo, maria = await coordinator(world, "Кольо", leading), await coordinator(world, "Мария", following)
        await world.settled()
        two = Two(world, kolyo, maria, lidia)
        last = await two.at_the_last_tap(maria, DEEDS[deed])
        again = await two.at_the_last_tap(kolyo, DEEDS[deed])
        async with held(world) as waiting:
            # Whoever leads asks for the taps of both: hers must have been passed on before his holds it up.
            await maria.taps(last)
            await waiting(1)
            await kolyo.taps(again)
            await waiting(2)
        await world.settled()
        done = [told(who, DEEDS[deed].done) for who in (maria, kolyo)]
        assert sorted(done) == [0, 1]
        winner, loser = (maria, kolyo) if done[0] else (kolyo, maria)
        assert f"{winner.name} {DEEDS[deed].first_did}" in loser.last.text
        assert await two.version() == (2 if DEEDS[deed].moves else 1)
