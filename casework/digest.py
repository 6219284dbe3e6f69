"""The coordinator's day as data: what was done, what is overdue, and what changed since the last digest."""

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
class Standing:
    """The figures of one day's digest."""

    day: date
    visits: int
    overdue: int


@dataclass(frozen=True)
class DayFacts:
    """What the storage knows about a coordinator's area on one day."""

    day: date
    done: tuple[Done, ...]
    overdue: int
    longest: tuple[Case, ...]
    """Of the overdue ones those that are shown, the oldest first."""
    before: Standing | None
    """The last digest; None when this is the first."""
    open_cases: int
    visited_cases: int
    without_owner: int = 0
    """Overdue cases with nobody below the region who could be told."""
    reasons: tuple[str, ...] = ()
    """Why steps were late, as often as it was said."""
    muted: int = 0
    """Overdue cases of which the coordinator wants no alerts."""


@dataclass(frozen=True)
class Digest:
    day: date
    teams: tuple[tuple[str, int], ...]
    """Visits by team, most first."""
    outcomes: tuple[tuple[str, int], ...]
    visits: int
    overdue: int
    longest: tuple[Case, ...]
    before: Standing | None
    visited_percent: int
    without_owner: int = 0
    lateness: tuple[tuple[str, int], ...] = ()
    """Why steps were late, most first."""
    muted: int = 0


def build(facts: DayFacts) -> Digest | None:
    """None when there is nothing to say: no visit, nothing overdue and nothing postponed."""
    if not facts.done and not facts.overdue and not facts.reasons:
        return None
    share = round(100 * facts.visited_cases / facts.open_cases) if facts.open_cases else 0
    return Digest(
        facts.day,
        _ranked(done.team for done in facts.done),
        _ranked(done.outcome for done in facts.done),
        len(facts.done),
        facts.overdue,
        facts.longest,
        facts.before,
        share,
        facts.without_owner,
        _ranked(facts.reasons),
        facts.muted,
    )


def _ranked(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(names)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
