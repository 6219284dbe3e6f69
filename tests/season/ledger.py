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
    receipt: int
    by: Seat


@dataclass
class Ledger:
    """By the number of the case, in the order in which it happened."""

    deeds: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))

    def visited(self, visit: Visit) -> None:
        self.deeds[visit.number].append(visit)

    @property
    def visits(self) -> list[Visit]:
        return [deed for deeds in self.deeds.values() for deed in deeds if isinstance(deed, Visit)]
