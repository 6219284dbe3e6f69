"""How people use the bot through the season: slow, mistaken, ill and away, each over their own phone.

What a newcomer gets wrong: they know of a case only what the bot has told them. What is behind the door is in `nature`;
what they did, as far as the bot said "saved", goes into the `Ledger`.
"""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle, islice

from casework import catalogue
from sandbox import ChatMessage, Person
from tests.season.attendance import Attendance, Leave
from tests.season.chance import Chance
from tests.season.ledger import Ledger, Postponed, Visit
from tests.season.nature import Child, Found
from tests.season.oblast import Oblast, Seat, municipality_of

BOOK = catalogue.load()
NUMBER = re.compile(r"\b([А-Я]{2}-\d{3,4})\b")
SAVED = re.compile(r"Записано\. Доклад № (\d+) · ([А-Я]{2}-\d{3,4})")
PATIENCE = 120.0
"""Seconds for one answer on a machine that does other work too."""
ROUNDS = 12
PAGES = 8
A_DAY = 2
"""So many doors a team reaches in a day."""
GOES_OUT, MISTAKEN = 20, 6
"""Of a hundred days and messages."""
POSTPONED = 25
OVERDUE = re.compile(r"Отложи ([А-Я]{2}-\d{3,4})")
NEWS = ("отговаря:", "връща", "не идва", "Не идва", "отсъства", "Отсъства", "никой не го поема")
GONE = BOOK.answers["A22"].label("bg")
"""An answer after which nobody needs to go there until the clock speaks of it again."""
ELSEWHERE = ("отговор от институция", "проверка на записването", "проверка на отсъствията")


@dataclass
class Crew:
    """A team in the field: what it has been told to do, and by whom the doors are reached."""

    name: str
    members: list[Seat]
    draw: random.Random
    told: dict[str, date] = field(default_factory=dict)
    """Case number: since when it is on their list."""
    more: bool = False
    """A message spoke of more than it named."""

    def hears(self, text: str, today: date) -> None:
        for number in NUMBER.findall(text):
            self.told.setdefault(number, today)
        self.more = self.more or "и още" in text

    def goes_out(self) -> bool:
        return self.draw.randrange(100) < GOES_OUT

    def way(self, elsewhere: set[str]) -> list[str]:
        """To whatever has waited the longest."""
        self.told = {number: day for number, day in self.told.items() if number not in elsewhere}
        first = sorted(self.told, key=lambda number: (self.told[number], number))[:A_DAY]
        for number in first:
            del self.told[number]
        return first


