"""Who is at work on which day: the one place where the players and the desks ask for it.

What a newcomer gets wrong: the answer hangs on nothing but the seed, the person and the day, so it is the same whoever
asks, and how often. Whoever is to be away from one day to another is to be away here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from tests.season.oblast import Seat

ILL = 4
"""Of a hundred days."""


@dataclass(frozen=True)
class Attendance:
    seed: int

    def is_here(self, seat: Seat, today: date) -> bool:
        return random.Random(f"{self.seed}:{seat.name}:{today}").randrange(100) >= ILL
