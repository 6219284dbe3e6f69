"""What the bot sends as a picture or a file: Viber takes no upload, its phones fetch from a public address of ours.

An address tells nobody anything: the digest of the content, when it ends, and a signature over both.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.store import open_store

PATH = "/viber/files"
LASTS = timedelta(days=14)
"""So long Viber keeps a message for a phone that is off (creators-hub, read 24.11.2026)."""
TYPES = {
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAME = re.compile(r"[0-9a-f]{64}\.(png|xlsx)")
_PASS = re.compile(r"([0-9]{1,12})-([0-9a-f]{64})")
_FOLDER = "outgoing"


class Files:
    """`key` is for the signatures of these addresses and for nothing else."""

    def __init__(self, folder: Path, public_url: str, key: bytes, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._public_url = public_url
        self._key = key
        self._now = now

    async def lay(self, content: bytes, ending: str) -> str:
        """Keeps the content and returns its address, good for `LASTS`."""
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        store = await open_store(self._folder)
        await store.put_async(f"{_FOLDER}/{name}", content)
        until = str(int((self._now() + LASTS).timestamp()))
        return f"{self._public_url}{PATH}/{until}-{self._signature(name, until)}/{name}"

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{pass}}/{{name}}", self.give)]

    async def give(self, request: web.Request) -> web.StreamResponse:
        """404 for everything that is not ours, not signed, over, or gone."""
        name = request.match_info["name"]
        if not self._may_pass(request.match_info["pass"], name):
            raise web.HTTPNotFound
        store = await open_store(self._folder)
        try:
            found = await store.get_async(f"{_FOLDER}/{name}")
        except FileNotFoundError as gone:
            raise web.HTTPNotFound from gone
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
        content = bytes(await found.bytes_async())
        return web.Response(body=content, content_type=TYPES[name.rpartition(".")[2]], headers=headers)

    def _may_pass(self, shown: str, name: str) -> bool:
        parts = _PASS.fullmatch(shown)
        if parts is None or not _NAME.fullmatch(name):
            return False
        until, signature = parts.groups()
        signed = hmac.compare_digest(signature, self._signature(name, until))
        return signed and self._now() < datetime.fromtimestamp(int(until), UTC)

    def _signature(self, name: str, until: str) -> str:
        return hmac.new(self._key, f"{until}/{name}".encode(), hashlib.sha256).hexdigest()

    async def sweep(self) -> None:
        """Deletes what no address leads to any more."""
        store = await open_store(self._folder)
        before = self._now() - LASTS
        old = [
            file["path"]
            async for batch in store.list(f"{_FOLDER}/")
            for file in batch
            if file["last_modified"] < before
        ]  # fmt: skip
        if old:
            await store.delete_async(old)
