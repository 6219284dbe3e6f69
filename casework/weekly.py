"""The week of a coordinator as data: what was done against the week before and a year ago, what stands still, whom to
thank.

What a newcomer gets wrong: weeks go from Monday to Sunday, the present one only to the day on which it is told; a year
ago is 52 weeks, so that the same weekdays are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from casework.catalogue import Catalogue
from casework.charts import Week

DRAWN = 8
"""So many weeks in the picture."""
A_YEAR = timedelta(weeks=52)


def weeks(day: date) -> tuple[Week, ...]:
    """The week of a year ago, then the last `DRAWN` ones up to the day."""
    monday = day - timedelta(days=day.weekday())
    before = [_from(monday - timedelta(weeks=n)) for n in range(DRAWN - 1, 0, -1)]
    return (_from(monday - A_YEAR), *before, Week(monday, day))


def _from(monday: date) -> Week:
    return Week(monday, monday + timedelta(days=6))


@dataclass(frozen=True)
class Figures:
    """What a week brought. `promised`: cases with a promise for one of its days, of which `kept` came to school in it.
    `first_days`: of each case that was first visited in it, how many days after it had come."""

    visits: int = 0
    met: int = 0
    """Visits at which somebody was there."""
    returned: int = 0
    retained: int = 0
    promised: int = 0
    kept: int = 0
    first_days: tuple[int, ...] = ()

    @property
    def median_days(self) -> int | None:
        """One of them, so a whole number."""
        return median_low(self.first_days) if self.first_days else None

    @property
    def is_empty(self) -> bool:
        return self == Figures()


@dataclass(frozen=True)
class Weekly:
    week: Week
    now: Figures
    before: Figures
    ago: Figures | None
    """A year ago; None when nothing is known of it."""
    outcomes: dict[tuple[int, str], int]
    """Visits by place of the week among `weeks` and by outcome, without those of a year ago."""
    overdue: int
    overdue_before: int | None
    """A week ago, as the digest of then said."""
    idle: tuple[str, ...]
    """Teams with open cases that made no visit."""
    thanked: tuple[str, ...]
    """Who had been there last before a child came back, most often first."""


def met(book: Catalogue, outcomes: dict[str, int]) -> int:
    """How many of these visits found somebody. A code that is no longer in the catalogue says nothing."""
    return sum(n for code, n in outcomes.items() if code in book.outcomes and book.outcomes[code].meets)


def ranked(names: Sequence[str]) -> tuple[str, ...]:
    """Each once, most often first, else as they came."""
    return tuple(sorted(dict.fromkeys(names), key=lambda name: -names.count(name)))


def trend(now: int | None, before: int | None) -> str:
    """An arrow; empty where one of them is not known."""
    if now is None or before is None:
        return ""
    return "↑" if now > before else "↓" if now < before else "="
