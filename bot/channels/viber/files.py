"""What the bot sends as a picture or a file: Viber takes no upload, its phones fetch from a public address of ours.

An address tells nobody anything: when it ends, a signature, and the digest of the content.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bot.channels.viber.passes import Passes
from bot.store import drop, open_store, put

PATH = "/viber/files"
LASTS = timedelta(days=14)
"""So long Viber keeps a message for a phone that is off (creators-hub, read 24.11.2026)."""
TYPES = {
    "png": "image/png",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAME = re.compile(r"[0-9a-f]{64}\.(png|pdf|xlsx)")
_FOLDER = "outgoing"


class Files:
    def __init__(self, folder: Path, public_url: str, passes: Passes) -> None:
        self._folder = folder
        self._public_url = public_url
        self._passes = passes

    async def lay(self, content: bytes, ending: str) -> str:
        """Keeps the content and returns its address, good for `LASTS`."""
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        await put(self._folder, f"{_FOLDER}/{name}", content)
        return f"{self._public_url}{PATH}/{self._passes.issue(name, LASTS)}/{name}"

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{pass}}/{{name}}", self.give)]

    async def give(self, request: web.Request) -> web.StreamResponse:
        """404 for everything that is not ours, not signed, over, or gone."""
        name = request.match_info["name"]
        if not _NAME.fullmatch(name) or not self._passes.opens(request.match_info["pass"], name):
            raise web.HTTPNotFound
        store = await open_store(self._folder)
        try:
            found = await store.get_async(f"{_FOLDER}/{name}")
        except FileNotFoundError as gone:
            raise web.HTTPNotFound from gone
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
        content = bytes(await found.bytes_async())
        return web.Response(body=content, content_type=TYPES[name.rpartition(".")[2]], headers=headers)

    async def sweep(self) -> None:
        """Deletes what no address leads to any more."""
        store = await open_store(self._folder)
        before = self._passes.now() - LASTS
        old = [
            file["path"]
            async for batch in store.list(f"{_FOLDER}/")
            for file in batch
            if file["last_modified"] < before
        ]  # fmt: skip
        await drop(self._folder, old)
