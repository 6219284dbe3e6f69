"""When a week is told, which weeks it is compared with, and what follows from their figures."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework import catalogue, hours, weekly
from casework.calendar import WorkingDays
from casework.charts import Week
from casework.hours import Hours, Usual
from casework.weekly import Figures

BOOK = catalogue.load()
MONDAY = date(2026, 11, 23)


def told_in(monday: date, calendar: WorkingDays) -> list[int]:
    times = hours.times(Usual(), calendar, ZoneInfo("Europe/Sofia"), Hours())
    days = (monday + timedelta(days=n) for n in range(7))
    return [day.isoweekday() for day in days if times.is_last_own_day_of_week(day)]


@pytest.mark.parametrize(
    ("monday", "calendar", "days"),
    [
        (MONDAY, WorkingDays(), [5]),
        (MONDAY, WorkingDays(free=[date(2026, 11, 27)]), [4]),
        (MONDAY, WorkingDays(free=[date(2026, 11, 26), date(2026, 11, 27)]), [3]),
        (MONDAY, WorkingDays(worked=[date(2026, 11, 28)]), [6]),
        # Good Friday of 2026.
        (date(2026, 4, 6), WorkingDays(), [4]),
        (MONDAY, WorkingDays(free=[MONDAY + timedelta(days=n) for n in range(5)]), []),
    ],
)
def test_a_week_is_told_on_its_last_working_day(monday: date, calendar: WorkingDays, days: list[int]) -> None:
    assert told_in(monday, calendar) == days


def test_every_week_of_two_years_is_told_once_at_most() -> None:
    for n in range(104):
        monday = date(2026, 1, 5) + timedelta(weeks=n)
        working = any(WorkingDays().is_working(monday + timedelta(days=day)) for day in range(7))
        assert len(told_in(monday, WorkingDays())) == int(working)


def test_the_weeks_are_that_of_a_year_ago_and_the_last_ones_up_to_the_day() -> None:
    ago, first, *_between, before, now = weekly.weeks(date(2026, 11, 27))
    assert ago == Week(date(2025, 11, 24), date(2025, 11, 30))
    assert ago.first.weekday() == 0
    assert first == Week(date(2026, 10, 5), date(2026, 10, 11))
    assert before == Week(date(2026, 11, 16), date(2026, 11, 22))
    assert now == Week(MONDAY, date(2026, 11, 27))
    assert len(weekly.weeks(MONDAY)) == weekly.DRAWN + 1


def test_a_median_is_one_of_the_days_and_nothing_without_any() -> None:
    assert Figures(first_days=(1, 3, 4, 9)).median_days == 3
    assert Figures().median_days is None
    assert (Figures().is_empty, Figures(kept=1).is_empty) == (True, False)


@pytest.mark.parametrize(
    ("now", "before", "arrow"), [(2, 1, "↑"), (1, 2, "↓"), (1, 1, "="), (None, 1, ""), (1, None, "")]
)
def test_an_arrow_needs_both_weeks(now: int | None, before: int | None, arrow: str) -> None:
    assert weekly.trend(now, before) == arrow


def test_who_brought_more_back_is_named_first() -> None:
    assert weekly.ranked(["Лидия", "Мила", "Иван", "Мила"]) == ("Мила", "Лидия", "Иван")


def test_somebody_was_met_where_the_catalogue_asks_whom() -> None:
    assert weekly.met(BOOK, {"O20": 4, "O11": 2, "O10": 1, "old": 3}) == 3
