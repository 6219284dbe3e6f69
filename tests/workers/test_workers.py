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
from typing import Any

import asyncpg

from sandbox import Sandbox
from storage.leases import WORKERS
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine

TAKEN_OVER_WITHIN = 10
"""Seconds."""
HERE = (
    f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = {WORKERS} "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


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


async def test_who_waits_takes_over_from_who_is_killed_and_answers_once(sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with worker(path) as first:
        await stranger.says("здравейте")
        await stranger.hears(60)
        async with worker(path) as second:
            for _message in range(3):
                await stranger.says("има ли някой")
                await stranger.hears(60)
            first.kill()
            await first.wait()
            dead = monotonic()
            await stranger.says("а сега")
            await stranger.hears(60)
            assert monotonic() - dead < TAKEN_OVER_WITHIN
            assert second.returncode is None
    assert [message.from_bot for message in stranger.chat] == [False, True] * 5


async def test_who_waits_takes_over_from_who_stands_still_and_both_go_on_when_it_moves_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with worker(path) as first:
        await stranger.says("здравейте")
        await stranger.hears(60)
        async with worker(path) as second, _connected(tmp_path) as connection:
            while await connection.fetchval(HERE) < 2:
                continue
            first.send_signal(signal.SIGSTOP)
            still = monotonic()
            await stranger.says("има ли някой")
            await stranger.hears(60)
            assert monotonic() - still < TAKEN_OVER_WITHIN
            first.send_signal(signal.SIGCONT)
            while await connection.fetchval(HERE) < 2:
                continue
            await stranger.says("а сега")
            await stranger.hears(60)
            assert [first.returncode, second.returncode] == [None, None]
    assert [message.from_bot for message in stranger.chat] == [False, True] * 3


@asynccontextmanager
async def _connected(folder: Path) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(engine.url_of(folder))
    try:
        yield connection
    finally:
        await connection.close()


async def test_workers_that_begin_in_one_moment_with_an_empty_database_share_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with AsyncExitStack() as opened:
        connection = await opened.enter_async_context(_connected(tmp_path))
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        bots = [await opened.enter_async_context(worker(path)) for _ in range(3)]
        async with asyncio.timeout(60):
            while await connection.fetchval(HERE) < len(bots):
                assert [bot.returncode for bot in bots] == [None] * len(bots)
        await stranger.says("здравейте")
        await stranger.hears(60)
        assert [bot.returncode for bot in bots] == [None] * len(bots)
    assert [message.from_bot for message in stranger.chat] == [False, True]


async def test_a_server_that_is_restarted_is_reached_again_and_nobody_is_answered_twice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_config(tmp_path, sandbox)
    stranger = sandbox.world.person("Непознат")
    async with worker(path) as only:
        await stranger.says("здравейте")
        await stranger.hears(60)
        await asyncio.to_thread(engine.server.control, "-m", "fast", "restart")
        await stranger.says("има ли някой")
        await stranger.hears(60)
        assert only.returncode is None
    assert [message.from_bot for message in stranger.chat] == [False, True] * 2
