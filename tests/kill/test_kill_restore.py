"""A restore is killed again and again; what stands in the place of the database is the old one or the new one."""

from __future__ import annotations

import asyncio
import math
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.bot.commands import district, environ, obhvat
from tests.bot.conftest import TOKEN
from tests.engines import OF_THE_FILE

KILLS = int(os.environ.get("OBHVAT_KILLS", "6"))
OLD, NEW = 3, 5_000
"""Cases in each."""
PATIENCE = 60.0

pytestmark = [OF_THE_FILE, pytest.mark.kill, pytest.mark.timeout(120 + KILLS * 20)]


@pytest.mark.long
async def test_the_old_or_the_new_one_and_nothing_between(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        await district(tmp_path, sandbox, cases=NEW)
        status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
        assert status == 0, said
        clear(tmp_path)
        path = await district(tmp_path, sandbox, cases=OLD)
    whole, lasted = path.read_bytes(), await restored(tmp_path)
    assert cases(path) == NEW
    draw, found = random.Random(56), Counter[int]()
    for _ in range(KILLS):
        clear(tmp_path)
        path.write_bytes(whole)
        # The machine may have become faster meanwhile.
        lasted = min(lasted, await restored(tmp_path, killed_after=lasted * draw.uniform(0.5, 1.05)))
        found[cases(path)] += 1
    assert set(found) <= {OLD, NEW}
    assert found[OLD], "it was killed in time"
    await restored(tmp_path)
    assert cases(path) == NEW
    assert not (tmp_path / ".obhvat-half").exists()


def clear(folder: Path) -> None:
    for left in folder.glob("obhvat.db*"):
        left.unlink()


async def restored(folder: Path, *, killed_after: float = PATIENCE) -> float:
    """The seconds that it took, endless if it was killed."""
    begun = time.monotonic()
    command = (sys.executable, "-m", "bot.cli", "restore", str(folder / "a.zip"), "--replace")
    restoring = await asyncio.create_subprocess_exec(*command, env=environ(folder))
    try:
        await asyncio.wait_for(restoring.wait(), killed_after)
    except TimeoutError:
        restoring.kill()
        await restoring.wait()
        return math.inf
    return time.monotonic() - begun


def cases(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        [count] = file.execute("SELECT count(*) FROM child_case").fetchone()
    return int(count)
