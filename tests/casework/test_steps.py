"""When the next step is due: by the catalogue, on working days, never in the past."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import calendar, catalogue, steps
from casework.calendar import WorkingDays
from casework.records import VisitReport

BOOK = catalogue.load()
WORKING = WorkingDays()
SOFIA = ZoneInfo("Europe/Sofia")


def report(outcome: str, day: date, *, promised: date | None = None, next_on: date | None = None) -> VisitReport:
    return VisitReport(1, day, "morning", 1, (1,), "A1", "W01", outcome, promised_on=promised, next_on=next_on)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 24), date(2026, 12, 1)),
        (date(2026, 12, 18), date(2026, 12, 29)),  # 25th and 26th are feasts, 28th is carried over
        (date(2026, 4, 3), date(2026, 4, 14)),  # Good Friday to Easter Monday
    ],
)
def test_nobody_at_home_means_a_week_later_on_a_working_day(day: date, due: date) -> None:
    assert steps.after(BOOK, WORKING, report("O20", day), []).due_on == due


def test_the_third_time_nobody_is_at_home_becomes_a_search() -> None:
    visits = [report("O20", date(2026, 11, day)) for day in (2, 9, 16)]
    step = steps.after_all(BOOK, WORKING, visits)
    assert (step.status, step.step, step.due_on) == ("S41", "search", date(2026, 11, 19))
    assert steps.after(BOOK, WORKING, visits[2], ["O20", "O12"]).step == "retry"


def test_a_promise_is_checked_the_working_day_after_it() -> None:
    friday = date(2026, 11, 27)
    assert steps.after(BOOK, WORKING, report("O11", date(2026, 11, 24), promised=friday), []).due_on == date(
        2026, 11, 30
    )


def test_the_chosen_day_wins_and_a_closing_outcome_owes_nothing() -> None:
    chosen = date(2026, 12, 20)
    assert steps.after(BOOK, WORKING, report("O20", date(2026, 11, 24), next_on=chosen), []).due_on == chosen
    assert steps.after(BOOK, WORKING, report("O33", date(2026, 11, 24)), []).due_on is None


def test_abroad_with_proof_is_looked_at_next_september() -> None:
    assert steps.after(BOOK, WORKING, report("O23", date(2026, 9, 1)), []).due_on == date(2027, 9, 1)
    assert steps.after(BOOK, WORKING, report("O23", date(2026, 8, 31)), []).due_on == date(2026, 9, 1)


@given(st.sampled_from(sorted(BOOK.outcomes)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_step_is_never_due_before_its_visit_nor_on_a_rest_day(outcome: str, day: date) -> None:
    due = steps.after(BOOK, WORKING, report(outcome, day), []).due_on
    assert due is None or (due > day and WORKING.is_working(due))


def test_swapped_days_and_the_parts_of_the_day() -> None:
    swapped = WorkingDays(free=[date(2026, 11, 23)], worked=[date(2026, 11, 28)])
    assert swapped.on_or_after(date(2026, 11, 23)) == date(2026, 11, 24)
    assert swapped.is_working(date(2026, 11, 28))
    assert WORKING.add(date(2026, 12, 23), 2) == date(2026, 12, 30)
    assert steps.first(BOOK, WORKING, date(2026, 11, 24)).due_on == date(2026, 11, 30)
    night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert calendar.local_day(night, SOFIA) == date(2026, 11, 25)
    assert [calendar.part_of_day(datetime(2026, 11, 24, h, tzinfo=UTC), SOFIA) for h in (8, 12, 18)] == [
        "morning",
        "afternoon",
        "evening",
    ]


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 24), date(2026, 11, 30)),  # five days, and Sunday; the next window is far
        (date(2026, 11, 17), date(2026, 11, 20)),  # before the 22nd, a Sunday
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 11, 23)),  # a Saturday: no working day is left before it
        (date(2026, 11, 22), date(2026, 11, 27)),
    ],
)
def test_a_child_at_risk_is_visited_before_its_benefits_may_be_stopped(day: date, due: date) -> None:
    assert steps.first_of(BOOK, WORKING, "G3", day).due_on == due
    assert steps.first_of(BOOK, WORKING, "G1", day) == steps.first(BOOK, WORKING, day)
