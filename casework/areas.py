"""The figures of a day by municipality and team: what is open, what is overdue, what was visited this week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Figures:
    """Cases, each once: open ones, those of them that are overdue, and those visited since Monday."""

    open: int = 0
    overdue: int = 0
    visited: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(self.open + other.open, self.overdue + other.overdue, self.visited + other.visited)


@dataclass(frozen=True)
class Area:
    """The cases of one team, or with team 0 those that none has. What has left them all has no municipality."""

    municipality: str
    team_id: int
    team: str
    figures: Figures


def week_begins(today: date) -> date:
    return today - timedelta(days=today.weekday())


def by_municipality(areas: Sequence[Area]) -> list[tuple[str, Figures]]:
    """In the order in which they come; one without a name only while it has cases."""
    sums: dict[str, Figures] = {}
    for one in areas:
        sums[one.municipality] = sums.get(one.municipality, Figures()) + one.figures
    return [(place, figures) for place, figures in sums.items() if place or figures.open]
