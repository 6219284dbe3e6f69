"""People report while workers are killed, PostgreSQL is restarted or stands still, and the line of one to it is cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.commands.demo import free_port
from sandbox import Sandbox
from tests.engines import engine
from tests.kill.test_kill import prepare
from tests.workers.crew import Crew, crew, paused
from tests.workers.reporting import Reporting, all_is_done, assert_counted

LONG_STILL = 4.0
"""Seconds, so that some look of the shares falls within."""
pytestmark = [pytest.mark.kill, pytest.mark.long, pytest.mark.timeout(300)]


async def killed(crew: Crew) -> None:
    await crew.kill("second")


async def who_leads_killed(crew: Crew) -> None:
    await crew.kill("first")


async def cut(crew: Crew) -> None:
    crew.line.cut()
    await asyncio.sleep(LONG_STILL)
    crew.line.mended()


async def stalled(crew: Crew) -> None:
    crew.line.stall()
    await asyncio.sleep(3 * LONG_STILL)
    crew.line.mended()


async def restarted(crew: Crew) -> None:
    await asyncio.to_thread(engine.server.control, "-m", "fast", "restart")


async def crashed(crew: Crew) -> None:
    await asyncio.to_thread(engine.server.control, "-m", "immediate", "restart")


async def stood_still(crew: Crew) -> None:
    with paused(engine.server):
        await asyncio.sleep(LONG_STILL)


BLOWS: list[Callable[[Crew], Awaitable[None]]] = [
    killed,
    who_leads_killed,
    cut,
    stalled,
    restarted,
    crashed,
    stood_still,
]


async def test_whatever_befalls_workers_and_database_every_report_is_there_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await prepare(tmp_path)
    async with crew(sandbox, tmp_path) as here:
        ports = {name: free_port() for name in ("first", "second", "third")}
        await asyncio.gather(*(here.start(name, port, over_the_line=name == "third") for name, port in ports.items()))
        reporting = Reporting(sandbox)
        await reporting.join()
        async with asyncio.TaskGroup() as group:
            group.create_task(reporting.run())
            for blow in BLOWS:
                await reporting.all_go_on()
                await blow(here)
                for name in ports.keys() - here.workers.keys():
                    await here.start(name, ports[name])
            await reporting.all_go_on()
            reporting.is_over = True
        assert {name: one.returncode for name, one in here.workers.items()} == dict.fromkeys(ports)
        await all_is_done(tmp_path)
    await assert_counted(tmp_path, sum(reporting.saved))
