"""What we serve for Viber's phones to fetch: pictures and files, and the page of a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.channels.viber.files import Files
from bot.channels.viber.names import Names
from bot.channels.viber.passes import Passes
from bot.store import Store
from handlers.engine.scene import Work
from storage.database import Database


class Pages:
    def __init__(
        self, store: Store, database: Database, work: Work, *, public_url: str, key: bytes, now: Callable[[], datetime]
    ) -> None:
        self.now = now
        passes = Passes(key, now)
        self.files = Files(store, work.sealer, public_url, passes)
        self.names = Names(database, work, public_url, passes)

    def routes(self) -> list[web.RouteDef]:
        return [*self.files.routes(), *self.names.routes()]
