"""When somebody may be told something: never outside of their hours, whatever the night does to the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casework import hours
from casework.calendar import VACATIONS, WorkingDays, days
from casework.hours import Hours, Times, Usual

SOFIA, LONDON, NEW_YORK = ZoneInfo("Europe/Sofia"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
CALENDAR = WorkingDays()
EVERY_DAY = tuple(range(7))
NIGHTS = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]
"""On which Europe changes its clocks; America does on other ones."""
AMERICAN = [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)]
USUAL = hours.times(Usual(), CALENDAR, SOFIA, Hours())


def at(zone: tzinfo, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone)


@st.composite
def readers(draw: st.DrawFn) -> Times:
    first = draw(st.integers(0, 22 * 4))
    last = draw(st.integers(first + 4, 24 * 4 - 1))
    chosen = draw(st.none() | st.sets(st.integers(0, 6), min_size=1).map(lambda one: tuple(sorted(one))))
    zone = draw(st.sampled_from([SOFIA, LONDON, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe")]))
    back_on = draw(st.none() | st.dates(date(2026, 3, 1), date(2026, 4, 10)))
    begin, end = (time(n // 4, n % 4 * 15) for n in (first, last))
    return Times(CALENDAR, zone, begin, end, time(17, 30), chosen, draw(st.booleans()), back_on)


def moments() -> st.SearchStrategy[datetime]:
    """Around the nights of the clocks, to the minute."""
    near = [datetime.combine(night, time(), UTC) for night in (*NIGHTS, *AMERICAN)]
    return st.builds(
        lambda night, minutes: night + timedelta(minutes=minutes), st.sampled_from(near), st.integers(-2_000, 2_000)
    )


@given(readers(), moments())
@example(Times(CALENDAR, SOFIA, time(3, 15), time(6), time(17, 30), EVERY_DAY, True), at(UTC, 2026, 3, 28, 22, 0))
@example(Times(CALENDAR, SOFIA, time(3, 30), time(5), time(17, 30), EVERY_DAY, True), at(UTC, 2026, 10, 25, 1, 5))
@example(Times(CALENDAR, SOFIA, time(3, 15), time(3, 45), time(17, 30), EVERY_DAY, True), at(UTC, 2026, 3, 28, 22, 0))
def test_the_next_moment_is_the_first_one_that_is_open(reader: Times, moment: datetime) -> None:
    found = reader.next_open(moment)
    assert reader.is_open_at(found)
    assert found >= moment
    if found > moment:
        minutes = int((found - moment).total_seconds() // 60)
        before = (found - timedelta(minutes=n) for n in range(1, min(minutes, 3_000) + 1))
        assert not reader.is_open_at(moment)
        assert not any(reader.is_open_at(one) for one in before if one >= moment)


@given(readers(), moments())
def test_nobody_is_told_at_an_hour_or_on_a_day_that_is_not_theirs(reader: Times, moment: datetime) -> None:
    local = reader.next_open(moment).astimezone(reader.zone)
    assert reader.begin <= local.time() < reader.end
    assert reader.back_on is None or local.date() >= reader.back_on
    if reader.days is not None:
        assert local.weekday() in reader.days
        assert reader.on_holidays or not CALENDAR.is_holiday(local.date())


@given(readers(), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_the_digest_of_a_day_comes_within_the_hours_of_that_day(reader: Times, day: date) -> None:
    reader = replace(reader, back_on=None)
    due = reader.digest_of(day)
    assert due.astimezone(reader.zone).date() == day
    assert reader.begin <= reader.digest_hour < reader.end
    if reader.is_own_day(day):
        assert reader.last_digest(due) == day
        assert reader.last_digest(due - timedelta(seconds=1)) != day
        assert reader.next_digest(due - timedelta(seconds=1)) == day


@given(readers(), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_week_with_days_of_theirs_has_one_last_one(reader: Times, day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]
    own = [one for one in week if reader.is_own_day(one)]
    assert [one for one in week if reader.is_last_own_day_of_week(one)] == own[-1:]


def test_who_chose_nothing_is_told_on_working_days_between_the_usual_hours() -> None:
    assert USUAL.next_open(at(SOFIA, 2026, 11, 24, 10)) == at(SOFIA, 2026, 11, 24, 10)
    assert USUAL.next_open(at(SOFIA, 2026, 11, 24, 20)) == at(SOFIA, 2026, 11, 25, 7, 30)
    # Christmas on Thursday and Friday, then a weekend, and on Monday a day in lieu of Saturday.
    assert USUAL.next_open(at(SOFIA, 2026, 12, 23, 21)) == at(SOFIA, 2026, 12, 29, 7, 30)


def test_holidays_are_their_day_for_whoever_wants_it() -> None:
    wants = hours.times(Usual(), CALENDAR, SOFIA, Hours(on_holidays=True))
    assert wants.is_own_day(date(2026, 3, 3))
    assert not USUAL.is_own_day(date(2026, 3, 3))
    assert not wants.is_own_day(date(2026, 11, 28))
    saturdays = hours.times(Usual(), CALENDAR, SOFIA, Hours(days=(5,)))
    assert saturdays.is_own_day(date(2026, 11, 28))
    assert not saturdays.is_own_day(date(2026, 12, 26))


@pytest.mark.parametrize(
    ("paused_until", "away_until", "back"),
    [
        (date(2026, 11, 30), None, (2026, 11, 30, 7, 30)),
        (None, date(2026, 11, 25), (2026, 11, 26, 7, 30)),
        (date(2026, 11, 30), date(2026, 11, 25), (2026, 11, 30, 7, 30)),
        (date(2026, 11, 25), date(2026, 11, 27), (2026, 11, 30, 7, 30)),
    ],
)
def test_a_pause_and_an_absence_both_have_to_be_over(
    paused_until: date | None, away_until: date | None, back: tuple[int, ...]
) -> None:
    reader = hours.times(Usual(), CALENDAR, SOFIA, Hours(), paused_until=paused_until, away_until=away_until)
    assert reader.next_open(at(SOFIA, 2026, 11, 24, 10)) == at(SOFIA, *back)


def test_hours_are_those_of_the_readers_clock() -> None:
    abroad = hours.times(Usual(), CALENDAR, SOFIA, Hours(zone="America/New_York"))
    assert abroad.next_open(at(SOFIA, 2026, 11, 24, 8, 30)) == at(NEW_YORK, 2026, 11, 24, 7, 30)
    assert abroad.digest_of(date(2026, 11, 24)) == at(NEW_YORK, 2026, 11, 24, 17, 30)
    # In the two weeks in which only America has changed its clocks, the difference is another one.
    assert (abroad.digest_of(date(2026, 3, 9)) - USUAL.digest_of(date(2026, 3, 9))) == timedelta(hours=6)
    assert (abroad.digest_of(date(2026, 3, 30)) - USUAL.digest_of(date(2026, 3, 30))) == timedelta(hours=7)


def test_a_zone_that_this_machine_does_not_know_is_that_of_the_region() -> None:
    assert hours.times(Usual(), CALENDAR, SOFIA, Hours(zone="Europe/Ruse")).zone == SOFIA
    assert hours.known_zone("../etc") is None


def test_a_digest_is_never_later_than_half_an_hour_before_the_end() -> None:
    late = hours.times(Usual(), CALENDAR, SOFIA, Hours(end=time(12)), digest_at="17:30")
    assert late.digest_hour == time(11, 30)
    early = hours.times(Usual(), CALENDAR, SOFIA, Hours(begin=time(9)), digest_at="08:00")
    assert early.digest_hour == time(9)


def test_whoever_never_has_a_day_still_gets_what_is_theirs() -> None:
    nobody = replace(USUAL, back_on=date(2099, 1, 1), days=())
    moment = at(SOFIA, 2026, 11, 24, 10)
    assert nobody.next_open(moment) == moment
    assert nobody.last_digest(moment) is None
    assert nobody.next_digest(moment) > date(2027, 11, 24)


def test_schools_have_their_vacations_off() -> None:
    school = CALENDAR.without(day for _name, first, last in VACATIONS for day in days(first, last))
    assert CALENDAR.is_working(date(2026, 10, 30))
    assert not school.is_working(date(2026, 10, 30))
    assert school.is_working(date(2026, 11, 3))
    assert not WorkingDays(worked=[date(2027, 4, 26)]).without([date(2027, 4, 26)]).is_working(date(2027, 4, 26))
