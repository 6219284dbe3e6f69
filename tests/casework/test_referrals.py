"""What an institution may answer, when it is reminded, and when its answer is no longer needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casework import catalogue, life, referrals
from casework.calendar import WorkingDays
from casework.life import Asked
from casework.records import OPEN, Case, Referral

BOOK = catalogue.load()
WORKING = WorkingDays()
MONDAY = date(2026, 11, 23)
CASE = Case(1, "БЯ-001", "G1", "Бяла", "Бяла", "", None, "S30", 1, "answer", MONDAY, waits_for=1, awaits="I30")
REFERRAL = Referral(
    1, 1, "БЯ-001", 1, "M30", None, "I30", "Бяла", 1, datetime(2026, 11, 9, tzinfo=UTC), MONDAY, OPEN
)  # fmt: skip


def test_every_institution_has_an_answer_to_give() -> None:
    for code in BOOK.institutions:
        assert {"A10", "A30"} <= referrals.answers_of(BOOK, code).keys()
    assert "A23" in referrals.answers_of(BOOK, "I43")
    assert "A23" not in referrals.answers_of(BOOK, "I50")


def test_it_is_reminded_on_the_day_and_every_third_working_day_after_it() -> None:
    days = [MONDAY + timedelta(days=n) for n in range(-7, 16)]
    reminded = [
        (day - MONDAY).days
        for day in days
        if WORKING.is_working(day) and referrals.is_reminded(BOOK, WORKING, MONDAY, day)
    ]
    assert reminded == [0, 3, 8, 11]


@pytest.mark.parametrize(
    ("measure", "outcome", "outlived"),
    [
        ("M30", "O11", True),
        ("M52", "O15", True),
        ("M30", "O20", False),
        ("M43", "O11", False),
        ("M41", "O11", False),
        ("", "O11", False),
    ],
)
def test_what_only_finds_a_family_is_needless_once_somebody_was_met(measure: str, outcome: str, outlived: bool) -> None:
    assert referrals.is_outlived(BOOK, measure, outcome) == outlived


def test_only_what_an_urgent_outcome_leads_to_is_urgent() -> None:
    assert [code for code in BOOK.measures if referrals.is_urgent(BOOK, code)] == ["M43"]


def test_others_write_an_answer_down_where_nobody_reads_it_and_after_the_deadline() -> None:
    assert referrals.is_by_hand(REFERRAL, MONDAY, heard=False)
    assert not referrals.is_by_hand(REFERRAL, MONDAY, heard=True)
    assert referrals.is_by_hand(REFERRAL, MONDAY + timedelta(days=1), heard=True)


def test_a_refused_case_waits_for_another_or_goes_on() -> None:
    other = Asked(2, MONDAY + timedelta(days=9))
    waits = life.refused(BOOK, WORKING, CASE, MONDAY, [other])
    assert waits
    assert (waits.status, waits.step, waits.waits_for, waits.due_on) == ("S30", "answer", 2, other.answer_by)
    goes_on = life.refused(BOOK, WORKING, CASE, MONDAY, [])
    assert goes_on
    assert (goes_on.status, goes_on.step, goes_on.waits_for) == ("S30", "refused", None)
    assert goes_on.due_on == MONDAY + timedelta(days=3)
    observed = life.refused(BOOK, WORKING, replace(CASE, status="S50", enrolled_on=MONDAY), MONDAY, [])
    assert observed
    assert observed.enrolled_on == MONDAY
