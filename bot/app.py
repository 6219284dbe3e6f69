"""The running process: opens everything, starts the stages of a message, and closes everything again."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiohttp import ClientSession, web
from telegram import Bot

from bot.channels import telegram
from bot.channels.http import AiohttpRequest
from bot.config import Config
from bot.converse import Converser
from bot.deliver import Deliverer
from bot.files import FileReader
from bot.photos import PhotoFetcher
from bot.receive import Receiver
from bot.schedule import Schedule
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
    """The parts of a running bot. `arrived` and `answered` wake the stages; setting one too often costs nothing."""

    def __init__(self, config: Config, database: Database, bot: Bot, now: Callable[[], datetime]) -> None:
        self.config = config
        self.database = database
        self.bot = bot
        self.now = now
        self.arrived, self.answered = asyncio.Event(), asyncio.Event()
        self.work = Work(config.catalogue, WorkingDays(), config.zone, Sealer(config.secret))
        self.receiver = Receiver(bot, database, now, self.arrived)
        self.converser = Converser(database, self.work, now, self.arrived, self._committed)
        self.schedule = Schedule(config, database, self.work, self.converser, now, self.answered)
        self.files = FileReader(
            bot, database, self.work, self.converser, config.file.import_.mapping, now, self.answered
        )
        self.photos = PhotoFetcher(bot, database, Path(config.file.photos.store), now)
        self.deliverer = Deliverer(bot, database, now, self.answered, config.file.telegram.messages_per_second)

    def _committed(self) -> None:
        """Answers wait to be sent, and a report may have brought photos, or a person a file."""
        self.answered.set()
        self.photos.saved.set()
        self.files.came.set()

    def wake(self) -> None:
        self.arrived.set()
        self.answered.set()
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
                stages.create_task(self.receiver.poll())
            await self._announce()

    async def _announce(self) -> None:
        """The commands that Telegram lists in each language."""
        for language in LANGUAGES:
            words = Words(language, self.now().date())
            payload = {"commands": telegram.commands(words, COMMANDS), "language_code": language}
            async with self.database.transaction() as tx:
                call = outbox.Call(telegram.CHANNEL, "", "setMyCommands", payload, outbox.BROADCAST)
                await outbox.add(tx, [call], self.now())
        self.answered.set()


@asynccontextmanager
async def open_app(config: Config, now: Callable[[], datetime] = now_utc) -> AsyncIterator[App]:
    """Raises StorageError, SchemaError, telegram.error.InvalidToken."""
    _quiet_libraries()
    api = config.file.telegram.api_url
    async with ClientSession() as session:
        request = AiohttpRequest(session)
        bot = Bot(
            config.token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=request,
            get_updates_request=AiohttpRequest(session),
        )  # fmt: skip
        database = await open_database(config.file.database.url)
        try:
            yield App(config, database, bot, now)
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
        server.router.add_post(WEBHOOK_PATH, app.receiver.webhook(secret))
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    host, _, port = app.config.file.http.listen.rpartition(":")
    try:
        await web.TCPSite(runner, host or None, int(port)).start()
        if public:
            await app.receiver.open_webhook(f"{public}{WEBHOOK_PATH}", secret)
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
