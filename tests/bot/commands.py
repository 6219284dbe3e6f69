"""The commands as their users run them: processes of their own, in a folder with a configuration."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.settings import config
from bot.settings.keyring import SECRET
from casework.records import MEMBER, NextStep
from sandbox import Person, Sandbox
from storage import new_cases, people, teams
from storage.database import open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from storage.sealing import Sealer
from tests.bot.conftest import TOKEN, write_config

KEY = "k" * 40
NOTHING: Mapping[str, str] = {}


def environ(folder: Path, key: str = KEY) -> dict[str, str]:
    ours = {config.CONFIG: str(folder / "config.toml"), config.TOKEN: TOKEN, SECRET: key}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("OBHVAT_")}, **ours}


async def obhvat(
    folder: Path,
    *arguments: str | Path,
    key: str = KEY,
    before: Callable[[], None] | None = None,
    more: Mapping[str, str] = NOTHING,
) -> tuple[int, str]:
    """The status with which it ended, and all that it said. `before` may leave it no room for being measured."""
    env = {**environ(folder, key), **more}
    if before:
        env = {name: value for name, value in env.items() if not name.startswith("COVERAGE")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *map(str, arguments), env=env, preexec_fn=before,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in said, said.decode()
    return process.returncode or 0, said.decode()


@asynccontextmanager
async def bot(folder: Path, more: Mapping[str, str] = NOTHING) -> AsyncIterator[asyncio.subprocess.Process]:
    """A living one, killed at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", env={**environ(folder), **more}
    )
    try:
        yield process
        assert process.returncode is None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def district(folder: Path, sandbox: Sandbox, *, cases: int = 3) -> Path:
    """A configuration, and a database with a team, its cases and an invitation `code`; the path of the database."""
    write_config(folder, sandbox)
    path = folder / "obhvat.db"
    now = sandbox.world.clock.now()
    database = await open_database(f"sqlite:///{path}")
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        await people.invite(tx, "code", Invitation(MEMBER, team, ""), now + timedelta(days=7))
        seal = Sealer(KEY.encode()).seal_name
        new = [
            NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. {n}", 2015, team, "", seal("Росица Илиева", str(n)), str(n))
            for n in range(1, cases + 1)
        ]
        # Nothing is due: a process has the clock of the machine, and in the morning it would tell of it.
        await new_cases.put(tx, new, NextStep("S11", "visit", now.date() + timedelta(days=7)), now)
    await database.close()
    return path


async def joins(person: Person) -> None:
    await person.starts("code")
    await person.hears(30)
    for label in ("Български", "Приемам"):
        await person.taps(label)
        await person.hears(30)
