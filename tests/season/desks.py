"""Institutions, and coordinators who stand in for them: they answer some days later, late, or never.

What a newcomer gets wrong: of several people of one institution all are told; whoever answers second is told so, and
nothing of theirs counts.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from casework import catalogue
from sandbox import Person
from sandbox.messages import ChatMessage
from tests.season.attendance import Attendance
from tests.season.chance import Chance
from tests.season.ledger import Answer, Checked, Ledger
from tests.season.nature import Child
from tests.season.oblast import Oblast, Seat, municipality_of
from tests.season.players import PATIENCE, said_since

BOOK = catalogue.load()
ASKED = re.compile(r"^([А-Я]{2}-\d{3,4}), [^:\n•]+: (.+)$", re.MULTILINE)
AFTER = re.compile(r"^• ([А-Я]{2}-\d{3,4}), [^·\n]* · \d+ (?:ден|дни) след записването", re.MULTILINE)
ANSWER, SKIP = "Отговори", "Пропусни"
NEVER, ACCEPTS = 12, 30
"""Of a hundred referrals: those left lying, and those accepted first."""
WITHIN = {"I43": (0, 1)}
"""Days until the answer; of all others between 1 and 25."""
LIKELY = {
    "I30": ("A22", "A22", "A22", "A21", "A20", "A10"), "I50": ("A22", "A22", "A22", "A21", "A20", "A10"),
    "I43": ("A23",), "I70": ("A22", "A22", "A20", "A10"),
}  # fmt: skip
"""What is answered; by all others "done", or that they cannot help."""


@dataclass(frozen=True)
class Lying:
    """What lies on somebody's desk until its day."""

    seat: Seat
    number: str
    measure: str
    message: ChatMessage
    on: date


@dataclass
class Desks:
    oblast: Oblast
    children: dict[str, Child]
    ledger: Ledger
    chance: Chance
    """By the number of the case."""
    attendance: Attendance
    lying: list[Lying] = field(default_factory=list)
    read: dict[Seat, int] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    register: list[Lying] = field(default_factory=list)
    """The children a school was asked about and has not answered for."""
    answered: dict[str, int] = field(default_factory=dict)
    """The last message of the chat when a school had answered for a child: lists up to it ask no more."""

    def __post_init__(self) -> None:
        self.measures = {one.label("bg"): code for code, one in BOOK.measures.items()}

    def read_all(self, today: date) -> None:
        """Whatever has come since they looked last."""
        for seat, said in self.oblast.chats.items():
            if seat.team:
                continue
            for message in said_since(said, self.read.get(seat, 0)):
                self._asked_after(seat, message, today)
                self._asked(seat, message, today)
            self.read[seat] = len(said)

    def _asked(self, seat: Seat, message: ChatMessage, today: date) -> None:
        found = ASKED.search(message.text) if message.from_bot and "Не е за нас" in message.labels else None
        if not found or found.group(2) not in self.measures:
            return
        number, draw = found.group(1), self.chance[found.group(1)]
        if draw.randrange(100) >= NEVER:
            on = today + timedelta(days=draw.randint(*WITHIN.get(seat.institution, (1, 25))))
            self.lying.append(Lying(seat, number, self.measures[found.group(2)], message, on))

    def _asked_after(self, seat: Seat, message: ChatMessage, today: date) -> None:
        """One person of each school looks after it; some children only after some days."""
        if seat.institution == "I10" and seat.name.endswith(" 0"):
            open_ = (one for one in AFTER.findall(message.text) if message.id > self.answered.get(one, 0))
            for number in open_:
                self.register = [one for one in self.register if one.number != number]  # called to mind again
                late = self.chance[number].choice((0, 0, 0, 1, 2, 6))
                self.register.append(Lying(seat, number, "", message, today + timedelta(days=late)))

    def _taken(self, pile: list[Lying], today: date) -> list[Lying]:
        """Off the pile: whatever is due, of those who are here."""
        taken = [one for one in pile if one.on <= today and self.attendance.is_here(one.seat, today)]
        left = {id(one) for one in pile} - {id(one) for one in taken}
        pile[:] = [one for one in pile if id(one) in left]
        return taken

    async def schools(self, today: date) -> None:
        """Each school taps through its children, one after the other."""
        own: dict[Seat, list[Lying]] = {}
        for one in self._taken(self.register, today):
            own.setdefault(one.seat, []).append(one)
        await asyncio.gather(*(self._taps_through(asked, today) for asked in own.values()))

    async def _taps_through(self, asked: list[Lying], today: date) -> None:
        for one in asked:
            phone = self.oblast.folk[one.seat]
            code, absent = self.children[one.number].attends()
            wanted = f"{one.number.split('-')[1].lstrip('0')}: {BOOK.checks[code].label('bg')}"
            now = phone.world.chats[phone.id].messages[one.message.id]
            label = next(
                (text for text in now.labels if text in (wanted, f"{one.number}: {wanted.split(': ')[1]}")), ""
            )
            if not label:
                continue
            phone.forget()
            await phone.taps(label, one.message)
            said = await phone.hears(PATIENCE)
            if BOOK.checks[code].counts and "3" in said.labels:
                await phone.says(str(absent))
                said = await phone.hears(PATIENCE)
            if f"✓ {one.number}: {BOOK.checks[code].label('bg')}" in said.text:
                self.ledger.add(Checked(one.number, today, code, absent))
                self.answered[one.number] = max(phone.world.chats[phone.id].messages)

    async def day(self, today: date) -> None:
        """One answer to a case at a time, so that the ledger knows which came first."""
        due = self._taken(self.lying, today)
        while due:
            of_cases = {one.number: one for one in reversed(due)}
            now = {one.seat: one for one in of_cases.values()}
            await asyncio.gather(*(self._answers(one, today) for one in now.values()))
            due = [one for one in due if one not in now.values()]

    async def _answers(self, lying: Lying, today: date) -> None:
        phone, draw = self.oblast.folk[lying.seat], self.chance[lying.number]
        if draw.randrange(100) < ACCEPTS and "Приеми" in phone.world.chats[phone.id].messages[lying.message.id].labels:
            phone.forget()
            await phone.taps("Приеми", lying.message)
            await phone.hears(PATIENCE)
        institution = BOOK.measures[lying.measure].institution
        code = draw.choice(LIKELY.get(institution, ("A10", "A10", "A30")))
        if await _said(phone, lying, BOOK.answers[code].label("bg")):
            unattended = self.attendance.is_unattended(municipality_of(lying.number), today)
            self.ledger.add(Answer(lying.number, today, lying.measure, code, unattended))


async def _said(phone: Person, lying: Lying, label: str) -> bool:
    """Whether the answer was taken."""
    now = phone.world.chats[phone.id].messages[lying.message.id]
    if ANSWER not in now.labels:
        return False
    phone.forget()
    await phone.taps(ANSWER, lying.message)
    said = await phone.hears(PATIENCE)
    if label not in said.labels:
        return False
    await phone.taps(label, said)
    said = await phone.hears(PATIENCE)
    if SKIP in said.labels:
        await phone.taps(SKIP, said)
        said = await phone.hears(PATIENCE)
    return said.text.startswith("Записано.")
