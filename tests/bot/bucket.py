"""A bucket that speaks S3, over real HTTP: moto's server in a process of its own, and before it a door at which calls
go wrong as they are told to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.settings.storing import KEY, KEY_ID
from bot.store import TRIES_AGAIN, Access, Store

NAME = "obhvat-photos"
SECRETS: Mapping[str, str] = {KEY_ID: "AKIAOBHVATTESTS", KEY: "the-key-of-the-bucket-that-nobody-may-read"}
REFUSED = (
    '<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist</Message>'
    f"<AWSAccessKeyId>{SECRETS[KEY_ID]}</AWSAccessKeyId></Error>"
)
"""An answer names the key."""
_MAKES_IT = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20261129/us-east-1/s3/aws4_request"}
_SERVER = """
import threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
threading.Event().wait()
"""


@contextmanager
def serving() -> Iterator[str]:
    """The address of moto's server."""
    # It writes a line for each call, and would stand still where nobody reads them.
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


@dataclass
class Bucket:
    """`faults` strike the next calls, one each: 503, 403, "hang up", "half" of an answer; `away` strikes all."""

    behind: str
    prefix: str
    url: str = ""
    faults: list[int | str] = field(default_factory=list)
    away: int | str = 0
    away_after: int | None = None
    """So many calls from now on are answered, and then none."""
    strikes: int = 0
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    """More faults have struck than one call outlives."""
    put: list[bytes] = field(default_factory=list)
    """What was to be kept there."""

    @property
    def place(self) -> str:
        return f"s3://{NAME}/{self.prefix}"

    @property
    def store(self) -> Store:
        return Store(self.place, Access(self.url, "eu-central-1", SECRETS[KEY_ID], SECRETS[KEY]))

    def instead_of_the_folder(self, path: Path) -> Path:
        """The configuration names it now."""
        its = f'store = "{self.place}"\nendpoint = "{self.url}"'
        path.write_text(path.read_text("utf-8").replace(f'store = "{path.parent}/photos"', its, 1), "utf-8")
        return path

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self._count()
        fault = self.faults.pop(0) if self.faults else self.away
        self.strikes += bool(fault)
        if self.strikes > TRIES_AGAIN + 1:
            self.given_up.set()
        if fault == "hang up":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(fault, int) and fault:
            return web.Response(status=fault, text=REFUSED, content_type="application/xml")
        if request.method == "PUT":
            self.put.append(body)
        return await self._answered(request, body, half=fault == "half")

    def _count(self) -> None:
        if self.away_after is not None:
            self.away_after -= 1
            self.away = 503 if self.away_after < 0 else self.away

    async def _answered(self, request: web.Request, body: bytes, *, half: bool) -> web.StreamResponse:
        address = f"{self.behind}{request.raw_path}"
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(request.method, address, data=body, headers=headers) as got,
        ):
            answer = web.StreamResponse(status=got.status, headers=got.headers)
            content = await got.read()
            await answer.prepare(request)
            await answer.write(content[: len(content) // 2] if half else content)
            if half:
                assert request.transport is not None
                request.transport.abort()
            return answer


@asynccontextmanager
async def door(behind: str, prefix: str) -> AsyncIterator[Bucket]:
    """A prefix of its own of the one bucket."""
    bucket = Bucket(behind, prefix)
    async with aiohttp.ClientSession() as session, session.put(f"{behind}/{NAME}", headers=_MAKES_IT) as made:
        assert made.status in (200, 409)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{tail:.*}", bucket.pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    try:
        await site.start()
        bucket.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield bucket
    finally:
        await runner.cleanup()
