"""What people sent, fetched from the address Viber gave for it; that address lives for one hour.

The addresses come in signed events, and still nothing but a public web address is asked: whoever could make us ask
one of the machines around us would be inside.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.channels.channel import Meaning, Trouble

WITHIN = ClientTimeout(total=120, sock_connect=5.0, sock_read=20.0)
LARGEST_BYTES = 20_000_000
REDIRECTS = 3
PASSING = {408, 425, 429}
"""Statuses below 500 after which the same address may give the picture a little later."""


class PublicOnly(AbstractResolver):
    """Names that lead to a machine around us lead nowhere."""

    def __init__(self) -> None:
        self._names = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        found = [one for one in await self._names.resolve(host, port, family) if _is_public(one["host"])]
        if not found:
            raise OSError(f"{host} has no public address")
        return found

    async def close(self) -> None:
        await self._names.close()


def public_connector() -> TCPConnector:
    return TCPConnector(resolver=PublicOnly())


class Media:
    """`session` has a `public_connector`; `trusted` is the one host that may also be this machine: the API's own."""

    def __init__(self, session: ClientSession, trusted: str) -> None:
        self._session = session
        self._trusted = trusted

    async def fetch(self, address: str) -> bytes:
        """Raises Trouble: GONE when the address is over, REFUSED when it must not be asked or is too large."""
        try:
            return await self._fetch(_address(address), REDIRECTS)
        except ValueError as nonsense:
            raise Trouble(Meaning.REFUSED, "not an address") from nonsense
        except (ClientError, TimeoutError, OSError) as broken:
            raise Trouble(Meaning.RETRY, f"{type(broken).__name__} while fetching") from broken

    async def _fetch(self, address: URL, redirects: int) -> bytes:
        self._expect_allowed(address)
        async with self._session.get(address, timeout=WITHIN, allow_redirects=False) as got:
            if "Location" in got.headers and got.status in range(300, 400) and redirects:
                onward = address.join(_address(got.headers["Location"]))
            else:
                return await _content(got)
        return await self._fetch(onward, redirects - 1)

    def _expect_allowed(self, address: URL) -> None:
        host = address.host or ""
        if address.scheme not in ("http", "https") or not host:
            raise Trouble(Meaning.REFUSED, "not a web address")
        if host != self._trusted and not _may_be_public(host):
            raise Trouble(Meaning.REFUSED, "not a public address")


def _address(text: str) -> URL:
    """Raises ValueError."""
    try:
        return URL(text)
    except IndexError as nonsense:  # what yarl says of `http://[::1]@`
        raise ValueError(str(nonsense)) from nonsense


async def _content(got: ClientResponse) -> bytes:
    if got.status != 200:
        passing = got.status >= 500 or got.status in PASSING
        raise Trouble(Meaning.RETRY if passing else Meaning.GONE, f"HTTP {got.status}")
    content = bytearray()
    async for chunk in got.content.iter_chunked(65_536):
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise Trouble(Meaning.REFUSED, f"larger than {LARGEST_BYTES} bytes")
    return bytes(content)


def _may_be_public(host: str) -> bool:
    """A number is judged here, because nobody resolves it; a name by `PublicOnly`."""
    try:
        return _is_public(host)
    except ValueError:
        return True


def _is_public(host: str) -> bool:
    return ip_address(host).is_global
