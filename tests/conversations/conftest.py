"""Chats without a messenger: a real database, real people, and what the bot would say.

What a newcomer gets wrong: the clock stands still at `NOW` unless a test moves it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework import calendar, catalogue
from casework.calendar import WorkingDays
from casework.records import INSTITUTION, LEADER, MEMBER, MUNICIPAL, NextStep, Photo
from handlers import router
from handlers.engine.replies import Incoming, Pictured, Reply, Tapped, Typed
from handlers.engine.scene import Message, Work
from handlers.engine.talk import Moment
from handlers.engine.words import Words
from storage import new_cases, people, teams
from storage.database import Database, Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from storage.sealing import Sealer
from tests.engines import url_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
WORK = Work(catalogue.load(), WorkingDays(), ZoneInfo("Europe/Sofia"), Sealer(b"k" * 32))


@dataclass
class Chat:
    """One person's chat: says, taps, shows; `shown` is the last message, `all` everything of the last answer."""

    database: Database
    account: str
    now: datetime = NOW
    all: list[Message] = field(default_factory=list)
    language: str = "bg"
    photos: int = 0
    """So many were shown; no two are equal."""

    async def sends(self, reply: Reply) -> str:
        async with self.database.transaction() as tx:
            me, kept = await people.with_journal(tx, "telegram", self.account)
            self.language = me.language if me and me.language else "bg"
            today = calendar.local_day(self.now, WORK.zone)
            moment = Moment(self.now, today, self.language)
            incoming = Incoming("telegram", self.account, self.account, self.account, reply)
            self.all = await router.respond(tx, WORK, me, kept, incoming, moment)
        return self.text

    async def says(self, text: str) -> str:
        return await self.sends(Typed(text))

    async def shows(self, count: int = 1, caption: str = "") -> str:
        for n in range(count):
            photo = Photo("telegram", f"f{self.photos}", f"u{self.photos}")
            self.photos += 1
            await self.sends(Pictured(photo, "" if n else caption))
        return self.text

    async def taps(self, *labels: str) -> str:
        for label in labels:
            await self.sends(self.button(label))
        return self.text

    def button(self, label: str) -> Tapped:
        """The button that shows `label`, wholly or as its beginning."""
        words = self._words()
        for row in self.shown.view.rows:
            for button in row:
                if words.say(button.label).startswith(label):
                    key = button.key or self.shown.key
                    return Tapped("go" if button.key else self.shown.talk, key, button.value)
        raise AssertionError(f"no button {label!r} in {self.labels}")

    @property
    def shown(self) -> Message:
        return next(message for message in self.all if message.to is None)

    @property
    def text(self) -> str:
        words = self._words()
        return "\n".join(words.say(line) for line in self.shown.view.lines)

    @property
    def labels(self) -> list[str]:
        return [self._words().say(button.label) for row in self.shown.view.rows for button in row]

    def _words(self) -> Words:
        return Words(self.shown.language or self.language, calendar.local_day(self.now, WORK.zone))


Joining = Callable[..., Awaitable[Chat]]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(url_of(tmp_path))
    async with opened.transaction() as tx:
        await _district(tx)
    yield opened
    await opened.close()


async def _district(tx: Tx) -> None:
    await teams.put(tx, "Б-1", "Бяла", "Бяла")
    team = (await teams.by_name(tx))["б-1"].id
    for account, name, role in (("mila", "Мила Петрова", MEMBER), ("lidia", "Лидия Колева", LEADER)):
        await joins(tx, account, Invitation(role, team, "", name))
    await people.invite(tx, "fresh", Invitation(MEMBER, team, "", ""), NOW + timedelta(days=7))
    sealing = WORK.sealer.seal_name
    children = [
        NewCase("БЯ", "G1", "Бяла", place, f"ул. Дунав {n}", 2015, team, "", sealing("Росица Илиева", str(n)), str(n))
        for n in range(1, 17)
        for place in ("Бяла" if n % 2 else "Дряновец",)
    ]
    await new_cases.put(tx, children, NextStep("S11", "visit", TODAY), NOW)


async def joins(tx: Tx, account: str, invited: Invitation) -> int:
    """Somebody who has chosen Bulgarian and accepted the note."""
    await people.invite(tx, f"c-{account}", invited, NOW + timedelta(days=7))
    joined = await people.join(tx, f"c-{account}", "telegram", account, account, invited.name, NOW)
    assert joined is not None
    await people.set_language(tx, joined.id, "bg")
    await people.accept(tx, joined.id, NOW)
    return joined.id


@pytest.fixture
async def kolyo(database: Database) -> Chat:
    """The coordinator of Бяла."""
    async with database.transaction() as tx:
        await joins(tx, "kolyo", Invitation(MUNICIPAL, None, "Бяла", "Кольо"))
    return Chat(database, "kolyo")


@pytest.fixture
async def vera(database: Database) -> Chat:
    """The coordinator of Русе, where nobody of this district is."""
    async with database.transaction() as tx:
        await joins(tx, "vera", Invitation(MUNICIPAL, None, "Русе", "Вера"))
    return Chat(database, "vera")


@pytest.fixture
def mila(database: Database) -> Chat:
    return Chat(database, "mila")


@pytest.fixture
def somebody(database: Database) -> Joining:
    """Somebody of an institution of Бяла, or of the whole region."""

    async def join(account: str, name: str, institution: str, municipality: str = "Бяла") -> Chat:
        async with database.transaction() as tx:
            await joins(tx, account, Invitation(INSTITUTION, None, municipality, name, institution))
        return Chat(database, account)

    return join
