"""Who is at work on which day: the one place where the players and the desks ask for it.

What a newcomer gets wrong: the answer hangs on nothing but the seed, the person and the day, so it is the same whoever
asks, and how often. Whoever is ill for a day tells nobody; whoever is away for longer has told the bot the day before.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from casework.records import LEADER, MEMBER, MUNICIPAL
from tests.season import plain
from tests.season.oblast import Seat

ILL = 4
"""Of a hundred days."""
GOES_AWAY = {MEMBER: 12, LEADER: 25, MUNICIPAL: 60}
"""Of a hundred people of each role: those who are away once in the season."""
LONGEST = 14


@dataclass(frozen=True)
class Leave:
    """Both days are included; it is told on the working day before the first."""

    told_on: date
    first: date
    last: date
    has_deputy: bool


@dataclass(frozen=True)
class Attendance:
    seed: int
    begun: date
    until: date
    deputies: dict[Seat, Seat | None] = field(default_factory=dict)
    """Who stands in for whoever has said that they will be away."""

    @cached_property
    def leaves(self) -> dict[Seat, Leave | None]:
        return {}

    def leave(self, seat: Seat) -> Leave | None:
        if seat not in self.leaves:
            self.leaves[seat] = self._drawn(seat)
        return self.leaves[seat]

    def _drawn(self, seat: Seat) -> Leave | None:
        draw = random.Random(f"{self.seed}:{seat.name}:away")
        if draw.randrange(100) >= GOES_AWAY.get(seat.role, 0):
            return None
        told_on = plain.moved(self.begun + timedelta(days=draw.randrange(20, (self.until - self.begun).days - 30)))
        first = told_on + timedelta(days=1)
        last = first + timedelta(days=draw.randrange(LONGEST))
        return Leave(told_on, first, last, draw.randrange(4) > 0)

    def is_away(self, seat: Seat, today: date) -> bool:
        leave = self.leave(seat)
        return leave is not None and leave.first <= today <= leave.last

    def is_unattended(self, municipality: str, today: date) -> bool:
        """Whether its coordinator is away, and nobody stands in for them."""
        alone = (seat for seat, deputy in self.deputies.items() if deputy is None)
        return any(seat.municipality == municipality and self.is_away(seat, today) for seat in alone)

    def is_here(self, seat: Seat, today: date) -> bool:
        if self.is_away(seat, today):
            return False
        return random.Random(f"{self.seed}:{seat.name}:{today}").randrange(100) >= ILL
