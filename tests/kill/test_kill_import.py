"""Files are sent and tapped in while the process is killed again and again; every line is imported once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.settings import config
from casework.records import LEADER
from sandbox import Person, Sandbox
from storage import people, teams
from storage.database import open_database
from storage.people import Invitation
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine, url_of
from tests.kill.test_kill import PATIENCE, Lives, counted, joins, waits

LINES = 40

pytestmark = [pytest.mark.kill, pytest.mark.timeout(int(PATIENCE * 4))]


def children(attempt: int) -> bytes:
    lines = [f"Дете;Детева;Бяла;ул. Рила {attempt}/{n}" for n in range(LINES)]
    return "\n".join(["име;фамилия;населено място;адрес", *lines]).encode()


async def brings(leader: Person, attempt: int) -> None:
    await leader.sends_document(f"{attempt}.csv", children(attempt))
    shown = await waits(leader, f"{attempt}.csv, случаи", f"Внеси {LINES} реда")
    await leader.taps(f"Внеси {LINES} реда", shown)
    await waits(leader, "Внесено.", holding=f"{attempt}.csv")


@pytest.mark.parametrize(
    "at_commits",
    [pytest.param(True, marks=pytest.mark.long, id="commit points"), pytest.param(False, id="random moments")],
)
async def test_every_line_is_there_once(tmp_path: Path, at_commits: bool) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        await _prepare(tmp_path)
        lives = Lives(write_config(tmp_path, sandbox), {config.TOKEN: TOKEN}, sandbox, at_commits=at_commits)
        living = asyncio.create_task(lives.live())
        leader = sandbox.world.person("Лидия")
        await joins(leader, 1)
        for attempt in count(1):
            await brings(leader, attempt)
            if lives.over:
                break
            if lives.halfway:
                lives.strike()
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
    assert engine.is_whole(tmp_path)
    imported = attempt * LINES
    for kept, number in (
        ("count(*) FROM child_case", imported),
        ("max(running) FROM child_case", imported),
        ("count(*) FROM audit WHERE what = 'imported'", attempt),
        ("count(*) FROM import_file WHERE state <> 'ended'", 0),
        ("count(*) FROM inbox WHERE state <> 'done'", 0),
    ):
        assert (kept, counted(tmp_path, f"SELECT {kept}")) == (kept, number)


async def _prepare(folder: Path) -> None:
    database = await open_database(url_of(folder))
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        await people.invite(tx, "code1", Invitation(LEADER, team, ""), datetime.now(UTC) + timedelta(days=7))
    await database.close()
