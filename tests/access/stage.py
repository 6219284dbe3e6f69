"""Somebody of each role before the bot, over the wire: what they are answered, and all that is kept, to be compared."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from casework.records import GOVERNOR, INSTITUTION, LEADER, MEMBER, MUNICIPAL, REGIONAL
from sandbox import Person, Sandbox
from storage import absences, people, teams
from storage.people import Invitation
from tests.access.elsewhere import MARKS, MISSING, TEAM, Elsewhere, fill, somebody
from tests.bot.conftest import World, living
from tests.bot.pdf import pages
from tests.engines import engine

OWN_TEAM = "Б-1"
ROLES: dict[str, Invitation | None] = {
    "member": Invitation(MEMBER, None, "", "Мила"),
    "leader": Invitation(LEADER, None, "", "Лидия"),
    "municipal": Invitation(MUNICIPAL, None, "Бяла", "Кольо"),
    "regional": Invitation(REGIONAL, None, "", "Рени"),
    "institution": Invitation(INSTITUTION, None, "Бяла", "Светла", "I10"),
    "reader": Invitation(GOVERNOR, None, "", "Офелия"),
    "away": Invitation(MEMBER, None, "", "Антон"),
    "released": Invitation(LEADER, None, "", "Бивша"),
    "unaccepted": Invitation(LEADER, None, "", "Новак"),
    "stranger": None,
}
"""Those who were released and those who have not accepted the note are of the other team: all of it would be theirs."""
ALL = frozenset(
    (
        "case", "visit", "referral", "check", "inquiry", "handover", "split", "person", "team", "absence", "question",
        "answer", "held", "announcement", "draft", "file", "aside", "outage", "advice",
    )
)  # fmt: skip
OUTSIDE = dict.fromkeys(ROLES, ALL) | {
    "municipal": ALL - {"advice"},
    "regional": frozenset(("answer", "held", "announcement", "inquiry", "draft", "file")),
}
"""What is there and not theirs to know; coordinators of every place take care of the help."""
SHORT = ("municipal", "stranger")
"""In the short form; the others in `make long`."""
UNCOMPARED = {"alarm", "awake", "alembic_version", "wrong_code", "inbox", "outbox", "journal", "unasked"}
Kept = Mapping[str, list[str]]


@dataclass(frozen=True)
class Heard:
    """What one message of theirs brought about: their own answers, and the chats of all others that were told of it."""

    own: list[dict[str, Any]]
    others: list[int]


@dataclass
class Stage:
    world: World
    me: Person
    person_id: int
    outside: frozenset[str]
    elsewhere: Elsewhere

    async def hears(self, sends: Callable[[], Awaitable[Any]], *, patiently: bool = False) -> Heard:
        """`patiently`: the answer to a photo waits for the rest of its album."""
        told = self.world.sandbox.world
        before = told.last_seq
        await sends()
        await self.world.settled()
        if patiently:
            told.clock.move(timedelta(seconds=2))
            await self.world.settled()
        said = [one for one in told.events_after(before) if one.kind in ("message", "edited") and one.data["from_bot"]]
        mine = [one.data for one in said if one.chat_id == self.me.id]
        return Heard(mine, [one.chat_id for one in said if one.chat_id not in (None, self.me.id)])

    async def taps(self, data: str) -> Heard:
        """On a message that is gone, so that each answer is one of its own."""
        return await self.hears(lambda: self.me.taps_data(data, 999_999))

    async def says(self, text: str) -> Heard:
        return await self.hears(lambda: self.me.says(text))

    async def forgets(self) -> None:
        """What they have begun is gone."""
        async with self.world.app.database.transaction() as tx:
            for table in ("journal", "unasked"):
                await tx.run(f"DELETE FROM {table} WHERE person_id = :me", me=self.person_id)

    async def kept(self) -> Kept:
        """All that is kept but their own conversations, what came in and was handled, and what was said to them."""
        async with self.world.app.database.reading() as tx:
            tables = [row["name"] for row in await tx.rows(engine.tables)]
            asked = {name: f"SELECT * FROM {name}" for name in tables if name not in UNCOMPARED} | {
                "journal": f"SELECT * FROM journal WHERE person_id <> {self.person_id}",
                "unasked": f"SELECT * FROM unasked WHERE person_id <> {self.person_id}",
                "inbox": "SELECT id, state FROM inbox WHERE state = 'aside' OR tries > 0",
                "outbox": f"SELECT id, chat, payload FROM outbox WHERE chat <> '{self.me.id}'",
            }
            return {name: [str(tuple(row)) for row in await tx.rows(sql)] for name, sql in asked.items()}

    def as_of_nothing(self, heard: Heard) -> list[tuple[str, Any]]:
        """The answers without the number that was asked for; conversations have a new name each time."""
        numbers = [one for one in self.elsewhere.numbers.values() if one.isdecimal()] + [MISSING]
        numbered = re.compile(rf"(?<!\d)({'|'.join(numbers)})(?!\d)")
        return [
            (
                numbered.sub("#", one["text"]),
                [[(b["label"], _unnamed(numbered.sub("#", b["data"]))) for b in row] for row in one["buttons"]],
            )
            for one in heard.own
        ]

    def betrayed(self, heard: Heard) -> list[str]:
        """The marks of what is out of their reach that stand in what they were told or sent."""
        if "case" not in self.outside:
            return []
        told = "\n".join(str(one) for one in heard.own) + "\n".join(self._of_files(heard))
        return [mark for mark in MARKS if mark in told]

    def _of_files(self, heard: Heard) -> list[str]:
        by_id = {one.id: one for one in self.me.chat}
        files = [by_id[one["id"]].document for one in heard.own if one["id"] in by_id]
        return [_text_of(file.data) for file in files if file]


def _unnamed(data: str) -> str:
    talk, _dot, rest = data.partition(".")
    return data if talk == "go" else f"talk.{rest}"


def _text_of(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return "\n".join(pages(content))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


@asynccontextmanager
async def stage(sandbox: Sandbox, folder: Path, role: str) -> AsyncIterator[Stage]:
    found: list[Elsewhere] = []

    async def filled(app: App) -> None:
        found.append(await fill(app))

    async with living(sandbox, folder, fill=filled) as world:
        me = sandbox.world.person("Аз")
        me.started = True
        here = Stage(world, me, await _joined(world, me, role), OUTSIDE[role], found[0])
        await world.rung()  # what is told on this morning is told
        yield here


async def _joined(world: World, me: Person, role: str) -> int:
    invited = ROLES[role]
    if invited is None:
        return 0
    now, today = world.app.now(), world.today()
    async with world.app.database.transaction() as tx:
        team = TEAM if role in ("released", "unaccepted") else OWN_TEAM
        team_id = (await teams.by_name(tx))[team.casefold()].id if invited.role in (MEMBER, LEADER) else None
        own = Invitation(invited.role, team_id, invited.municipality, invited.name, invited.institution)
        joined = await somebody(tx, own, now, str(me.id))
        if role == "away":
            await absences.make(tx, joined, joined.id, today, today, None, today=today, now=now)
        if role == "released":
            await people.release(tx, joined, joined.id, now)
        if role == "unaccepted":
            await tx.run("UPDATE person SET accepted_at = NULL WHERE id = :id", id=joined.id)
    return joined.id
