"""Who was told what and when: one message a morning, one an evening, to the right person, none on a free day.

What a newcomer gets wrong: only what the clock brings is counted here; answers and news that somebody's own tap brings
come in between.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from casework import numbers
from casework.records import MEMBER, MUNICIPAL, REGIONAL
from sandbox.messages import ChatMessage
from storage.database import Row
from tests.bot.conftest import World
from tests.season import plain
from tests.season.oblast import Oblast, Seat
from tests.season.players import NUMBER, PATIENCE, Field, said_since

OVERDUE = re.compile(r"^• ([А-Я]{2}-\d{3,4}), [^·\n]* · (\S+) · (\d+) (?:ден|дни)", re.MULTILINE)
BACK = re.compile(r"^• ([А-Я]{2}-\d{3,4}), .* Следва: няма отговор", re.MULTILINE)
FOR_TODAY = re.compile(r"^• [^,:\n]+: ((?:[А-Я]{2}-\d{3,4}(?: \(обещание\))?(?:, )?)+)", re.MULTILINE)


EARLIER = timedelta(minutes=45)
"""Before the hour of the morning's message."""


@dataclass(frozen=True)
class Before:
    """A case in the morning, before the clock was moved."""

    team: str
    municipality: str
    due_on: date
    postponed: int


@dataclass
class Watch:
    world: World
    oblast: Oblast
    doors: Field
    complaints: list[str] = field(default_factory=list)
    mornings: int = 0
    digests: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    """The cases as the clock found them in the morning."""
    told: set[str] = field(default_factory=set)
    away: set[Seat] = field(default_factory=set)
    """Who is away, or was and has seen no working morning since."""
    silent: dict[Seat, int] = field(default_factory=dict)
    """How much had been said to each of those who are away now when they left."""
    back: set[str] = field(default_factory=set)
    """What has come back to its team this very morning, because its institution is silent."""

    @cached_property
    def ever_away(self) -> list[Seat]:
        """Once in the season."""
        return [seat for seat in self.oblast.folk if self.doors.attendance.leave(seat)]

    async def night(self, at: datetime) -> None:
        for seat, message in await self._rung(at):
            self._complain(at, seat, message, "at night")

    async def morning(self, at: datetime) -> None:
        await self._welcome(at - EARLIER)
        await self._remember()
        told = await self._rung(at)
        self.mornings += len(told)
        if not plain.works(at.date()):
            for seat, message in told:
                self._complain(at, seat, message, "on a free day")
        self._once(at, told)
        self.back = {number for _seat, message in told for number in BACK.findall(message.text)}
        for seat, message in told:
            self._theirs(at, seat, message)
            if seat.team:
                self.doors.crews[seat.team].hears(message.text, at.date())
                await self.doors.postpones(seat, "\n".join(message.labels), at.date())

    async def _welcome(self, at: datetime) -> None:
        """Whoever was away gets what waited for them alone, before the morning's message; nobody else is told."""
        back = {seat for seat in self.away if not self.doors.attendance.is_away(seat, at.date())}
        if back:
            for seat, message in await self._rung(at):
                if seat not in back or not plain.works(at.date()):
                    self._complain(at, seat, message, "before the morning's message")
        if plain.works(at.date()):
            self.away -= back
        self.away |= set(self.silent)

    async def at_work(self, at: datetime) -> None:
        """Before anybody has done anything: all that the day brings has been told in the morning."""
        for seat, message in await self._rung(at):
            self._complain(at, seat, message, "a second time on one day")

    async def evening(self, at: datetime) -> None:
        told = await self._rung(at)
        self.digests += len(told)
        self._once(at, told)
        for seat, message in told:
            if seat.role not in (MUNICIPAL, REGIONAL):
                self._complain(at, seat, message, "no coordinator")
            if not plain.works(at.date()):
                self._complain(at, seat, message, "a digest of a free day")

    async def _rung(self, at: datetime) -> list[tuple[Seat, ChatMessage]]:
        """What has come to each since the clock was moved there."""
        world = self.world.sandbox.world
        before = {seat: len(said) for seat, said in self.oblast.chats.items()}
        self._silence(at, before)
        world.clock.move_to(at)
        async with asyncio.timeout(PATIENCE):
            await self.world.app.schedule.rung.wait()
        await self.world.settled()
        return [
            (seat, message)
            for seat, said in self.oblast.chats.items()
            for message in said_since(said, before[seat])
            if message.from_bot
        ]

    def _silence(self, at: datetime, said: dict[Seat, int]) -> None:
        """To whoever is away nothing has been said since they left, whatever others did meanwhile."""
        away = {seat for seat in self.ever_away if self.doors.attendance.is_away(seat, at.date())}
        for seat in away:
            if said[seat] != self.silent.setdefault(seat, said[seat]):
                last = list(self.oblast.chats[seat].values())[-1]
                self._complain(at, seat, last, "to somebody who is away")
        self.silent = {seat: count for seat, count in self.silent.items() if seat in away}

    def _once(self, at: datetime, told: list[tuple[Seat, ChatMessage]]) -> None:
        heard: set[Seat] = set()
        for seat, message in told:
            if seat in heard:
                self._complain(at, seat, message, "a second message")
            heard.add(seat)

    def _theirs(self, at: datetime, seat: Seat, message: ChatMessage) -> None:
        """Each case stands in one message of a morning, of somebody whose turn it is by now."""
        today = at.date()
        for number, team, days in OVERDUE.findall(message.text):
            case = self._before(number)
            late = plain.working_days_late(case.due_on, today)
            if number in self.told or team != case.team or int(days) != (today - case.due_on).days:
                self._complain(at, seat, message, f"{number} told twice or wrongly ({case})")
            if not self._is_turn(at, seat, case, late):
                self._complain(at, seat, message, f"{number} is not their turn ({case})")
            self.told.add(number)
        for line in FOR_TODAY.findall(message.text):
            for number in NUMBER.findall(line):
                case = self._before(number)
                if number in self.back:
                    continue
                if number in self.told or plain.moved(case.due_on) != today or case.team != seat.team:
                    self._complain(at, seat, message, f"{number} is not for today ({case})")
                self.told.add(number)

    def _is_turn(self, at: datetime, seat: Seat, case: Before, late: int) -> bool:
        """By the ladder of the issue: the team, then +1, +3 and +7 working days; a rung sooner at the limit."""
        at_limit = case.postponed >= 2
        match seat.role:
            case "leader" | "member":
                return seat.team == case.team and late >= (0 if seat.role == MEMBER else 1)
            case "coordinator":
                return seat.municipality == case.municipality and late >= (1 if at_limit else 3)
            case "region":
                stands_in = self._stands_in(seat, case.municipality, at.date())
                return late >= (1 if at_limit else 3) if stands_in else late >= (3 if at_limit else 7)
        return False

    def _stands_in(self, seat: Seat, municipality: str, today: date) -> bool:
        return any(
            whose.municipality == municipality and told == seat and self.doors.attendance.is_away(whose, today)
            for whose, told in self.doors.attendance.deputies.items()
        )

    def _before(self, number: str) -> Before:
        row = self.rows[number]
        return Before(row["team"] or "", row["municipality"], date.fromisoformat(row["due_on"]), row["postponed"])

    async def _remember(self) -> None:
        """How the cases stood before the clock was moved."""
        rows = await self.world.app.database.glance().rows(
            "SELECT c.prefix, c.running, c.municipality, c.due_on, c.postponed, c.status, t.name AS team "
            "FROM child_case c LEFT JOIN team t ON t.id = c.team_id"
        )
        self.told = set()
        self.rows = {numbers.write(row["prefix"], row["running"]): row for row in rows if row["due_on"]}
        closed = {code for code, status in plain.BOOK["statuses"].items() if status.get("closed")}
        self.complaints += [
            f"{row['running']} owes nothing" for row in rows if not row["due_on"] and row["status"] not in closed
        ]

    def _complain(self, at: datetime, seat: Seat, message: ChatMessage, why: str) -> None:
        self.complaints.append(f"{at:%d.%m %H:%M} {seat.name}: {why}: {message.text[:100]!r}")

    def complained(self) -> None:
        assert self.complaints == [], "\n".join(self.complaints[:20])

    def figures(self) -> str:
        return f"{self.mornings} mornings, {self.digests} digests, {len(self.doors.attendance.deputies)} absences"