@dataclass
class Field:
    """All who go to the doors, and what they find there."""

    oblast: Oblast
    children: dict[str, Child]
    ledger: Ledger
    chance: Chance
    """By the name of the person or of the team."""
    attendance: Attendance
    crews: dict[str, Crew] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    """Cases that an institution has now, as the receipt said: nobody goes there until they hear of it again."""
    heard: dict[Seat, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.oblast.teams:
            self.crews[name] = Crew(name, self.oblast.of_team(name), self.chance[name])

    def listen(self, today: date) -> None:
        """The news that came to somebody of a team: an answer, silence, a child that is gone."""
        for seat, said in self.oblast.chats.items():
            if seat.team:
                for message in said_since(said, self.heard.get(seat, 0)):
                    if message.from_bot and any(word in message.text for word in NEWS):
                        self.elsewhere.difference_update(NUMBER.findall(message.text))
                        if GONE not in message.text:
                            self.crews[seat.team].hears(message.text, today)
                self.heard[seat] = len(said)

    async def day(self, today: date) -> None:
        """Everybody goes their way at once; one person reports one door after the other."""
        out = [crew for crew in self.crews.values() if crew.goes_out()]
        await asyncio.gather(*(self._looks(crew, today) for crew in out if crew.more))
        ways: dict[Seat, list[str]] = {}
        for crew in out:
            for seat, number in zip(cycle(self._here(crew, today)), crew.way(self.elsewhere), strict=False):
                ways.setdefault(seat, []).append(number)
        await asyncio.gather(*(self._walks(seat, numbers, today) for seat, numbers in ways.items()))

    def _here(self, crew: Crew, today: date) -> list[Seat]:
        """As many as go out; somebody always does."""
        here = (seat for seat in crew.members if self.attendance.is_here(seat, today))
        return list(islice(here, A_DAY)) or [one for one in crew.members if not self.attendance.is_away(one, today)][:1]

    async def go_away(self, today: date) -> None:
        """Whoever will be away from tomorrow on tells the bot."""
        leaves = ((seat, self.attendance.leave(seat)) for seat in self.oblast.folk)
        going = [self._says_so(seat, leave) for seat, leave in leaves if leave and leave.told_on == today]
        await asyncio.gather(*going)

    async def _says_so(self, seat: Seat, leave: Leave) -> None:
        phone = self.oblast.folk[seat]
        phone.forget()
        await phone.says("/settings")
        await phone.taps("Ще отсъствам", await _hears(phone, "Език: "))
        await _hears(phone, "От кой ден?")
        await phone.says(f"{leave.first:%d.%m.%Y}")
        await _hears(phone, "Кой е последният ден?")
        await phone.says(f"{leave.last:%d.%m.%Y}")
        said = await _hears(phone, "Кой замества?")
        others = [label for label in said.labels if label not in ("Никой", "Още →")]
        label = self.chance[seat.name].choice(others) if leave.has_deputy else "Никой"
        if label not in said.labels:  # nobody is the last of all, on another page
            await phone.taps("Още →", said)
            said = await _hears(phone, "Кой замества?")
        await phone.taps(label, said)
        await phone.taps("Запази", await _hears(phone, f"{seat.name}: отсъствие"))
        await _hears(phone, "Отсъствате: ")
        self.attendance.deputies[seat] = next((one for one in self.oblast.folk if one.name == label), None)

    async def _looks(self, crew: Crew, today: date) -> None:
        """Through their list as far as it is due."""
        phone = self.oblast.folk[self._here(crew, today)[0]]
        phone.forget()
        await phone.says("/cases")
        for _ in range(PAGES):
            said = await phone.hears(PATIENCE)
            due = [label for label in said.labels if label[:1] in ("❗", "•")]
            crew.hears("\n".join(due), today)
            if len(due) < len(NUMBER.findall("\n".join(said.labels))) or "Още →" not in said.labels:
                break
            await phone.taps("Още →", said)
        crew.more = False

    async def postpones(self, seat: Seat, text: str, today: date) -> None:
        """Now and then somebody says why a step is late, and it is off the list until its new day."""
        late, draw = OVERDUE.findall(text), self.chance[seat.name]
        if not late or draw.randrange(100) >= POSTPONED:
            return
        phone, number = self.oblast.folk[seat], draw.choice(late)
        reason = draw.choice(list(BOOK.late.values()))
        phone.forget()
        await phone.taps(f"Отложи {number}")
        said = await phone.hears(PATIENCE)
        if reason.label("bg") in said.labels:
            await phone.taps(reason.label("bg"), said)
            assert f"{number} е отложен" in (await phone.hears(PATIENCE)).text
            self.ledger.add(Postponed(number, today, reason.code))
            self.crews[seat.team].told.pop(number, None)
        else:
            assert f"{number} вече е отлаган" in said.text, said.text

    async def _walks(self, seat: Seat, numbers: list[str], today: date) -> None:
        for number in numbers:
            await self._reports(seat, number, self.children[number].visited(today), today)

    async def _reports(self, seat: Seat, number: str, found: Found, today: date) -> None:
        phone, draw = self.oblast.folk[seat], self.chance[seat.name]
        phone.forget()
        if draw.randrange(100) < MISTAKEN:
            await draw.choice((phone.sends_sticker, phone.sends_voice, phone.sends_contact))()
            await phone.hears(PATIENCE)
        promised = f" {found.promised_on:%d.%m}" if found.promised_on else ""
        outcome = BOOK.outcomes[found.outcome]
        why = " транспорт" if outcome.why else ""
        await phone.says(f"{number} {outcome.short[0]}{promised}{why}")
        saved = await _answered(phone, number)
        if saved:
            unattended = self.attendance.is_unattended(municipality_of(number), today)
            self.ledger.add(Visit(number, today, found.outcome, found.promised_on, seat, unattended))
            if any(word in saved.string for word in ELSEWHERE):
                self.elsewhere.add(number)


def said_since(said: dict[int, ChatMessage], count: int) -> list[ChatMessage]:
    """All messages of a chat but the first so many; most have no other."""
    return list(said.values())[count:] if len(said) > count else []


async def _hears(phone: Person, beginning: str) -> ChatMessage:
    """The next message that begins so: somebody else's news may come in between."""
    while not (said := await phone.hears(PATIENCE)).text.startswith(beginning):
        pass
    return said


async def _answered(phone: Person, number: str) -> re.Match[str] | None:
    """Through the questions of a report to its receipt; None when the bot says that the case is not theirs now."""
    for _ in range(ROUNDS):
        said = await phone.hears(PATIENCE)
        if saved := SAVED.search(said.text):
            assert saved.group(2) == number
            return saved
        if label := _tapped(said.labels):
            await phone.taps(label, said)
        elif "Няма такъв случай" in said.text:
            return None
    raise AssertionError(f"{phone.name} came to no receipt for {number}: {phone.last.text!r}")


def _tapped(labels: list[str]) -> str:
    """The shortest way on from a question of a report; empty for what is none."""
    for way_on in ("Запази", "Готово"):
        if way_on in labels:
            return way_on
    if "По-късно" not in labels:
        return ""
    return "Пропусни" if labels[0] == "Пропусни" else labels[0]
