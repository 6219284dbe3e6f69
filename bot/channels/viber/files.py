"""What the bot sends as a picture or a file: Viber takes no upload, its phones fetch from a public address of ours.

An address tells nobody anything: when it ends, a signature, and the digest of the content. As it lies with us it is
sealed, for a table may lie in the house of somebody else.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from datetime import timedelta

from aiohttp import web

from bot.channels.viber.passes import Passes
from bot.forgotten import OUTGOING
from bot.store import Store
from storage.sealing import Sealer, Unopened

PATH = "/viber/files"
LASTS = timedelta(days=14)
"""So long Viber keeps a message for a phone that is off (creators-hub, read 24.11.2026)."""
TYPES = {
    "png": "image/png",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAME = re.compile(r"[0-9a-f]{64}\.(png|pdf|xlsx)")


class Files:
    def __init__(self, store: Store, sealer: Sealer, public_url: str, passes: Passes) -> None:
        self._store = store
        self._sealer = sealer
        self._public_url = public_url
        self._passes = passes

    async def lay(self, content: bytes, ending: str) -> str:
        """Keeps the content and returns its address, good for `LASTS`."""
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        await self._store.put(f"{OUTGOING}/{name}", self._sealer.seal(content, _file(name)))
        return f"{self._public_url}{PATH}/{self._passes.issue(name, LASTS)}/{name}"

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{pass}}/{{name}}", self.give)]

    async def give(self, request: web.Request) -> web.StreamResponse:
        """404 for everything that is not ours, not signed, over, or gone."""
        name = request.match_info["name"]
        if not _NAME.fullmatch(name) or not self._passes.opens(request.match_info["pass"], name):
            raise web.HTTPNotFound
        try:
            content = _opened(self._sealer, name, await self._store.get(f"{OUTGOING}/{name}"))
        except (FileNotFoundError, Unopened) as gone:
            raise web.HTTPNotFound from gone
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
        return web.Response(body=content, content_type=TYPES[name.rpartition(".")[2]], headers=headers)

    async def sweep(self) -> None:
        """Deletes what no address leads to any more."""
        before = self._passes.now() - LASTS
        await self._store.drop(
            [f"{OUTGOING}/{one.name}" for one in await self._store.names(OUTGOING) if one.at < before]
        )


async def seal_anew(store: Store, sealer: Sealer) -> None:
    """Those that an address still leads to, with the first key; what does not open stays."""
    for one in await store.names(OUTGOING):
        with suppress(FileNotFoundError, Unopened):
            content = _opened(sealer, one.name, await store.get(f"{OUTGOING}/{one.name}"))
            await store.put(f"{OUTGOING}/{one.name}", sealer.seal(content, _file(one.name)))


def _opened(sealer: Sealer, name: str, kept: bytes) -> bytes:
    """Raises Unopened. Files of versions before this one are not sealed, and known by their digest."""
    if hashlib.sha256(kept).hexdigest() == name.partition(".")[0]:
        return kept
    return sealer.open(kept, _file(name))


def _file(name: str) -> str:
    return f"file {name}"
