"""What is played: so many workers of a database of their own, each a process, which answer; and so many people."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from aiohttp import ClientError, ClientSession

from bench.workers.cores import only
from bench.workers.loopback import HOST
from bench.workers.wire import Wire
from bot.commands.demo import free_port
from casework.records import MEMBER, NextStep
from storage import new_cases, people, teams
from storage.database import open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from tests import postgres

TOKEN = "111:AAA"
MANY, FEW, TEAM = 256, 64, 4
"""Many are enough to give two workers all they can do; of a few, each turn of two workers has fewer messages."""
DAY = timedelta(days=1)
HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Play:
    people: int
    workers: int
    cores: int
    """For the workers, PostgreSQL and the people together."""


@asynccontextmanager
async def playing(server: postgres.Server, play: Play) -> AsyncIterator[tuple[Wire, list[psutil.Process]]]:
    """Once everybody has reported, for the first reports make the connections and prepare the statements."""
    name = f"bench_{secrets.token_hex(4)}"
    server.create(name, postgres.MIGRATED)
    wire = Wire(play.people)
    async with AsyncExitStack() as opened:
        opened.enter_context(only(play.cores, server))
        await opened.enter_async_context(wire.open())
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        await _prepare(server.url(name), wire)
        ports = [free_port() for _worker in range(play.workers)]
        started = []
        for port in ports:
            environ = _environ(wire, server.url(name), folder, port, ports)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", "run", cwd=HOUSE, env=environ, stderr=asyncio.subprocess.DEVNULL
            )
            opened.push_async_callback(_ended, process)
            started.append(psutil.Process(process.pid))
        await _answering(ports, started)
        await wire.reach(ports)
        await asyncio.gather(*(wire.report(one) for one in wire.people.values()))
        yield wire, started


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def _answering(ports: Sequence[int], workers: Sequence[psutil.Process]) -> None:
    async with ClientSession() as session:
        for port in ports:
            while True:
                assert all(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in workers), (
                    "one has ended"
                )
                try:
                    async with session.get(f"http://{HOST}:{port}/health"):
                        break
                except ClientError:
                    await asyncio.sleep(0.1)
    await asyncio.sleep(3)  # until each has its part


def _environ(wire: Wire, url: str, folder: Path, port: int, ports: Sequence[int]) -> dict[str, str]:
    path = folder / f"{port}.toml"
    path.write_text(
        f'[telegram]\napi_url = "{wire.url}"\npublic_url = "http://127.0.0.1:{ports[0]}"\n'
        "messages_per_second = 1000\nchat_messages_per_second = 1000\n"
        f'[database]\nurl = "{url}"\n[photos]\nstore = "{folder}/photos"\n[http]\nlisten = "127.0.0.1:{port}"\n'
    )
    return {**os.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path), "OBHVAT_SECRET_KEY": "k" * 40}


async def _prepare(url: str, wire: Wire) -> None:
    """Teams of so many people, with two cases for each of them."""
    now = datetime.now(UTC)
    database = await open_database(url)
    async with database.transaction() as tx:
        names = [f"Б-{n}" for n in range(1, len(wire.people) // TEAM + 1)]
        for name in names:
            await teams.put(tx, name, "Бяла", "Бяла")
        ids = [(await teams.by_name(tx))[name.casefold()].id for name in names]
        for one in wire.people:
            await people.invite(tx, str(one), Invitation(MEMBER, ids[one // TEAM % len(ids)], "", "Човек"), now + DAY)
            joined = await people.join(tx, str(one), "telegram", str(one), str(one), "Човек", now)
            assert joined is not None
            await people.set_language(tx, joined.id, "bg")
            await people.accept(tx, joined.id, now)
        new = [
            NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, ids[n % len(ids)], "", None, str(n))
            for n in range(2 * len(wire.people))
        ]
        await new_cases.put(tx, new, NextStep("S11", "visit", now.date() + 7 * DAY), now)
    await database.close()
