"""A case that is forgotten while the process is killed is there whole, or gone; without a byte at the next start."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from bot import forgotten
from bot.app import now_utc, open_app
from bot.settings import config
from sandbox import Sandbox
from tests.bot.conftest import BEGIN, TOKEN, living
from tests.bot.everything import CASE, everything, rows_of, tells
from tests.engines import OF_THE_FILE

COMMITS = 6
"""More than there are: the process that reaches none of them ends by itself, and everything is gone."""
POINTS = [(when, number, 0.0) for number in range(1, COMMITS + 1) for when in ("before", "after")]
WITHIN = [("after", number, seconds) for number in (1, 2, 3) for seconds in (0.002, 0.01, 0.03)]
OF_CASE = ("visit", "referral", "transition", "inquiry", "handover", "lateness", "respite", "alerted", "question")

pytestmark = [OF_THE_FILE, pytest.mark.kill, pytest.mark.timeout(600)]


@pytest.mark.long
async def test_it_is_all_there_or_all_gone(tmp_path: Path) -> None:
    whole, ends = tmp_path / "whole", set()
    whole.mkdir()
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(BEGIN)
        async with living(sandbox, whole) as world:
            await everything(world)
    before = counts(whole)
    assert min(before) > 0
    for when, number, seconds in [*POINTS, *WITHIN]:
        folder = tmp_path / "bot"
        shutil.copytree(whole, folder)
        _moved(folder, whole)
        died = await _erased(folder, when, number, seconds)
        left = counts(folder)
        assert left in (before, [0] * len(before)), (when, number, seconds)
        await _started(folder)
        assert counts(folder) == left
        if left != before:
            assert tells(folder) == {}, (when, number, seconds)
        ends.add((died, left == before))
        shutil.rmtree(folder)
    assert ends == {(True, True), (True, False), (False, False)}


def counts(folder: Path) -> list[int]:
    database = folder / "obhvat.db"
    return [rows_of(database, f"SELECT count(*) FROM {table} WHERE case_id = {CASE}")[0][0] for table in OF_CASE]


def _moved(folder: Path, whole: Path) -> None:
    path = folder / "config.toml"
    path.write_text(path.read_text("utf-8").replace(str(whole), str(folder)), "utf-8")


async def _erased(folder: Path, when: str, number: int, seconds: float) -> bool:
    """Whether the process was killed in the midst."""
    given = {config.TOKEN: TOKEN, config.CONFIG: str(folder / "config.toml")}
    command = (sys.executable, "-m", "tests.kill.forgetting", when, str(number), str(seconds))
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **given})
    code = await process.wait()
    assert code in (0, -signal.SIGKILL)
    return code != 0


async def _started(folder: Path) -> None:
    """As the next start of the bot does."""
    read = config.load({config.TOKEN: TOKEN}, folder / "config.toml")
    async with open_app(read) as app:
        photos = read.store
        assert await forgotten.apply_forgotten(app.database, photos, app.work.sealer, now_utc()) == 0
