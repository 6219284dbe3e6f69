"""The bot is killed while 200 messages wait for it, and again around its report: it comes once, with the right figures.

What a newcomer gets wrong: the report is claimed by the commit that makes its rows, so a life that dies before it
leaves it to the next one, and a life that dies after it leaves nothing to do but to send.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import config
from casework.records import MUNICIPAL
from sandbox import Sandbox
from storage import life, people
from storage.database import open_database
from storage.people import Invitation
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine, url_of
from tests.kill.process import AHEAD
from tests.kill.test_kill import MEMBERS, MORNING, counted, prepare, waits

MESSAGES = 200
PATIENCE = 240.0
pytestmark = [pytest.mark.kill, pytest.mark.timeout(int(PATIENCE * 2))]
UNDONE = "SELECT count(*) FROM inbox WHERE state <> 'done'"
STOPPED = MORNING + timedelta(hours=1)


async def everybody(folder: Path, sandbox: Sandbox) -> tuple[int, list[int]]:
    """A coordinator and members of the bot's earlier life, which ended at `STOPPED`."""
    await prepare(folder)
    kolyo = sandbox.world.person("Кольо")
    members = [sandbox.world.person(f"Член {n}") for n in range(1, MEMBERS + 1)]
    database = await open_database(url_of(folder))
    async with database.transaction() as tx:
        await people.invite(tx, "co", Invitation(MUNICIPAL, None, "Бяла"), MORNING + timedelta(days=7))
        for code, one in (("co", kolyo), *((f"code{n}", one) for n, one in enumerate(members, start=1))):
            joined = await people.join(tx, code, "telegram", str(one.id), str(one.id), one.name, MORNING)
            assert joined is not None
            await people.set_language(tx, joined.id, "bg")
            await people.accept(tx, joined.id, MORNING)
        await tx.run("UPDATE child_case SET told_rung = 9")  # nothing else is told this morning
        await life.awake(tx, STOPPED)
    await database.close()
    for one in (kolyo, *members):
        one.started = True
    return kolyo.id, [one.id for one in members]


async def lives(path: Path, sandbox: Sandbox, when: str = "never", number: int = 0) -> asyncio.subprocess.Process:
    ahead = str(sandbox.world.clock.offset.total_seconds())
    given = {config.TOKEN: TOKEN, config.CONFIG: str(path), "OBHVAT_SECRET_KEY": "k" * 40, AHEAD: ahead}
    command = (sys.executable, "-m", "tests.kill.process", when, str(number))
    return await asyncio.create_subprocess_exec(*command, env={**os.environ, **given})


async def died(process: asyncio.subprocess.Process) -> None:
    assert await process.wait() == -signal.SIGKILL


async def test_the_report_of_an_outage_comes_once_with_the_right_figures(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(STOPPED + timedelta(minutes=5))
        kolyo_id, member_ids = await everybody(tmp_path, sandbox)
        path = write_config(tmp_path, sandbox, "[schedule]\ncharts = false")
        kolyo = sandbox.world.people[kolyo_id]
        for number in range(MESSAGES):
            await sandbox.world.people[member_ids[number % MEMBERS]].says("/menu")
        sandbox.world.clock.move_to(STOPPED + timedelta(minutes=40))
        # While it catches up.
        for when, number in (("before", 3), ("after", 4), ("before", 6)):
            await died(await lives(path, sandbox, when, number))
        last = await lives(path, sandbox)
        async with asyncio.timeout(PATIENCE):
            while sandbox.world.pending or counted(tmp_path, UNDONE):
                await sandbox.world.changed.wait(0.2)
        last.kill()
        await died(last)
        # Around the report, which the first commits of each life try to make.
        sandbox.world.clock.move_to(STOPPED + timedelta(minutes=50))
        for when, number in ((when, number) for number in range(2, 6) for when in ("before", "after")):
            await died(await lives(path, sandbox, when, number))
        last = await lives(path, sandbox)
        try:
            told = await waits(kolyo, "Не работех от 24.11, 09:00 до 24.11, 09:4")
        finally:
            last.kill()
            await last.wait()
    assert f"{MESSAGES} съобщения, изпратени междувременно, получиха отговор ({MEMBERS} души)." in told.text
    assert told.text.endswith("Нито едно съобщение не е изгубено.")
    assert engine.is_whole(tmp_path)
    assert counted(tmp_path, "SELECT count(*) FROM inbox") == MESSAGES
    assert engine.read(tmp_path, "SELECT count(DISTINCT report), count(*) FROM outage") == [(1, 1)]
    assert counted(tmp_path, f"SELECT count(*) FROM outbox WHERE chat = '{kolyo_id}' AND priority > 0") == 1
