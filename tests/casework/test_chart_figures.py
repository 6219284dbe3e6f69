"""The figures of the charts: weeks, shares that only rise, the pace that is needed, ages, and what is drawn apart."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, charts
from casework.calendar import WorkingDays
from casework.charts import AGES, OTHERS, Owed, Part
from casework.season import Period

CALENDAR = WorkingDays()
FIRST = date(2026, 8, 20)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
CODES = st.sampled_from(["visit", "mayor", "proof", "search", "office", "health"])


@given(DAYS, st.integers(1, 400), st.integers(-10, 500))
def test_every_day_of_a_season_is_in_one_week(first: date, length: int, so_far: int) -> None:
    period = Period(first, first + timedelta(days=length), first + timedelta(days=so_far))
    weeks = charts.weeks(period)
    days = [week.first + timedelta(days=n) for week in weeks for n in range((week.last - week.first).days + 1)]
    assert days == [first + timedelta(days=n) for n in range(length + 1)]
    assert all(week.first.weekday() == 0 for week in weeks[1:])
    assert all(week.last.weekday() == 6 for week in weeks[:-1])
    begun = charts.begun(weeks, period.today)
    assert [week.first <= period.today for week in weeks] == [n < begun for n in range(len(weeks))]


@given(st.dictionaries(st.integers(0, 43), st.integers(0, 9)), st.integers(0, 44))
def test_a_share_only_rises_and_ends_where_all_are_counted(by_week: dict[int, int], until: int) -> None:
    cases = sum(by_week.values()) + 1
    shares = charts.rising(by_week, cases, until)
    assert len(shares) == until
    assert list(shares) == sorted(shares)
    known = sum(count for week, count in by_week.items() if week < until)
    assert not shares or round(shares[-1] * cases / 100) == known


def test_without_cases_there_is_no_share() -> None:
    assert charts.rising({1: 3}, 0, 5) == ()


def test_the_pace_that_is_needed_goes_straight_to_all_of_them() -> None:
    assert charts.needed((10.0, 40.0), 5) == (None, 40.0, 60.0, 80.0, 100.0)
    assert charts.needed((), 5) == ()
    assert charts.needed((10.0, 40.0), 2) == ()


@given(st.integers(1, 5000), st.integers(1, 250))
def test_so_many_a_day_are_enough_and_one_fewer_is_not(cases: int, days: int) -> None:
    pace = charts.a_day(cases, days)
    assert (pace - 1) * days < cases <= pace * days


@given(st.dictionaries(st.tuples(st.integers(0, 3), CODES), st.integers(1, 50)), st.integers(1, 6))
def test_nothing_is_lost_between_what_is_drawn_apart_and_the_others(
    counts: dict[tuple[int, str], int], at_most: int
) -> None:
    parts = charts.parts(counts, 4, at_most)
    assert [sum(part.counts[n] for part in parts) for n in range(4)] == [
        sum(count for (place, _code), count in counts.items() if place == n) for n in range(4)
    ]
    apart = [part.total for part in parts if part.code != OTHERS]
    assert apart == sorted(apart, reverse=True)
    assert all(part.code != OTHERS for part in parts[:-1])
    assert len(parts) <= at_most + 1


def test_one_that_is_left_over_has_its_name() -> None:
    assert charts.parts({(0, "a"): 3, (0, "b"): 2}, 1, 1) == (Part("a", (3,)), Part("b", (2,)))
    three = {(0, "a"): 3, (0, "b"): 2, (0, "c"): 1}
    assert charts.parts(three, 1, 1) == (Part("a", (3,)), Part(OTHERS, (3,)))


@given(st.dates(date(2026, 9, 1), date(2027, 6, 1)), st.integers(1, 60))
def test_the_age_of_a_step_is_in_working_days(today: date, calendar_days: int) -> None:
    due_on = today - timedelta(days=calendar_days)
    late = CALENDAR.between(due_on + timedelta(days=1), today)
    assert charts.age(CALENDAR, due_on, today) == sum(late > days for days in AGES)


def test_what_is_owed_is_added_up_by_age_and_step() -> None:
    today = date(2026, 11, 24)
    owed = [Owed("visit", date(2026, 11, 23), 2), Owed("visit", date(2026, 11, 20), 1), Owed("mayor", FIRST, 4)]
    assert charts.by_age(CALENDAR, owed, today) == {(0, "visit"): 3, (3, "mayor"): 4}


def test_no_two_outcomes_are_drawn_in_one_colour() -> None:
    book = catalogue.load()
    colours = [book.colour(code) for code in book.outcomes]
    assert len(set(colours)) == len(colours)


def test_an_outcome_without_a_colour_has_that_of_its_status_and_an_unknown_code_is_grey() -> None:
    book = catalogue.load()
    assert book.colour("O20") == book.statuses["S21"].colour
    assert book.colour("S60") == "#1f6f3f"
    assert book.colour("gone") == catalogue.GREY
