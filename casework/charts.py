"""The figures behind the charts: weeks of a season, shares of its caseload, the pace that is needed, what is overdue.

What a newcomer gets wrong: a share is of all the cases the season had, the same for every week, so that a line only
rises; and only what was done in the season counts, so that it begins at nought.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from casework.calendar import WorkingDays
from casework.season import Period

AGES = (5, 10, 20)
"""Up to so many working days a step is late; what is later is an age of its own."""
OTHERS = ""
"""The code of all that are too few to be drawn apart."""


class Week(NamedTuple):
    """Both days are in it."""

    first: date
    last: date


def weeks(period: Period) -> tuple[Week, ...]:
    """From Monday to Sunday; the first and the last one as far as they are in the season."""
    found, day = [], period.first
    while day <= period.last:
        sunday = day + timedelta(days=6 - day.weekday())
        found.append(Week(day, min(sunday, period.last)))
        day = sunday + timedelta(days=1)
    return tuple(found)


def begun(of: Sequence[Week], today: date) -> int:
    """How many of them there are something to know of."""
    return sum(week.first <= today for week in of)


@dataclass(frozen=True)
class Course:
    """How a season went: how many cases it had, and by number of the week how many of them were visited for the first
    time in it and came back to school."""

    cases: int
    visited: Mapping[int, int]
    returned: Mapping[int, int]


def rising(by_week: Mapping[int, int], cases: int, until: int) -> tuple[float, ...]:
    """In percent of the cases, by the end of each of the first `until` weeks."""
    sums = accumulate(by_week.get(number, 0) for number in range(until))
    return tuple(100 * count / cases for count in sums) if cases else ()


def needed(done: Sequence[float], length: int) -> tuple[float | None, ...]:
    """The straight line from where the share stands now to all of them in the last of so many weeks."""
    steps = length - len(done)
    if not done or not steps:
        return ()
    now = done[-1]
    return (*(None for _week in done[:-1]), *(now + (100 - now) * step / steps for step in range(steps + 1)))


def a_day(open_cases: int, working_days: int) -> int:
    """How many a day, so that none is left at the end; there is a day at least."""
    return -(-open_cases // working_days)


class Part(NamedTuple):
    """One code and its counts, place by place."""

    code: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def parts(counts: Mapping[tuple[int, str], int], length: int, at_most: int) -> tuple[Part, ...]:
    """The counts of (place, code) by code, most first; beyond `at_most` they are the others, last."""
    totals: Counter[str] = Counter()
    for (_place, code), count in counts.items():
        totals[code] += count
    ranked = sorted(totals, key=lambda code: (-totals[code], code))
    # One alone is not called the others.
    told = ranked if len(ranked) <= at_most + 1 else ranked[:at_most]
    found = [Part(code, tuple(counts.get((place, code), 0) for place in range(length))) for code in told]
    rest = ranked[len(told) :]
    if rest:
        sums = (sum(counts.get((place, code), 0) for code in rest) for place in range(length))
        found.append(Part(OTHERS, tuple(sums)))
    return tuple(found)


@dataclass(frozen=True)
class TeamWeeks:
    """Of one team: how many of its cases are overdue, and its visits by number of the week. Visits without a team have
    an empty name."""

    name: str
    overdue: int
    visits: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.visits)


class Owed(NamedTuple):
    """So many cases owe this step since that day."""

    step: str
    due_on: date
    cases: int


def by_age(calendar: WorkingDays, owed: Iterable[Owed], today: date) -> dict[tuple[int, str], int]:
    """How many cases, by the number of their age in `AGES` (one more for what is later) and by step."""
    found: Counter[tuple[int, str]] = Counter()
    for one in owed:
        found[age(calendar, one.due_on, today), one.step] += one.cases
    return dict(found)


def age(calendar: WorkingDays, due_on: date, today: date) -> int:
    # A rest day makes nothing older.
    last = calendar.on_or_before(today)
    return next((n for n, days in enumerate(AGES) if calendar.add(due_on, days) >= last), len(AGES))
