"""The running process: opens everything, starts the stages of a message, and closes everything again."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiohttp import ClientSession, DummyCookieJar, web
from telegram import Bot

from bot.channels.channel import Channel
from bot.channels.telegram import showing
from bot.channels.telegram.api import Telegram
from bot.channels.telegram.requests import AiohttpRequest
from bot.channels.telegram.updates import Updates
from bot.config import Config
from bot.config import Telegram as TelegramSection
from bot.converse import Converser
from bot.deliver import Deliverer
from bot.files import FileReader
from bot.pace import Pace, Rate
from bot.photos import PhotoFetcher
from bot.receive import Receiver
from bot.schedule import Schedule
from bot.tell import Teller
from casework.calendar import WorkingDays
from handlers.menu import COMMANDS
from handlers.scene import Work
from handlers.words import LANGUAGES, Words
from storage import outbox
from storage.database import Database, open_database
from storage.sealing import Sealer

log = structlog.get_logger()
WEBHOOK_PATH = "/telegram"


def now_utc() -> datetime:
    return datetime.now(UTC)


class App:
    """The parts of a running bot, each waking the next: arrivals, answers, calls."""

    def __init__(
        self, config: Config, database: Database, bot: Bot, request: AiohttpRequest, now: Callable[[], datetime]
    ) -> None:
        self.config = config
        self.database = database
        self.now = now
        self.work = Work(config.catalogue, WorkingDays(), config.zone, Sealer(config.secret))
        self.telegram = Telegram(bot, request, _pace(config.file.telegram))
        channels: dict[str, Channel] = {self.telegram.name: self.telegram}
        self.receiver = Receiver()
        teller = Teller(self.work, channels)
        self.updates = Updates(self.telegram, self.receiver)
        self.deliverer = Deliverer(database, channels, teller, now)
        self.converser = Converser(
            database, self.work, channels, self.receiver, teller, now=now, also=self.deliverer.record
        )
        self.schedule = Schedule(config, database, self.work, teller, now)
        self.photos = PhotoFetcher(channels, database, Path(config.file.photos.store), now)
        self.files = FileReader(channels, database, self.work, teller, config.file.import_.mapping, now)

    def wake(self) -> None:
        """Everybody looks again, because the clock was moved."""
        self.converser.look_again()
        self.deliverer.look_again()
        self.schedule.wake.set()
        self.photos.saved.set()
        self.files.came.set()

    async def run(self) -> None:
        """For ever; ends only by being cancelled or by an error that must be seen."""
        async with _http(self), asyncio.TaskGroup() as stages:
            stages.create_task(self.converser.run())
            stages.create_task(self.deliverer.run())
            stages.create_task(self.schedule.run())
            stages.create_task(self.photos.run())
            stages.create_task(self.files.run())
            if not self.config.file.telegram.public_url:
                stages.create_task(self.updates.poll())
            await self._announce()

    async def _announce(self) -> None:
        """The commands that Telegram lists in each language."""
        for language in LANGUAGES:
            words = Words(language, self.now().date())
            payload = {"commands": showing.commands(words, COMMANDS), "language_code": language}
            async with self.database.transaction() as tx:
                call = outbox.Call(self.telegram.name, "", "setMyCommands", payload, outbox.BROADCAST)
                await outbox.add(tx, [call], self.now())


def _pace(allowed: TelegramSection) -> Pace:
    per_second = allowed.messages_per_second
    return Pace(time.monotonic, Rate(per_second, max(1, per_second - 3)), allowed.chat_messages_per_second)


@asynccontextmanager
async def open_app(config: Config, now: Callable[[], datetime] = now_utc) -> AsyncIterator[App]:
    """Raises StorageError, SchemaError, telegram.error.InvalidToken."""
    _quiet_libraries()
    api = config.file.telegram.api_url
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        request = AiohttpRequest(session)
        bot = Bot(
            config.token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=request,
            get_updates_request=AiohttpRequest(session),
        )  # fmt: skip
        database = await open_database(config.file.database.url)
        try:
            yield App(config, database, bot, request, now)
        finally:
            await database.close()


@asynccontextmanager
async def _http(app: App) -> AsyncIterator[None]:
    """`/health`, and Telegram's webhook when there is a public address."""
    server = web.Application(client_max_size=1_000_000)
    server.router.add_get("/health", _health(app))
    public = app.config.file.telegram.public_url
    secret = webhook_secret(app.config)
    if public:
        server.router.add_post(WEBHOOK_PATH, app.updates.webhook(secret))
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    host, _, port = app.config.file.http.listen.rpartition(":")
    try:
        await web.TCPSite(runner, host or None, int(port)).start()
        if public:
            await app.updates.open_webhook(f"{public}{WEBHOOK_PATH}", secret)
        yield
    finally:
        await runner.cleanup()


def _health(app: App) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def health(_request: web.Request) -> web.StreamResponse:
        async with app.database.reading() as tx:
            return web.json_response({"ok": True, "outbox": await outbox.waiting(tx), "pid": os.getpid()})

    return health


def webhook_secret(config: Config) -> str:
    """Telegram sends it back with every update; it is derived, so that a restart keeps it."""
    return hashlib.sha256(b"webhook" + config.secret + config.token.encode()).hexdigest()


def _quiet_libraries() -> None:
    # At INFO these write whole addresses, token included.
    for name in ("httpx", "httpcore", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
