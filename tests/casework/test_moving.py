"""What a case owes when it changes hands, and which decisions fit it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, life, moving
from casework.calendar import WorkingDays
from casework.catalogue import CatalogueError
from casework.records import MUNICIPAL, REGIONAL, Case

BOOK = catalogue.load()
WORKING = WorkingDays()
TODAY = date(2026, 11, 24)
CASE = Case(1, "БЯ-001", "G1", "Бяла", "Бяла", "", None, "S20", 1, "promise", TODAY + timedelta(days=6), 2)
OPEN = [code for code, status in BOOK.statuses.items() if not status.closed]


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("enrolled", [None, TODAY])
def test_an_open_case_stays_open_wherever_it_goes(status: str, enrolled: date | None) -> None:
    case = replace(CASE, status=status, enrolled_on=enrolled, due_on=TODAY - timedelta(days=3))
    for step in (
        moving.given(BOOK, WORKING, case, TODAY),
        moving.taken(BOOK, WORKING, case, TODAY),
        moving.accepted(BOOK, WORKING, case, 2, TODAY),
        moving.accepted(BOOK, WORKING, case, None, TODAY),
        moving.outside(BOOK, WORKING, case, TODAY),
    ):
        assert step is not None
        assert step.due_on is not None
        assert step.step in BOOK.steps
        assert not BOOK.statuses[step.status].closed


def test_a_promise_goes_with_the_case_and_what_waits_for_an_institution_keeps_its_day() -> None:
    assert moving.given(BOOK, WORKING, CASE, TODAY) == life.same(CASE)
    waits = replace(CASE, waits_for=7, due_on=TODAY - timedelta(days=1))
    assert moving.given(BOOK, WORKING, waits, TODAY) == life.same(waits)


def test_a_closed_case_is_nobodys_to_take_over() -> None:
    closed = replace(CASE, status="S70", due_on=None)
    assert moving.accepted(BOOK, WORKING, closed, 2, TODAY) is None
    assert moving.outside(BOOK, WORKING, closed, TODAY) is None


@pytest.mark.parametrize(
    ("status", "role", "fit"),
    [
        ("S20", MUNICIPAL, ["D10", "D11", "D12", "D30"]),
        ("S20", REGIONAL, ["D10", "D11", "D12", "D13", "D30"]),
        ("S70", MUNICIPAL, ["D20"]),
        ("S60", MUNICIPAL, ["D21"]),
        ("S20", "leader", []),
    ],
)
def test_which_decisions_fit_a_case_is_what_the_catalogue_says(status: str, role: str, fit: list[str]) -> None:
    assert list(moving.decisions(BOOK, replace(CASE, status=status), role)) == fit


@given(st.lists(st.sampled_from(["Бяла", "Дряновец", ""]), max_size=12), st.sets(st.sampled_from(["Бяла", ""])))
def test_a_split_and_what_it_leaves_are_the_whole_and_half_is_half(places: list[str], chosen: set[str]) -> None:
    cases = [replace(CASE, id=n, settlement=place) for n, place in enumerate(places)]
    whole = moving.split(cases, chosen, every_second=False)
    half = moving.split(cases, chosen, every_second=True)
    assert {case.settlement for case in whole} <= (chosen or set(places))
    assert len(half) == len(whole) // 2
    assert set(half) <= set(whole)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('status = "S61"\nstep = "visit"\ndays = 3\n\n[decisions', 'status = "S61"\n\n[decisions', "needs a `status`"),
        ('by = ["region"]', 'by = ["mayor"]', "[decisions.D13] by.1"),
        ('outside_step = "hand_over"', 'outside_step = "gone"', "there is no step 'gone'"),
    ],
)
def test_a_decision_that_cannot_be_made_is_refused_with_its_line(was: str, becomes: str, said: str) -> None:
    text = (files("casework") / "catalogue.toml").read_text("utf-8")
    assert was in text
    with pytest.raises(CatalogueError) as wrong:
        catalogue.load(text.replace(was, becomes))
    assert said in str(wrong.value)
    assert str(wrong.value).startswith("line ")
