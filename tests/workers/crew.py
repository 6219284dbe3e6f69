"""Several bots as processes of their own, behind one door, as a reverse proxy would be; one of them behind a line to
PostgreSQL that can be cut."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
from aiohttp import ClientError, ClientSession, web

from sandbox import Sandbox
from tests.bot.conftest import TOKEN, UNPACED
from tests.engines import engine, url_of
from tests.kill.process import AHEAD
from tests.postgres import Server

KEY = "a key that all the workers of a test share"
SOCKET = ".s.PGSQL.5432"


HOLDERS = """
SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::oid
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def until_hold(folder: Path, kind: int, workers: int) -> None:
    """Until so many of this database have a lock of this kind (`storage.leases`)."""
    connection = await asyncpg.connect(url_of(folder))
    try:
        while await connection.fetchval(HOLDERS, kind) < workers:
            continue
    finally:
        await connection.close()


class Door:
    """Gives what comes to the workers in turn, and to the next one where nobody answers."""

    def __init__(self) -> None:
        self.url = ""
        self.behind: dict[str, str] = {}
        """The address of each worker that should be there."""
        self._turn = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = web.Application()
        async with ClientSession() as self._session:
            server.router.add_route("*", "/{path:.*}", self._pass)
            runner = web.AppRunner(server)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = "http://{}:{}".format(*runner.addresses[0])
            try:
                yield
            finally:
                await runner.cleanup()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        self._turn += 1
        doors = list(self.behind.values())
        body, headers = await request.read(), {k: v for k, v in request.headers.items() if k.startswith("X-")}
        for n in range(len(doors)):
            url = doors[(self._turn + n) % len(doors)] + request.path
            with suppress(ClientError):
                async with self._session.request(request.method, url, data=body, headers=headers) as answer:
                    return web.Response(status=answer.status, body=await answer.read())
        return web.Response(status=502)


class Line:
    """Between a worker and PostgreSQL: `cut` ends every connection, `stall` lets nothing through, until `mended`."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self._behind = server.folder / SOCKET
        self._flows = asyncio.Event()
        self._flows.set()
        self._open = set[asyncio.StreamWriter]()
        self._is_cut = False

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[None]:
        async with await asyncio.start_unix_server(self._through, self.folder / SOCKET):
            yield
            self.cut()

    def cut(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def stall(self) -> None:
        self._flows.clear()

    def mended(self) -> None:
        self._is_cut = False
        self._flows.set()

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there, to = await asyncio.open_unix_connection(self._behind)
        both = {writer, to}
        self._open |= both
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._one_way(reader, to))
                ways.create_task(self._one_way(there, writer))
        finally:
            self._open -= both

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while content := await reader.read(65536):
                await self._flows.wait()
                writer.write(content)
                await writer.drain()
        writer.transport.abort()


@dataclass
class Crew:
    sandbox: Sandbox
    folder: Path
    door: Door
    line: Line
    workers: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str, port: int, *, over_the_line: bool = False, house: Path | None = None) -> None:
        """A process that answers at `port`, of the version that lies in `house`, or of this one."""
        url = url_of(self.folder)
        if over_the_line:
            url = url.replace(str(engine.server.folder), str(self.line.folder))
        path = self.folder / f"{name}.toml"
        path.write_text(
            f'[telegram]\napi_url = "{self.sandbox.url}"\npublic_url = "{self.door.url}"\n{UNPACED}\n'
            f'[database]\nurl = "{url}"\n[photos]\nstore = "{self.folder}/photos"\n'
            f'[http]\nlisten = "127.0.0.1:{port}"\n'
        )
        ahead = str(self.sandbox.world.clock.offset.total_seconds())
        environ = {"OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path), "OBHVAT_SECRET_KEY": KEY, AHEAD: ahead}
        if house:
            environ["PYTHONPATH"] = str(house)
        with (self.folder / f"{name}.log").open("a") as log:
            self.workers[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.kill.process",
                "never",
                "0",
                env=os.environ | environ,
                stderr=log,
            )
        self.door.behind[name] = f"http://127.0.0.1:{port}"
        await self._answers(name)

    async def _answers(self, name: str) -> None:
        """A blow is for one that works: who finds no PostgreSQL at its start ends, and is to be started again."""
        async with asyncio.timeout(60), ClientSession() as session:
            while self.workers[name].returncode is None:
                with suppress(ClientError):
                    async with session.get(f"{self.door.behind[name]}/health"):
                        return
        raise AssertionError(f"{name} has ended: {(self.folder / f'{name}.log').read_text()[-500:]}")

    async def kill(self, name: str) -> None:
        """It gets no moment to end."""
        process = self.workers.pop(name)
        process.kill()
        assert await process.wait() == -signal.SIGKILL, f"{name} had ended by itself"

    async def end(self) -> None:
        for name in list(self.workers):
            await self.kill(name)


@asynccontextmanager
async def crew(sandbox: Sandbox, folder: Path) -> AsyncIterator[Crew]:
    url_of(folder)  # begins the server
    (folder / "line").mkdir()
    door, line = Door(), Line(folder / "line", engine.server)
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(door.open())
        await opened.enter_async_context(line.laid())
        here = Crew(sandbox, folder, door, line)
        opened.push_async_callback(here.end)
        yield here


@contextmanager
def paused(server: Server) -> Iterator[None]:
    """Every process of PostgreSQL stands still, in the midst of whatever it does."""
    head = psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))
    everyone = [head, *head.children(recursive=True)]
    for one in everyone:
        with suppress(psutil.NoSuchProcess):
            one.suspend()
    try:
        yield
    finally:
        for one in everyone:
            with suppress(psutil.NoSuchProcess):
                one.resume()
