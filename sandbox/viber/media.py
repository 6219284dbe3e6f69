"""Pictures and files: what people send lies at an address for one hour, what bots send is fetched from theirs.

What a newcomer gets wrong: the hour is the world's; after a jump of the clock the address answers 403. And a phone
fetches plain http only from this machine, so no test ever leaves it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.clock import WorldClock
from sandbox.files import StoredFile

LIVES = timedelta(hours=1)
FETCH_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class _Lying:
    stored: StoredFile
    until: datetime


class Unreachable(Exception):
    """Nobody gave the phone these bytes; the message says why."""


class Media:
    """The files of people, under `/viber/media/…`, which needs no token; and the way to those of bots."""

    def __init__(self, clock: WorldClock, base_url: Callable[[], str], plain_http: bool) -> None:
        self._clock = clock
        self._base_url = base_url
        self._plain_http = plain_http
        self._lying: dict[str, _Lying] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/viber/media/{secret}/{name}", self.download)]

    def address(self, stored: StoredFile, *, expired: bool = False) -> str:
        """Where the bot finds it for an hour, or nothing any more."""
        secret = secrets.token_urlsafe(16)
        self._lying[secret] = _Lying(stored, self._clock.now() + (timedelta(0) if expired else LIVES))
        suffix = stored.name.rpartition(".")[2]
        return f"{self._base_url()}/viber/media/{secret}/{secret[:8]}.{suffix}"

    async def download(self, request: web.Request) -> web.StreamResponse:
        lying = self._lying.get(request.match_info["secret"])
        if lying is None:
            raise web.HTTPNotFound
        if self._clock.now() >= lying.until:
            raise web.HTTPForbidden
        return web.Response(body=lying.stored.data, content_type=lying.stored.mime)

    def is_reachable(self, address: str) -> bool:
        """Whether it is https, or plain http on this very machine, where nobody has a public certificate."""
        try:
            url = URL(address)
        except ValueError:
            return False
        here = self._plain_http and url.scheme == "http" and _is_loopback(url.host or "")
        return (url.scheme == "https" and bool(url.host)) or here

    async def fetch(self, session: aiohttp.ClientSession, address: str, most: int) -> bytes:
        """The bytes behind a bot's address, as a phone gets them; raises `Unreachable`."""
        if not self.is_reachable(address):
            raise Unreachable("is not at a https address")
        timeout = aiohttp.ClientTimeout(total=FETCH_WITHIN)
        try:
            # A redirect could lead off this machine.
            async with session.get(address, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise Unreachable(f"answered {answer.status}")
                return await _read_at_most(answer.content, most)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable("did not answer") from error


async def _read_at_most(content: aiohttp.StreamReader, most: int) -> bytes:
    data = bytearray()
    async for chunk in content.iter_chunked(65_536):
        data += chunk
        if len(data) > most:
            raise Unreachable(f"is larger than {most} bytes")
    return bytes(data)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
