"""The bot on a clock that is moved from one moment to the next, stopped and started, and what came to whom when."""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.app import App
from casework.records import MUNICIPAL, REGIONAL
from handlers.engine.scene import Message
from handlers.engine.views import View
from handlers.menu import MENU
from sandbox import Person, Sandbox
from storage import hours, people
from storage.database import to_micros
from storage.people import Invitation
from tests.bot.conftest import World, living, one_team
from tests.walk.almanac import FOR, SWAPPED, Reader

PATIENCE = 120.0
SETTINGS = f"""
[schedule]
charts = false
[calendar]
free = [{SWAPPED}]
worked = [{FOR}]
"""
DIGEST = re.compile(r"Обхват, (седмицата \d\d\.\d\d – )?(\d\d)\.(\d\d)\.(\d{4})")
VISITS = re.compile(r"^Посещения: (\d+)", re.MULTILINE)
SINCE_THE_LAST = re.compile(r"^От предишното обобщение: (\d+)", re.MULTILINE)
"""In the digest of a week, whose own visits are those of the week."""
LATE = "(закъсняло"
NOTICE = re.compile(r"№(\d+)№")


@dataclass(frozen=True)
class Digest:
    day: date
    at: datetime
    late: bool
    visits: int
    weekly: bool


@dataclass
class Heard:
    """By one reader: everything that the clock brought, and when."""

    digests: list[Digest] = field(default_factory=list)
    notices: dict[int, datetime] = field(default_factory=dict)
    at: list[tuple[datetime, str]] = field(default_factory=list)


async def _by_this_clock_only(app: App) -> None:
    app.schedule.ring_seconds = 86_400


@dataclass
class Walk:
    sandbox: Sandbox
    folder: Path
    readers: list[Reader]
    heard: dict[str, Heard] = field(default_factory=dict)
    phones: dict[str, Person] = field(default_factory=dict)
    world: World | None = None
    visits: list[datetime] = field(default_factory=list)
    notices: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _living: AbstractAsyncContextManager[World] | None = None

    async def start(self) -> None:
        fill = _by_this_clock_only if self.phones else self._settle
        self._living = living(self.sandbox, self.folder, SETTINGS, fill=fill)
        self.world = await self._living.__aenter__()

    async def stop(self) -> None:
        assert self._living is not None
        await self._living.__aexit__(None, None, None)
        self.world = self._living = None

    async def _settle(self, app: App) -> None:
        await _by_this_clock_only(app)
        await one_team(app)
        now = app.now()
        async with app.database.transaction() as tx:
            # The overdue are known to everybody: what the walk is after are the digests.
            await tx.run("UPDATE child_case SET told_rung = 9, due_on = '2025-12-01'")
            for number, reader in enumerate(self.readers):
                phone = self.phones[reader.name] = self.sandbox.world.person(reader.name)
                phone.started = True
                role, place = ((MUNICIPAL, "Бяла"), (REGIONAL, ""))[number % 2]
                code, account = f"code-{number}", str(phone.id)
                await people.invite(tx, code, Invitation(role, None, place, reader.name), now + timedelta(days=1))
                joined = await people.join(tx, code, "telegram", account, account, reader.name, now)
                assert joined is not None
                await people.set_language(tx, joined.id, "bg")
                await people.accept(tx, joined.id, now)
                await hours.set_zone(tx, joined.id, str(reader.zone), now)
                await hours.set_digest(tx, joined.id, f"{reader.digest:%H:%M}", now)
                if reader.every_day:
                    await hours.set_open(tx, joined.id, reader.begin, reader.end, now)
                    await hours.set_days(tx, joined.id, tuple(range(7)), now, on_holidays=reader.on_holidays)
        self.heard = {reader.name: Heard() for reader in self.readers}
        self._seen = dict.fromkeys(self.phones, 0)

    async def step(self, moment: datetime) -> None:
        """The clock is moved there, and all that is due by then has come."""
        assert self.world is not None
        self.sandbox.world.clock.move_to(moment)
        async with asyncio.timeout(PATIENCE):
            await self.world.app.schedule.rung.wait()
            await self.world.settled()
        self.note(moment)

    def note(self, moment: datetime | None) -> None:
        """What has come since the last time; without a moment it was asked for, and is not written down."""
        for name, phone in self.phones.items():
            chat = list(self.sandbox.world.chats[phone.id].messages.values())
            for one in chat[self._seen[name] :]:
                if one.from_bot and moment:
                    self._write(self.heard[name], one.text, moment)
            self._seen[name] = len(chat)

    @staticmethod
    def _write(heard: Heard, text: str, moment: datetime) -> None:
        heard.at.append((moment, text))
        for number in NOTICE.findall(text):
            assert int(number) not in heard.notices, f"№ {number} came twice"
            heard.notices[int(number)] = moment
        if found := DIGEST.match(text):
            week, *of_day = found.groups()
            day, month, year = map(int, of_day)
            visits = (SINCE_THE_LAST if week else VISITS).search(text)
            assert visits or week
            told = int(visits[1]) if visits else 0
            heard.digests.append(Digest(date(year, month, day), moment, LATE in text, told, bool(week)))

    async def visit(self, moment: datetime) -> None:
        assert self.world is not None
        self.visits.append(moment)
        async with self.world.app.database.transaction() as tx:
            await tx.run(
                "INSERT INTO visit (case_id, reporter_id, team_id, version, saved_at, visited_on, outcome, report) "
                "VALUES (1, 1, 1, 1, :at, :day, 'O20', '{}')",
                at=to_micros(moment),
                day=moment.date().isoformat(),
            )

    async def tell_all(self, number: int) -> None:
        """A notice that can wait, to each."""
        assert self.world is not None
        self.notices += 1
        app = self.world.app
        async with app.database.transaction() as tx:
            for person in range(1, len(self.readers) + 1):
                told = Message(View((f"№{number}№",), ((MENU,),)), replaces=False, to=person)
                await app.teller.notify(tx, told, app.now())
