"""A district some of whose children are enrolled, and its mornings at the school."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from casework.records import INSTITUTION, Case
from handlers.engine.scene import Message
from handlers.engine.words import Words
from handlers.institutions import checks
from storage import cases, moves
from storage.database import Database
from storage.people import Invitation
from tests import everybody
from tests.conversations.conftest import TODAY, WORK, Chat, joins

NOT_THERE = "За това дете не Ви питаме или вече не Ви питаме. Нищо не е променено."
DUE = WORK.calendar.on_or_after(TODAY + timedelta(days=7))
SCHOOL = Invitation(INSTITUTION, None, "Бяла", "Соня", "I10")


@dataclass
class School:
    """The district, some of whose children are enrolled, and a morning there."""

    database: Database
    day: date = DUE

    @classmethod
    async def with_three(cls, database: Database) -> School:
        """Three children are enrolled today; Sonya is of the school."""
        mila = Chat(database, "mila")
        for number in (1, 2, 3):
            await mila.says(f"{number} записано")
            await mila.taps("Майка", "Запази")
        async with database.transaction() as tx:
            await joins(tx, "sonya", SCHOOL)
        return cls(database)

    def chat(self, account: str) -> Chat:
        return Chat(self.database, account, self.at)

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(9), WORK.zone)

    async def case(self, number: int = 1) -> Case:
        async with self.database.reading() as tx:
            found = await cases.marked(tx, str(number))
        assert found is not None
        return found

    async def morning(self, day: date | None = None) -> dict[str, Message]:
        """What the schedule says, by the name of the reader."""
        self.day = day or self.day
        async with self.database.transaction() as tx:
            told = await checks.morning(tx, WORK, self.day, self.at)
            names = {one.id: one.name for one in await everybody.on_duty(tx)}
        return {names[one.to]: one for one in told if one.to}

    async def hears(self, account: str, name: str) -> Chat:
        """The chat of somebody who has just had the morning's message."""
        chat = self.chat(account)
        chat.all = [replace((await self.morning())[name], to=None)]
        return chat

    async def moved(self, number: int = 1) -> list[tuple[str, str, str]]:
        async with self.database.reading() as tx:
            kolyo = next(one for one in await everybody.on_duty(tx) if one.name == "Мила Петрова")
            history = await moves.history(tx, kolyo, (await self.case(number)).id)
        return [(one.cause.kind, one.was, one.status) for one in history]


def said(message: Message, today: date = DUE) -> str:
    return "\n".join(Words("bg", today).say(line) for line in message.view.lines)
