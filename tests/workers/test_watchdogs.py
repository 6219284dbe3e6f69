"""Of several workers one tells the operator what is wrong; when another leads, it knows what was told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox import Sandbox
from storage import alarms
from storage.database import Database, open_database
from tests.bot.test_watchdog import alarms as told
from tests.bot.test_watchdog import looks, operated
from tests.engines import engine
from tests.workers.crew import Line
from tests.workers.test_one_is_first import second_worker

AT_ONCE = timedelta()


async def test_who_leads_speaks_and_who_leads_next_knows_what_was_told(sandbox: Sandbox, tmp_path: Path) -> None:
    async with AsyncExitStack() as first:
        world, operator = await first.enter_async_context(operated(sandbox, tmp_path))
        leader = world.app.watchdog
        leader.limits = replace(leader.limits, backup=AT_ONCE)
        async with second_worker(world, f'[operator]\nchat = "{operator.id}"\n') as other:
            second, follower = replace(world, app=other), other.watchdog
            follower.limits, follower.calm = leader.limits, leader.calm
            await looks(second)
            assert await alarms.standing(other.database.glance()) == {}, "two would write the same row in one moment"
            assert told(operator) == []
            await asyncio.gather(looks(world), looks(second))
            assert "(backup)" in (await operator.hears()).text
            await first.aclose()
            await other.database.shares.leading()
            await looks(second)
            assert len(told(operator)) == 1
            follower.limits = replace(follower.limits, backup=None)
            await looks(second)
            assert "(backup)" in (await operator.hears()).text
            assert await alarms.standing(other.database.glance()) == {}


async def test_while_the_database_is_away_the_operator_is_told_and_hears_when_it_is_back(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "line").mkdir()
    engine.url_of(tmp_path)  # the server begins with the first that asks
    line = Line(tmp_path / "line", engine.server)

    def on_the_line(url: str) -> Awaitable[Database]:
        return open_database(url.replace(str(engine.server.folder), str(line.folder)))

    monkeypatch.setattr("bot.app.open_database", on_the_line)
    async with line.laid(), operated(sandbox, tmp_path) as (world, operator):
        database = world.app.database
        await looks(world)
        changed = asyncio.Event()
        database.troubled = lambda _why: changed.set()
        line.cut()
        await changed.wait()
        await looks(world)
        assert "(writing) В базата данни не може да се записва." in (await operator.hears()).text
        line.mended()
        await database.shares.leading()
        await world.app.awake.beat()
        await looks(world)
        assert "В базата данни отново се записва." in (await operator.hears()).text
    assert len(told(operator)) == 2
