"""Two more teams and their people, for everything that moves work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Case, Person, Transition
from handlers.engine.replies import Tapped
from handlers.engine.scene import Message
from handlers.engine.words import Words
from storage import cases, moves, people, teams
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, TODAY, Chat, joins


@dataclass
class Oblast:
    """Б-1 and Б-2 of Бяла, Р-1 of Русе; the conftest's Мила and Лидия are of Б-1."""

    database: Database
    kolyo: Chat
    vera: Chat
    reni: Chat
    mila: Chat
    lidia: Chat
    stoyan: Chat
    """Leader of Б-2."""
    rumen: Chat
    """Leader of Р-1."""
    names: dict[int, str]
    team: dict[str, int]

    async def case(self, number: int = 1) -> Case:
        """As the region sees it: all of them."""
        async with self.database.reading() as tx:
            found = await cases.get(tx, await self._reni(tx), number)
        assert found is not None
        return found

    async def moved(self, number: int = 1) -> list[Transition]:
        async with self.database.reading() as tx:
            return await moves.history(tx, await self._reni(tx), number)

    async def _reni(self, tx: Any) -> Person:
        me, _kept = await people.with_journal(tx, "telegram", "reni")
        assert me is not None
        return me

    async def sees(self, who: Chat, number: int = 1) -> bool:
        async with self.database.reading() as tx:
            me, _kept = await people.with_journal(tx, "telegram", who.account)
            assert me is not None
            return await cases.get(tx, me, number) is not None

    def told(self, by: Chat) -> dict[str, str]:
        """What others were told with the last answer."""
        words = Words("bg", TODAY)
        return {
            self.names[one.to]: "\n".join(words.say(line) for line in one.view.lines)
            for one in by.all
            if one.to is not None
        }

    def hand(self, by: Chat, to: Chat, name: str) -> Chat:
        """Their phone with the notice they were just sent."""
        to.all = [_theirs(one) for one in by.all if one.to is not None and self.names[one.to] == name]
        return to

    async def reports(self, who: Chat, number: int, word: str = "никой") -> str:
        await who.says(f"{number} {word}")
        return await who.taps("Запази")


def _theirs(notice: Message) -> Message:
    return Message(notice.view, replaces=False)


async def oblast(database: Database) -> Oblast:
    async with database.transaction() as tx:
        await teams.put(tx, "Б-2", "Бяла", "Копривец")
        await teams.put(tx, "Р-1", "Русе", "Русе")
        team = {one.name: one.id for one in (await teams.by_name(tx)).values()}
        for account, name, role, own, municipality in (
            ("stoyan", "Стоян", LEADER, "Б-2", ""),
            ("rumen", "Румен", LEADER, "Р-1", ""),
            ("kolyo", "Кольо", MUNICIPAL, "", "Бяла"),
            ("vera", "Вера", MUNICIPAL, "", "Русе"),
            ("reni", "Рени", REGIONAL, "", ""),
            ("ivan", "Иван", MEMBER, "Б-2", ""),
        ):
            await joins(tx, account, Invitation(role, team.get(own), municipality, name))
        names = {row["id"]: row["name"] for row in await tx.rows("SELECT id, name FROM person")}
    whose = ("kolyo", "vera", "reni", "mila", "lidia", "stoyan", "rumen")
    kolyo, vera, reni, mila, lidia, stoyan, rumen = (Chat(database, account) for account in whose)
    return Oblast(database, kolyo, vera, reni, mila, lidia, stoyan, rumen, names, team)


def tap(key: str, number: int = 1) -> Tapped:
    """An old button, or one that its owner never had."""
    return Tapped("go", key, str(number))


def later(chat: Chat, days: int) -> Chat:
    chat.now = NOW + timedelta(days=days)
    return chat


def day(days: int) -> date:
    return TODAY + timedelta(days=days)
