"""The coordinator's day as data: what was done, what is overdue, and what changed since yesterday."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from casework.records import Case


@dataclass(frozen=True)
class Done:
    """One saved visit of the day."""

    team: str
    outcome: str


@dataclass(frozen=True)
class DayFacts:
    """What the storage knows about a coordinator's area on one day."""

    day: date
    done: tuple[Done, ...]
    before: int
    """Visits saved on the last day that had any work."""
    overdue: tuple[Case, ...]
    """Oldest first."""
    overdue_before: int
    open_cases: int
    visited_cases: int
    without_owner: int = 0
    """Overdue cases with nobody below the region who could be told."""


@dataclass(frozen=True)
class Digest:
    day: date
    teams: tuple[tuple[str, int], ...]
    """Visits by team, most first."""
    outcomes: tuple[tuple[str, int], ...]
    change: int
    overdue: tuple[Case, ...]
    overdue_change: int
    visited_percent: int
    visits: int = 0
    without_owner: int = 0


def build(facts: DayFacts) -> Digest | None:
    """None when there is nothing to say: no visit and nothing overdue."""
    if not facts.done and not facts.overdue:
        return None
    share = round(100 * facts.visited_cases / facts.open_cases) if facts.open_cases else 0
    return Digest(
        facts.day,
        _ranked(done.team for done in facts.done),
        _ranked(done.outcome for done in facts.done),
        len(facts.done) - facts.before,
        facts.overdue,
        len(facts.overdue) - facts.overdue_before,
        share,
        len(facts.done),
        facts.without_owner,
    )


def _ranked(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(names)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
