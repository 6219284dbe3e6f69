"""HTTP/1.1 between processes of one machine, in as little as possible: what it costs would be taken from the workers.

It reads what aiohttp writes: heads with a `Content-Length`, no chunks. Anything else breaks the connection.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable

HOST = "127.0.0.1"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OK = b"HTTP/1.1 200 "
Called = Callable[[str, bytes], bytes]
"""Path and body of a POST; the JSON that answers it."""


class _Messages(asyncio.Protocol):
    """Cuts what comes into heads and bodies."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._came = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(_END)) >= 0:
            length = _LENGTH.search(self._came, 0, end)
            whole = end + len(_END) + (int(length[1]) if length else 0)
            if len(self._came) < whole:
                return
            message = bytes(self._came[:whole])
            del self._came[:whole]
            self.message_received(message[:end], message[end + len(_END) :])

    def message_received(self, head: bytes, body: bytes) -> None:
        raise NotImplementedError


class Answering(_Messages):
    """The server's end of a connection."""

    def __init__(self, called: Called) -> None:
        super().__init__()
        self._called = called

    def message_received(self, head: bytes, body: bytes) -> None:
        answer = self._called(head.split(b" ", 2)[1].decode(), body)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer)
        )


class Asking(_Messages):
    """The client's end of a connection; its requests are answered in their order."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host
        self._waiting = deque[asyncio.Future[None]]()

    async def post(self, path: str, body: bytes, headers: str) -> None:
        """Until it is answered with 200. Raises ConnectionError."""
        answered = asyncio.get_running_loop().create_future()
        self._waiting.append(answered)
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.transport.write(head.encode() + body)
        await answered

    def message_received(self, head: bytes, body: bytes) -> None:
        answered = self._waiting.popleft()
        if head.startswith(_OK):
            answered.set_result(None)
        else:
            answered.set_exception(ConnectionError(f"{self._host}: {head.splitlines()[0]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        for answered in (one for one in self._waiting if not one.done()):
            answered.set_exception(ConnectionError(f"{self._host} has hung up"))


async def serve(called: Called) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(lambda: Answering(called), HOST, 0)


async def connect(port: int) -> Asking:
    _transport, asking = await asyncio.get_running_loop().create_connection(
        lambda: Asking(f"{HOST}:{port}"), HOST, port
    )
    return asking
