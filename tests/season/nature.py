"""What is behind each door: drawn anew at each visit, in the proportions that were reported.

Ruse in 2017/18: of 6,888 visits 1,541 found the family abroad, 566 its whereabouts unknown, and 468 ended with an
enrolment; Kyustendil in 2026: 73 of 100 were not found; of a hundred who return, 65 stay (116,000 and 75,000
nationally). What a newcomer gets wrong: nobody in the season looks into this file's answers but the one who stands at
the door.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ABROAD, UNKNOWN, ENROLLED = "abroad", "whereabouts unknown", "enrolled"
REPORTED = {ABROAD: 100 * 1541 / 6888, UNKNOWN: 100 * 566 / 6888, ENROLLED: 100 * 468 / 6888}
"""Of a hundred visits in Ruse."""
CALLED = {"O22": ABROAD, "O23": ABROAD, "O24": UNKNOWN, "O10": ENROLLED}
FOUND = {
    "O23": 18, "O22": 4, "O24": 8, "O20": 16, "O21": 14, "O25": 12, "O10": 6, "O11": 6, "O12": 3, "O13": 3, "O14": 3,
    "O30": 1, "O31": 1, "O32": 1, "O40": 4,
}  # fmt: skip
"""Of a hundred visits, by the codes of the catalogue; the first six found nobody."""
LEADS_TO = {
    "O11": ("O10", "O10", "O11"), "O12": ("O11", "O12"), "O13": ("O13",), "O20": ("O20",), "O21": ("O21", "O22"),
    "O22": ("O23",), "O25": ("O25", "O24"),
}  # fmt: skip
"""What the next visit finds where nothing else has come in between."""
AS_BEFORE = 30
"""Of a hundred visits after another one."""
STAYS = 65


@dataclass(frozen=True)
class Found:
    """What a member writes: the outcome by its code, and the promised day."""

    outcome: str
    promised_on: date | None = None


@dataclass
class Child:
    draw: random.Random
    stays: bool
    leaves_at: int
    """The check at which one who does not stay is gone, from 0."""
    asked_after: int = 0
    last: str = ""
    """What the last visit found."""

    def visited(self, today: date) -> Found:
        is_as_before = self.last in LEADS_TO and self.draw.randrange(100) < AS_BEFORE
        self.last = self.draw.choice(LEADS_TO[self.last]) if is_as_before else drawn_from(FOUND, self.draw)
        return Found(self.last, today + timedelta(days=self.draw.randint(3, 14)) if self.last == "O11" else None)

    def attends(self) -> tuple[str, int]:
        """What the school knows on the day of a check: the answer by its code, and how many days were missed."""
        self.asked_after += 1
        if not self.stays and self.asked_after > self.leaves_at:
            self.stays = self.draw.randrange(100) < STAYS
            return self.draw.choice((("C30", 0), ("C20", 5)))
        return self.draw.choice((("C10", 0), ("C10", 0), ("C10", 0), ("C20", 1)))


def drawn_from(shares: dict[str, int], draw: random.Random) -> str:
    return draw.choices(list(shares), list(shares.values()))[0]


def drawn(draw: random.Random) -> Child:
    """One child, with a stream of its own."""
    return Child(draw, draw.randrange(100) < STAYS, draw.randrange(5))


def shares(outcomes: Iterable[str]) -> dict[str, float]:
    """Of a hundred visits that ended so, those that are called as `REPORTED` calls them."""
    counts = Counter(CALLED.get(outcome, "") for outcome in outcomes)
    return {name: 100 * counts[name] / counts.total() for name in REPORTED}
