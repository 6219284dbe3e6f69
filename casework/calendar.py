"""Working days of Bulgaria, and what a moment is called where the team stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5
VACATIONS = (
    ("autumn", date(2026, 10, 30), date(2026, 11, 2)),
    ("Christmas", date(2026, 12, 24), date(2027, 1, 3)),
    ("between the terms", date(2027, 1, 30), date(2027, 2, 1)),
    ("spring", date(2027, 4, 24), date(2027, 5, 3)),
)
"""Of schools, 2026/27, both days included. None of the four is confirmed, all are (P): the minister's order for this
school year was sought twice on 29 November 2026 and not found. They follow the confirmed ones of 2025/26 (31.10-3.11,
24.12-4.1, 31.1-2.2, 4-13.4 around Easter, as mediapool.bg and bnr.bg reported on 27 August 2025)."""


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BG", years=(year,)))


class WorkingDays:
    """Monday to Friday without public holidays, corrected by days the government swapped."""

    def __init__(self, *, free: Iterable[date] = (), worked: Iterable[date] = ()) -> None:
        self._free = frozenset(free)
        self._worked = frozenset(worked)

    def is_working(self, day: date) -> bool:
        if day in self._worked:
            return True
        return day.weekday() < SATURDAY and day not in self._free and day not in _public_holidays(day.year)

    def is_holiday(self, day: date) -> bool:
        """A day off that is no weekend by itself: a public holiday, or one that was made free."""
        return day not in self._worked and (day in self._free or day in _public_holidays(day.year))

    def without(self, free: Iterable[date]) -> WorkingDays:
        """The same, with more days off."""
        return WorkingDays(free=self._free.union(free), worked=self._worked.difference(free))

    def on_or_after(self, day: date) -> date:
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days there are, both days included."""
        return sum(self.is_working(first + timedelta(days=n)) for n in range((last - first).days + 1))

    def add(self, day: date, working_days: int) -> date:
        """The day `working_days` (0 or more) working days after `day`; `day` itself is not counted."""
        for _ in range(working_days):
            day = self.on_or_after(day + timedelta(days=1))
        return day


def days(first: date, last: date) -> Iterator[date]:
    """Both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the local day begins."""
    return datetime.combine(day, time(), zone)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def part_of_day(moment: datetime, zone: ZoneInfo) -> str:
    """`morning` before 12, `afternoon` before 18, then `evening`."""
    hour = moment.astimezone(zone).hour
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
