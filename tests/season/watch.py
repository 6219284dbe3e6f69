"""Who was told what and when: one message a morning, one an evening, to the right person, none on a free day.

What a newcomer gets wrong: only what the clock brings is counted here; answers and news that somebody's own tap brings
come in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL
from sandbox.messages import ChatMessage
from tests.bot.conftest import World
from tests.season import plain
from tests.season.oblast import LETTERS, Oblast, Seat
from tests.season.players import NUMBER, Field


@dataclass
class Watch:
    world: World
    oblast: Oblast
    doors: Field
    complaints: list[str] = field(default_factory=list)
    mornings: int = 0
    digests: int = 0

    async def night(self, at: datetime) -> None:
        for seat, message in await self._rung(at):
            self._complain(at, seat, message, "at night")

    async def morning(self, at: datetime) -> None:
        told = await self._rung(at)
        self.mornings += len(told)
        if not plain.works(at.date()):
            for seat, message in told:
                self._complain(at, seat, message, "on a free day")
        self._once(at, told)
        for seat, message in told:
            self._theirs(at, seat, message)
            if seat.team:
                self.doors.crews[seat.team].hears(message.text, at.date())
                await self.doors.postpones(seat, "\n".join(message.labels), at.date())

    async def evening(self, at: datetime) -> None:
        told = await self._rung(at)
        self.digests += len(told)
        self._once(at, told)
        for seat, message in told:
            if seat.role not in (MUNICIPAL, REGIONAL):
                self._complain(at, seat, message, "no coordinator")

    async def _rung(self, at: datetime) -> list[tuple[Seat, ChatMessage]]:
        """What has come to each since the clock was moved there."""
        world = self.world.sandbox.world
        before = {seat: len(world.chats[phone.id].messages) for seat, phone in self.oblast.folk.items()}
        world.clock.move_to(at)
        await self.world.rung()
        return [
            (seat, message)
            for seat, phone in self.oblast.folk.items()
            for message in list(world.chats[phone.id].messages.values())[before[seat] :]
            if message.from_bot
        ]

    def _once(self, at: datetime, told: list[tuple[Seat, ChatMessage]]) -> None:
        heard: set[Seat] = set()
        for seat, message in told:
            if seat in heard:
                self._complain(at, seat, message, "a second message")
            heard.add(seat)

    def _theirs(self, at: datetime, seat: Seat, message: ChatMessage) -> None:
        """Only cases of their own team or municipality."""
        municipality = self.oblast.teams[seat.team].municipality if seat.team else seat.municipality
        for number in NUMBER.findall(message.text):
            if municipality and number.split("-")[0] != LETTERS[municipality]:
                self._complain(at, seat, message, "of another municipality")
        if not NUMBER.search(message.text) and seat.role in (MEMBER, LEADER):
            self._complain(at, seat, message, "about nothing")

    def _complain(self, at: datetime, seat: Seat, message: ChatMessage, why: str) -> None:
        self.complaints.append(f"{at:%d.%m %H:%M} {seat.name}: {why}: {message.text[:100]!r}")

    def complained(self) -> None:
        assert self.complaints == [], "\n".join(self.complaints[:20])

    def figures(self) -> str:
        return f"{self.mornings} mornings, {self.digests} digests"
