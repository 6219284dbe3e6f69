"""What was done in the season, as its people remember it: the only thing that the plain re-computation knows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from tests.season.oblast import Seat


@dataclass(frozen=True)
class Visit:
    number: str
    day: date
    outcome: str
    promised_on: date | None
    by: Seat
    unattended: bool
    """Whether the municipality's coordinator was away, and nobody stood in for them."""


@dataclass(frozen=True)
class Answer:
    """Of an institution, to what a measure asked of it."""

    number: str
    day: date
    measure: str
    code: str
    unattended: bool
    """As for a visit."""


@dataclass(frozen=True)
class Postponed:
    number: str
    day: date
    reason: str


@dataclass(frozen=True)
class Checked:
    """What the school said of an enrolled child; `absent` days of the month."""

    number: str
    day: date
    code: str
    absent: int


Deed = Visit | Answer | Postponed | Checked


@dataclass
class Ledger:
    """By the number of the case, in the order in which it happened."""

    deeds: dict[str, list[Deed]] = field(default_factory=lambda: defaultdict(list))

    def add(self, deed: Deed) -> None:
        self.deeds[deed.number].append(deed)

    def count(self, kind: type[Deed]) -> int:
        return sum(isinstance(deed, kind) for deeds in self.deeds.values() for deed in deeds)

    def outcomes(self) -> list[str]:
        """Of all visits."""
        return [deed.outcome for deeds in self.deeds.values() for deed in deeds if isinstance(deed, Visit)]
