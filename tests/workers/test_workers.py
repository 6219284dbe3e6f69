"""Several workers of one database, which must be PostgreSQL: they share the work, and take over from one that dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic

import asyncpg

from sandbox import Person, Sandbox
from storage.leases import WORKERS
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine
from tests.workers.crew import until_hold

TAKEN_OVER_WITHIN = 10
"""Seconds."""


@asynccontextmanager
async def worker(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environ = {**os.environ, **engine.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path)}
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", env=environ, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield bot
    finally:
        if bot.returncode is None:
            bot.kill()
        await bot.communicate()


async def answered(person: Person, text: str) -> None:
    await person.says(text)
    await person.hears(60)


async def test_who_waits_takes_over_from_who_is_killed_and_answers_once(sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with worker(path) as first:
        await answered(stranger, "здравейте")
        async with worker(path) as second:
            for _message in range(3):
                await answered(stranger, "има ли някой")
            await until_hold(tmp_path, WORKERS, 2)
            first.kill()
            await first.wait()
            dead = monotonic()
            await answered(stranger, "а сега")
            assert monotonic() - dead < TAKEN_OVER_WITHIN
            assert second.returncode is None
    assert [message.from_bot for message in stranger.chat] == [False, True] * 5


async def test_who_waits_takes_over_from_who_stands_still_and_both_go_on_when_it_moves_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with worker(path) as first:
        await answered(stranger, "здравейте")
        async with worker(path) as second:
            await until_hold(tmp_path, WORKERS, 2)
            first.send_signal(signal.SIGSTOP)
            still = monotonic()
            await answered(stranger, "има ли някой")
            assert monotonic() - still < TAKEN_OVER_WITHIN
            first.send_signal(signal.SIGCONT)
            await until_hold(tmp_path, WORKERS, 2)
            await answered(stranger, "а сега")
            assert [first.returncode, second.returncode] == [None, None]
    assert [message.from_bot for message in stranger.chat] == [False, True] * 3


async def test_workers_that_begin_in_one_moment_with_an_empty_database_share_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    connection = await asyncpg.connect(engine.url_of(tmp_path))
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    async with AsyncExitStack() as opened:
        bots = [await opened.enter_async_context(worker(path)) for _ in range(3)]
        async with asyncio.timeout(60):
            await until_hold(tmp_path, WORKERS, len(bots))
        assert [bot.returncode for bot in bots] == [None] * len(bots)
        await answered(stranger, "здравейте")
        assert [bot.returncode for bot in bots] == [None] * len(bots)
    assert [message.from_bot for message in stranger.chat] == [False, True]


async def test_a_server_that_is_restarted_is_reached_again_and_nobody_is_answered_twice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with worker(path) as only:
        await answered(stranger, "здравейте")
        await asyncio.to_thread(engine.server.control, "-m", "fast", "restart")
        await answered(stranger, "има ли някой")
        assert only.returncode is None
    assert [message.from_bot for message in stranger.chat] == [False, True] * 2
