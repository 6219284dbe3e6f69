"""Webhooks and pages over real HTTP: the server of the bot, its database, and bytes on a socket.

What a newcomer gets wrong: an error of ours is a 500 here, not an exception; the table says which answers are right.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from telegram.error import NetworkError

from bot.channels.telegram.api import Telegram
from bot.channels.telegram.updates import WEBHOOK_PATH as TELEGRAM_PATH
from bot.channels.telegram.updates import Updates as TelegramUpdates
from bot.channels.viber import files, names
from bot.channels.viber.api import Sender
from bot.channels.viber.pages import Pages
from bot.channels.viber.passes import Passes
from bot.channels.viber.updates import WEBHOOK_PATH as VIBER_PATH
from bot.channels.viber.updates import Updates as ViberUpdates
from bot.contact import Contact
from bot.forgotten import OUTGOING
from bot.receive import Receiver
from bot.store import Store
from storage import inbox
from storage.database import Database
from tests.conversations.conftest import NOW, WORK
from tests.fuzz.chats import Feed, opened

SECRET, KEY = "s3cret", "viber-token"
RIGHT = b"+"
"""In the place of a signature: the right one."""
PASS = Passes(KEY.encode(), lambda: NOW)
FILE = f"{'0' * 64}.png"
PAGES = (
    f"{files.PATH}/{PASS.issue(FILE, files.LASTS)}/{FILE}", f"{files.PATH}/{PASS.issue('x', files.LASTS)}/{FILE}",
    f"{names.PATH}/{PASS.issue('1-1-1', timedelta(minutes=9))}/1-1-1", f"{names.PATH}/{'9' * 12}-{'0' * 64}/1-1-1",
)  # fmt: skip


class WrongAnswer(Exception):
    """Not one of those that the bot may give."""


class NoWire:
    """What Telegram's API is when nobody reaches it."""

    async def ask(self, *_: Any) -> Any:
        raise NetworkError("away")


class Wire:
    """One connection to a server of the bot, opened anew whenever it is closed."""

    def __init__(self, database: Database) -> None:
        self._database, self._receiver = database, Receiver()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def begin(self, folder: Path) -> web.AppRunner:
        contact = Contact(lambda: NOW, timedelta(minutes=5))
        store = Store(folder)
        await store.put(f"{OUTGOING}/{FILE}", WORK.sealer.seal(b"a picture", f"file {FILE}"))
        pages = Pages(store, self._database, WORK, public_url="http://here", key=KEY.encode(), now=lambda: NOW)
        nobody: Any = None
        wire: Any = NoWire()
        telegram = Telegram(nobody, wire, nobody, contact)
        viber = ViberUpdates(
            nobody, Sender("Обхват"), self._receiver, pages, token=KEY, public_url="http://here",
            webhook_lost=asyncio.Event(), contact=contact, now=lambda: datetime.now(UTC),
        )  # fmt: skip
        server = web.Application(client_max_size=1_000_000)
        server.add_routes([*TelegramUpdates(telegram, self._receiver, "http://here", SECRET).routes(), *viber.routes()])
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        site = web.SockSite(runner, listening := socket.create_server(("127.0.0.1", 0)))
        await site.start()
        self._port = int(listening.getsockname()[1])
        return runner

    async def ask(self, request: bytes) -> int:
        """The status of the answer. After what it has not read, the server closes the connection."""
        if self._streams is not None:
            try:
                return await self._ask(request)
            except (asyncio.IncompleteReadError, ConnectionError):
                await self.leave()
        return await self._ask(request)

    async def _ask(self, request: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        answer = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
        while not answer.done():
            arrived = asyncio.ensure_future(self._receiver.arrived.wait())
            await asyncio.wait((answer, arrived), return_when=asyncio.FIRST_COMPLETED)
            arrived.cancel()
            await self._store()
        return await self._rest(reader, await answer)

    async def leave(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            with suppress(ConnectionError):
                await self._streams[1].wait_closed()
        self._streams = None

    async def _rest(self, reader: asyncio.StreamReader, head: bytes) -> int:
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
        await reader.readexactly(int(fields.get(b"content-length", b"0")))
        if fields.get(b"connection") == b"close":
            await self.leave()
        return int(head.split(b" ", 2)[1])

    async def _store(self) -> None:
        """As `converse` does, in the same order."""
        self._receiver.arrived.clear()
        arrivals, stored = self._receiver.take()
        if stored is None:
            return
        try:
            async with self._database.transaction() as tx:
                await tx.run("DELETE FROM inbox")
                await inbox.add(tx, arrivals, NOW)
                assert len(await inbox.oldest(tx, NOW, 2)) == 1
        except Exception as failed:
            stored.set_exception(failed)
        else:
            stored.set_result(None)


def _posted(path: str, header: str, signed: bytes, body: bytes) -> bytes:
    plain = signed.translate(None, b"\r\n\0")
    head = ("Host: here", "Content-Type: application/json", f"Content-Length: {len(body)}", f"{header}: ")
    return "\r\n".join((f"POST {path} HTTP/1.1", *head)).encode() + plain + b"\r\n\r\n" + body


def telegram_webhook() -> AbstractContextManager[Feed]:
    """An input is a line with the secret token, and the body."""

    def request(content: bytes) -> bytes:
        said, _, body = content.partition(b"\n")
        secret = SECRET.encode() if said == RIGHT else said
        return _posted(TELEGRAM_PATH, "X-Telegram-Bot-Api-Secret-Token", secret, body)

    return _feeding(request, 200, 400, 403)


def viber_webhook() -> AbstractContextManager[Feed]:
    """An input is a line with the signature, and the body."""

    def request(content: bytes) -> bytes:
        said, _, body = content.partition(b"\n")
        signed = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest().encode() if said == RIGHT else said
        return _posted(VIBER_PATH, "X-Viber-Content-Signature", signed, body)

    return _feeding(request, 200, 400, 403)


def viber_pages() -> AbstractContextManager[Feed]:
    """An input is what stands in an address after the host."""

    def request(content: bytes) -> bytes:
        method = b"POST" if len(content) % 2 else b"GET"
        path = b"".join(b"%c" % byte if 32 < byte < 127 else b"%%%02X" % byte for byte in content[:2000])
        return method + b" /" + path.lstrip(b"/") + b" HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n"

    return _feeding(request, 200, 400, 404, 405, 410)


@contextmanager
def _feeding(request: Callable[[bytes], bytes], *expected: int) -> Iterator[Feed]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as loop:
        database = loop.run(opened(Path(folder)))
        wire = Wire(database)
        runner = loop.run(wire.begin(Path(folder)))

        def feed(content: bytes) -> None:
            status = loop.run(wire.ask(request(content)))
            if status not in expected:
                raise WrongAnswer(str(status))

        try:
            yield feed
        finally:
            loop.run(wire.leave())
            loop.run(runner.cleanup())
            loop.run(database.close())
