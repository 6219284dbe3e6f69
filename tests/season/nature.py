"""What is behind each door: a script a child, drawn once, after what was reported.

Abroad and nobody at the address are most (Ruse 2017/18: 6,888 visits, 468 enrolled, 1,541 abroad, 566 unknown;
Kyustendil 2026: 73 of 100 not found); of a hundred who return, 65 stay (116,000 and 75,000 nationally).
Drawn so, more visits end abroad (48 %) and with an enrolment (11 %) than Ruse reported; those not found come to 79 %.
What a newcomer gets wrong: nobody in the season looks into this file's answers but the one who stands at the door.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

FATES = {
    "abroad": 8, "abroad, with papers": 35, "nobody": 24, "moved": 7, "no such address": 5, "enrols": 6,
    "promises": 4, "wavers": 2, "refuses": 2, "elsewhere": 2, "ill": 1, "no papers": 1, "at risk": 1,
}  # fmt: skip
"""How many of a hundred children."""
STAYS = 65
NOT_CARRIED_OUT = 4
"""Of a hundred visits: weather, access, safety."""


@dataclass(frozen=True)
class Found:
    """What a member writes: the outcome by its code, and the promised day."""

    outcome: str
    promised_on: date | None = None


@dataclass
class Child:
    fate: str
    draw: random.Random
    stays: bool
    leaves_at: int
    """The check at which one who does not stay is gone, from 0."""
    asked_after: int = 0
    doors: Iterator[Found] = field(init=False)
    today: date = date.min

    def __post_init__(self) -> None:
        self.doors = self._doors()

    def visited(self, today: date) -> Found:
        self.today = today
        if self.draw.randrange(100) < NOT_CARRIED_OUT:
            return Found("O40")
        return next(self.doors)

    def attends(self) -> tuple[str, int]:
        """What the school knows on the day of a check: the answer by its code, and how many days were missed."""
        self.asked_after += 1
        if not self.stays and self.asked_after > self.leaves_at:
            self.stays = self.draw.randrange(100) < STAYS
            return self.draw.choice((("C30", 0), ("C20", 5)))
        return self.draw.choice((("C10", 0), ("C10", 0), ("C10", 0), ("C20", 1)))

    def _doors(self) -> Iterator[Found]:
        match self.fate:
            case "abroad":
                for _ in range(self.draw.randint(1, 2)):
                    yield Found("O22")
            case "nobody":
                for _ in range(self.draw.randint(1, 2)):
                    yield Found("O20")
                yield Found(self.draw.choice(("O22", "O24", "O24", "O24", "O10")))
            case "promises":
                yield from self._promising()
            case "wavers":
                yield Found("O12")
                yield Found(self.draw.choice(("O10", "O13", "O12")))
            case "refuses":
                yield Found("O13")
                yield Found("O13")
            case _:
                yield Found(FIRST[self.fate])
        for _ in range(self.draw.randint(0, 1)):
            yield Found(LAST.get(self.fate, "O10"))
        while True:
            yield Found("O10" if self.draw.randrange(10) == 0 else "O23")

    def _promising(self) -> Iterator[Found]:
        for _ in range(self.draw.randint(1, 2)):
            yield Found("O11", self.today + timedelta(days=self.draw.randint(3, 14)))


FIRST = {
    "abroad, with papers": "O23", "moved": "O21", "no such address": "O25", "enrols": "O10", "elsewhere": "O14",
    "ill": "O30", "no papers": "O31", "at risk": "O32",
}  # fmt: skip
LAST = {
    "abroad": "O23",
    "abroad, with papers": "O23",
    "nobody": "O24",
    "refuses": "O24",
    "moved": "O22",
    "elsewhere": "O10",
}


def drawn(draw: random.Random) -> Child:
    """One child, with a stream of its own."""
    fate = draw.choices(list(FATES), list(FATES.values()))[0]
    return Child(fate, draw, draw.randrange(100) < STAYS, draw.randrange(5))
