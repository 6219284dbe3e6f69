"""The page at `/`: three static files, nothing built, nothing fetched from elsewhere.

What a newcomer gets wrong: the page is a client like any other; all it knows it has from `/sandbox/…`.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"


async def _index(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-store"})


def page_routes() -> list[web.AbstractRouteDef]:
    return [web.get("/", _index), web.static("/static", STATIC)]
