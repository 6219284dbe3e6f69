"""The whole bot against the sandbox, over real HTTP and a real file.

What a newcomer gets wrong: limits and pace are off, for they are in real seconds; a test of them has its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import App, open_app
from bot.settings import config
from casework.records import LEADER, MEMBER, NextStep
from sandbox import Person, Sandbox
from sandbox.pulse import Pulse
from storage import import_files, inbox, new_cases, outbox, people, teams
from storage.database import Tx
from storage.new_cases import NewCase
from storage.people import Invitation
from tests.bot import bucket as buckets
from tests.bot.bucket import Bucket
from tests.engines import engine, url_of

TOKEN = "111:AAA"
NAME = "Росица Илиева"
"""The child's, in every case."""
UNPACED = "messages_per_second = 1000\nchat_messages_per_second = 1000"
BEGIN = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Sofia"))
"""A Tuesday: what a test shows must not hang on the day on which it is run."""


@pytest.fixture(autouse=True)
def _calm(timedelta_retry_after: None) -> None:
    """In every test of this folder."""


def write_config(folder: Path, sandbox: Sandbox, more: str = "", port: int = 0, pace: str = UNPACED) -> Path:
    """Without a port the bot takes any; nobody can be told which one is free for long."""
    path = folder / "config.toml"
    path.write_text(
        f'[telegram]\napi_url = "{sandbox.url}"\n{pace}\n{more}\n'
        f'[database]\nurl = "{url_of(folder)}"\n[photos]\nstore = "{folder}/photos"\n'
        f'[http]\nlisten = "127.0.0.1:{port}"\n'
    )
    return path


@dataclass
class World:
    app: App
    sandbox: Sandbox
    folder: Path
    running: asyncio.Task[None] | None = None
    """None when only its parts are tried."""

    async def until(self, reached: Callable[[Tx], Awaitable[bool]]) -> None:
        """Looks again after every commit of the bot, and whenever it has taken something from a messenger."""
        moved = asyncio.Event()
        self.app.database.committing = lambda when: moved.set() if when == "after" else None
        pulses = (self.sandbox.world.updates.pulse, self.sandbox.viber.moved)
        waking = [asyncio.create_task(_wakes(moved, pulse)) for pulse in pulses]
        if self.running:
            self.running.add_done_callback(lambda _ended: moved.set())
        try:
            while True:
                moved.clear()
                assert self.running is None or not self.running.done(), self.running.exception()
                if await reached(self.app.database.glance()):
                    return
                await moved.wait()
        finally:
            for task in waking:
                task.cancel()

    async def settled(self) -> None:
        """Until everything received is answered, and everything due is sent and shown."""
        await self.until(self.is_quiet)

    async def is_quiet(self, tx: Tx) -> bool:
        viber = self.sandbox.viber
        # In the order in which a message goes: what moves on between two looks is seen at the second.
        received = self.sandbox.world.pending == viber.pending == []
        read = received and await import_files.to_fetch(tx, self.app.now(), 1) == []
        read = read and await import_files.to_withdraw(tx) == []
        answered = read and await inbox.next_at(tx) is None
        sent = answered and await outbox.due(tx, self.app.now(), 1) == []
        return sent and not viber.arriving

    async def rung(self) -> None:
        """Until the schedule has done what is due by now, and it is sent."""
        await self.app.schedule.ring()
        self.app.wake()
        await self.settled()

    async def person(
        self, name: str, role: str = MEMBER, municipality: str = "", institution: str = "", *, team: str = "Б-1"
    ) -> Person:
        """Somebody who has joined in Bulgarian and heard the menu: with a team, or as a coordinator."""
        someone = self.sandbox.world.person(name)
        async with self.app.database.transaction() as tx:
            its = (await teams.by_name(tx))[team.casefold()].id if role in (LEADER, MEMBER) else None
            expires = self.app.now() + timedelta(days=7)
            await people.invite(tx, f"code-{name}", Invitation(role, its, municipality, name, institution), expires)
        await someone.starts(f"code-{name}")
        await someone.hears()
        await someone.taps("Български")
        await someone.hears()
        await someone.taps("Приемам")
        assert "Добре дошли" in (await someone.hears()).text
        return someone

    def today(self) -> date:
        return self.app.now().astimezone(self.app.work.zone).date()

    def move_to(self, days: int, hour: int, minute: int = 0) -> None:
        """The clock of everybody, so many days on, at this local time."""
        day = self.today() + timedelta(days=days)
        self.sandbox.world.clock.move_to(
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.app.work.zone)
        )

    @property
    def work_tomorrow(self) -> bool:
        return self.app.work.calendar.is_working(self.today() + timedelta(days=1))

    def to_a_working_day(self, hour: int) -> None:
        """The next one."""
        days = (self.app.work.calendar.add(self.today(), 1) - self.today()).days
        self.move_to(days, hour)


async def _wakes(moved: asyncio.Event, pulse: Pulse) -> None:
    while True:
        await pulse.wait()
        moved.set()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN, limits=False) as running:
        running.world.clock.move_to(BEGIN)
        yield running


async def one_team(app: App) -> None:
    """Team Б-1 with sixteen cases, all due today, which its people know already."""
    async with app.database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        sealing = app.work.sealer.seal_name
        new = [
            NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", sealing(NAME, str(n)), str(n))
            for n in range(1, 17)
        ]
        today = app.now().astimezone(app.config.zone).date()
        await new_cases.put(tx, new, NextStep("S11", "visit", today), app.now())
        await tx.run("UPDATE child_case SET told_rung = 1")


@asynccontextmanager
async def living(
    sandbox: Sandbox,
    folder: Path,
    more: str = "",
    port: int = 0,
    fill: Callable[[App], Awaitable[None]] = one_team,
    pace: str = UNPACED,
) -> AsyncIterator[World]:
    path = write_config(folder, sandbox, more, port, pace)
    async with on_messengers(sandbox, folder, path, {config.TOKEN: TOKEN}, fill) as world:
        yield world


@asynccontextmanager
async def on_messengers(
    sandbox: Sandbox,
    folder: Path,
    path: Path,
    tokens: dict[str, str],
    fill: Callable[[App], Awaitable[None]] = one_team,
) -> AsyncIterator[World]:
    """The bot with the messengers that have a token."""
    read = config.load({**engine.environ, **tokens}, path)
    async with open_app(read, sandbox.world.clock.now) as app:
        stop = sandbox.world.clock.subscribe(app.wake)
        await fill(app)
        running = asyncio.create_task(app.run())
        try:
            yield World(app, sandbox, folder, running)
            assert not running.done(), running.exception()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            stop()


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with living(sandbox, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    with buckets.serving() as url:
        yield url


@pytest.fixture
async def bucket(s3: str, tmp_path: Path) -> AsyncIterator[Bucket]:
    async with buckets.door(s3, f"of/{tmp_path.parent.name}-{tmp_path.name}") as opened:
        yield opened
        assert opened.faults == []
