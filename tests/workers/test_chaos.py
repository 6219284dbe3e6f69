"""People report while workers are killed, PostgreSQL is restarted and stands still, and a worker's line to it is cut.

What a newcomer gets wrong: nobody repeats anything. What somebody sent once is answered by whichever worker comes to
it, and in the end everything is counted in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest

from bot.demo import free_port
from sandbox import Sandbox
from storage.database import open_database
from tests.engines import engine, url_of
from tests.kill.test_kill import MEMBERS, joins, prepare, reports
from tests.workers.crew import Crew, crew, paused

LONG_STILL = 4.0
"""Seconds, so that some look of the shares falls within."""
COUNTED = """
SELECT (SELECT count(*) FROM visit) AS visits, (SELECT count(*) FROM visit_version) AS versions,
(SELECT sum(attempts) FROM child_case) AS attempts, (SELECT count(*) FROM journal) AS drafts,
(SELECT count(*) FROM inbox WHERE state <> 'done') AS aside
"""

pytestmark = [pytest.mark.kill, pytest.mark.long, pytest.mark.timeout(300)]


class Reporting:
    """The members report, each at their own pace, until they are told to stop."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.members = [sandbox.world.person(f"Член {n}") for n in range(1, MEMBERS + 1)]
        self.saved = [0] * MEMBERS
        self.is_over = False
        self._moved = asyncio.Event()

    async def run(self) -> None:
        await asyncio.gather(*(self._one(n) for n in range(MEMBERS)))

    async def _one(self, n: int) -> None:
        for attempt in count(1):
            if self.is_over:
                return
            await reports(self.members[n], n + 1, attempt)
            self.saved[n] = attempt
            self._moved.set()

    async def all_go_on(self) -> None:
        """Until each of them has saved what they had begun, and one more."""
        aim = [done + 2 for done in self.saved]
        while any(done < wanted for done, wanted in zip(self.saved, aim, strict=True)):
            self._moved.clear()
            await self._moved.wait()


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
        await asyncio.gather(*(joins(one, n) for n, one in enumerate(reporting.members, start=1)))
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
        await _all_is_done(tmp_path)
    await _counted(tmp_path, sum(reporting.saved))


async def _all_is_done(folder: Path) -> None:
    database = await open_database(url_of(folder))
    while await database.glance().row("SELECT 1 FROM inbox WHERE state = 'waiting'"):
        continue
    await database.close()


async def _counted(folder: Path, saved: int) -> None:
    database = await open_database(url_of(folder))
    async with database.reading() as tx:
        kept = [dict(row) for row in await tx.rows(COUNTED)]
    assert kept == [{"visits": saved, "versions": saved, "attempts": saved, "drafts": 0, "aside": 0}]
    await database.close()
