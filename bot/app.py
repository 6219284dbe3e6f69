"""The running process: opens everything, starts the stages of a message, and closes everything again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import structlog
from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.typedefs import Handler

from bot import forgotten, logs
from bot.awake import Awake
from bot.channels.telegram import showing
from bot.channels.telegram.reading import CHANNEL
from bot.converse import Converser
from bot.deliver import Deliverer
from bot.files import FileReader
from bot.lasting import lasting
from bot.messengers import Messengers, open_messengers
from bot.photos import PhotoFetcher
from bot.schedule import Schedule
from bot.settings.config import Config
from bot.tell import Teller
from bot.watch.measuring import Measuring, folders_of, limits_of
from bot.watch.meters import Meters
from bot.watch.operator import Operator
from bot.watch.pages import Pages
from bot.watch.watchdog import Voice, Watchdog
from handlers.engine.scene import Work
from handlers.engine.words import LANGUAGES, Words
from handlers.menu import COMMANDS
from storage import keys, outbox
from storage.database import Database, Unwritable, open_database
from storage.shares import LANES

log = structlog.get_logger()


def now_utc() -> datetime:
    return datetime.now(UTC)


class App:
    """The parts of a running bot, each waking the next: arrivals, answers, calls."""

    def __init__(
        self,
        config: Config,
        database: Database,
        work: Work,
        messengers: Messengers,
        operator: Operator,
        now: Callable[[], datetime],
    ) -> None:
        self.config = config
        self.database = database
        self.now = now
        self.work = work
        channels, self.receiver = messengers.channels, messengers.receiver
        self.sources = messengers.sources
        meters = Meters()
        self.receiver.stored = meters.stored
        self.teller = teller = Teller(
            work, channels, {"viber": config.file.viber.paid_messages_a_month}, config.file.schedule.notices_a_day
        )
        vitals = messengers.contact.vitals
        self.deliverer = Deliverer(database, channels, teller, now, meters=meters, vitals=vitals)
        self.converser = Converser(
            database, work, channels, self.receiver, teller, now=now, also=self.deliverer.record,
            withdrawal=self.deliverer.withdrawal, meters=meters,
        )  # fmt: skip
        self.photos = PhotoFetcher(channels, database, config.store, work.sealer, now, teller.photo_lost)
        self.files = FileReader(channels, database, work, teller, config.file.import_.mapping, now)
        self.awake = Awake(database, work, channels, teller, messengers.contact, now)
        self.schedule = Schedule(config, database, work, teller, self.deliverer.withdrawal, now, meters)
        measuring = Measuring(
            database, vitals, tuple(channels), self.awake, folders_of(config), config.store, now, now()
        )  # fmt: skip
        voice = Voice(operator, config.file.operator.language, work.zone)
        self.watchdog = Watchdog(measuring, limits_of(config), voice, database)
        self.pages = Pages(self.watchdog, meters)
        database.troubled = _alarm
        self._serves = asyncio.Event()
        """The webhooks answer."""
        database.shares.changed.append(self._shared_anew)

    def wake(self) -> None:
        """Everybody looks again, because the clock was moved."""
        self.converser.look_again()
        self.deliverer.look_again()
        self.schedule.look_again()
        self.photos.saved.set()
        self.files.came.set()

    def _shared_anew(self) -> None:
        part = len(self.database.shares.lanes) / LANES
        for channel in self.teller.channels.values():
            channel.pace.share(part)
        self.converser.look_again()
        self.deliverer.look_again()
        self.photos.saved.set()

    async def run(self) -> None:
        """For ever; ends only by being cancelled or by an error that must be seen."""
        await self.database.becomes_ours()
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self.database.shares.run())
            parts.create_task(self._lead())
            parts.create_task(self._work())

    async def _work(self) -> None:
        """What every worker does, with what lies in its lanes."""
        await self.database.shares.open.wait()
        async with _http(self), asyncio.TaskGroup() as stages:
            self._serves.set()
            stages.create_task(self.deliverer.run())
            for run in (self.awake.run, self.converser.run, self.photos.run, self.watchdog.run):
                stages.create_task(lasting(run))

    async def _lead(self) -> None:
        """What only one does, as long as that is us."""
        while True:
            await self.database.shares.leading()
            async with asyncio.TaskGroup() as both:
                leads = both.create_task(self._leading())
                await self.database.shares.following()
                leads.cancel()

    async def _leading(self) -> None:
        for before in (self._sealed_anew, self._forgotten_again, self.awake.look_back, self.schedule.hush_what_is_left):
            await lasting(before)
        self.database.shares.ready()
        await self._serves.wait()
        async with asyncio.TaskGroup() as stages:
            for run in (self.schedule.run, self.files.run, *(source.run for source in self.sources)):
                stages.create_task(lasting(run))
            if self.config.tokens.telegram:
                await lasting(self._announce)

    async def _sealed_anew(self) -> None:
        await keys.seal_anew(self.database, self.work.sealer)

    async def _forgotten_again(self) -> None:
        await forgotten.apply_forgotten(self.database, self.config.store, self.work.sealer, self.now())

    async def _announce(self) -> None:
        """The commands that Telegram lists in each language."""
        for language in LANGUAGES:
            words = Words(language, self.now().date())
            payload = {"commands": showing.commands(words, COMMANDS), "language_code": language}
            async with self.database.transaction() as tx:
                call = outbox.Call(CHANNEL, "", "setMyCommands", payload, outbox.BROADCAST)
                await outbox.add(tx, [call], self.now())


def _alarm(trouble: str) -> None:
    """Once when it begins and once when it ends, not for every stage that tries again."""
    if trouble:
        log.error("nothing can be written, so nothing is taken from the messengers; they keep it", why=trouble)
    else:
        log.warning("the database can be written again")


@asynccontextmanager
async def open_app(config: Config, now: Callable[[], datetime] = now_utc) -> AsyncIterator[App]:
    """Raises StorageError (also when a key is missing), SchemaError, telegram.error.InvalidToken."""
    logs.quiet_libraries()
    async with AsyncExitStack() as opened:
        database = await open_database(config.file.database.url)
        opened.push_async_callback(database.close)
        work = Work(
            config.catalogue,
            config.calendar,
            config.zone,
            await keys.open_sealer(database, config.secrets),
            config.tokens.channels,
            config.usual,
            config.file.schedule.charts,
            config.school_days,
            f"{config.file.schedule.alert_at:%H:%M}",
        )
        # One for all calls: what may be under way at once (32 of `bot.deliver`, as many acknowledgements, 4 photos, a
        # poll, a file, an alarm) is less than its 100 connections, so an alarm never waits for calls that hang.
        session = await opened.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        messengers = await open_messengers(config, database, work, now, session, opened)
        yield App(config, database, work, messengers, Operator(config, session), now)


@asynccontextmanager
async def _http(app: App) -> AsyncIterator[None]:
    """`/health`, `/metrics`, and the webhooks of the messengers that call us."""
    server = web.Application(client_max_size=1_000_000, middlewares=[_not_now])
    server.router.add_routes(app.pages.routes())
    for source in app.sources:
        server.router.add_routes(source.routes())
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    host, _, port = app.config.file.http.listen.rpartition(":")
    try:
        await web.TCPSite(runner, host or None, int(port)).start()
        yield
    finally:
        await runner.cleanup()


@web.middleware
async def _not_now(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A messenger that calls us while nothing can be kept is to try again."""
    try:
        return await handler(request)
    except Unwritable:
        return web.Response(status=503)
