"""Members who report until they are told to stop, and the count of what is kept of it.

What a newcomer gets wrong: nobody repeats anything. What somebody sent once is answered by whichever worker comes to
it, and in the end everything is counted in the database.
"""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

import asyncpg

from sandbox import Sandbox
from tests.engines import url_of
from tests.kill.test_kill import MEMBERS, joins, reports

COUNTED = """
SELECT (SELECT count(*) FROM visit) AS visits, (SELECT count(*) FROM visit_version) AS versions,
(SELECT sum(attempts) FROM child_case) AS attempts, (SELECT count(*) FROM journal) AS drafts,
(SELECT count(*) FROM inbox WHERE state <> 'done') AS aside
"""


class Reporting:
    """The members report, each at their own pace, until they are told to stop."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.members = [sandbox.world.person(f"Член {n}") for n in range(1, MEMBERS + 1)]
        self.saved = [0] * MEMBERS
        self.is_over = False
        self._moved = asyncio.Event()

    async def join(self) -> None:
        await asyncio.gather(*(joins(one, n) for n, one in enumerate(self.members, start=1)))

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


async def all_is_done(folder: Path) -> None:
    connection = await asyncpg.connect(url_of(folder))
    while await connection.fetchval("SELECT count(*) FROM inbox WHERE state = 'waiting'"):
        continue
    await connection.close()


async def assert_counted(folder: Path, saved: int) -> None:
    """Each report that was told to be saved is there once, and nothing else."""
    connection = await asyncpg.connect(url_of(folder))
    kept = dict(await connection.fetchrow(COUNTED))
    assert kept == {"visits": saved, "versions": saved, "attempts": saved, "drafts": 0, "aside": 0}
    await connection.close()
