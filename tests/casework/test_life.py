"""At every moment an open case owes one step on one day, and it is somebody's; over random histories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, life, steps
from casework.calendar import WorkingDays
from casework.life import Asked
from casework.records import Case, NextStep, VisitReport

BOOK = catalogue.load()
WORKING = WorkingDays()
MONDAY = date(2026, 11, 23)
EVENTS = ("visit", "answer", "refusal", "check", "silence", "unassigned", "postponed")


def new_case() -> Case:
    first = steps.first(BOOK, WORKING, MONDAY)
    return Case(1, "БЯ-001", "G1", "Бяла", "Бяла", "", None, first.status, 1, first.step, first.due_on)


def moved(case: Case, step: NextStep | None) -> Case:
    """As `cases.advance` keeps it."""
    if step is None:
        return case
    enrolled = (case.enrolled_on or step.enrolled_on) if step.enrolled_on else None
    return replace(
        case, status=step.status, next_step=step.step, due_on=step.due_on, waits_for=step.waits_for,
        awaits="I30" if step.waits_for else "", enrolled_on=enrolled, postponed=0,
    )  # fmt: skip


def visited(case: Case, outcome: str, today: date, earlier: list[VisitReport], readers: bool) -> Case:
    report = VisitReport(1, today, "morning", len(earlier) + 1, (1,), "A1", "W01", outcome)
    earlier.append(report)
    step = life.permitted(BOOK, case, steps.after_all(BOOK, WORKING, earlier))
    if step and readers:
        asked = [
            Asked(n, life.answer_by(BOOK, WORKING, code, today))
            for n, code in enumerate(life.referred(BOOK, step.refers), start=1)
        ]
        step = life.waiting(BOOK, step, asked)
    return moved(case, step)


def happened(draw: st.DrawFn, case: Case, event: str, today: date, earlier: list[VisitReport]) -> Case:
    match event:
        case "visit":
            outcome = draw(st.sampled_from(sorted(BOOK.outcomes)))
            return visited(case, outcome, today, earlier, draw(st.booleans()))
        case "answer":
            others = [Asked(9, WORKING.on_or_after(today + timedelta(days=3)))] if draw(st.booleans()) else []
            answer = BOOK.answers[draw(st.sampled_from(sorted(BOOK.answers)))]
            return moved(case, life.answered(BOOK, WORKING, case, answer, today, others))
        case "refusal" if case.waits_for is not None:
            others = [Asked(9, today + timedelta(days=3))] if draw(st.booleans()) else []
            others = [replace(one, answer_by=WORKING.on_or_after(one.answer_by)) for one in others]
            return moved(case, life.refused(BOOK, WORKING, case, today, others))
        case "check":
            check = BOOK.checks[draw(st.sampled_from(sorted(BOOK.checks)))]
            return moved(case, life.checked(BOOK, WORKING, case, check, draw(st.integers(0, 9)), today))
        case "silence" if life.is_silent(BOOK, WORKING, case, today):
            return moved(case, life.silent(BOOK, WORKING, case, today))
        case "unassigned":
            step = life.permitted(BOOK, case, life.unassigned(BOOK, WORKING, today))
            return replace(moved(case, step), team_id=None) if step else case
        case "postponed" if step := life.postponed(
            BOOK, WORKING, case, draw(st.sampled_from(sorted(BOOK.late))), today
        ):
            return replace(moved(case, step), postponed=case.postponed + 1)
    return case


def owners(case: Case) -> list[str]:
    """Said once more: the institution it waits for, else its team, else its coordinator."""
    waits = [case.awaits] if case.waits_for is not None else []
    return waits or ([f"team {case.team_id}"] if case.team_id is not None else [f"coordinator of {case.municipality}"])


@st.composite
def histories(draw: st.DrawFn) -> list[Case]:
    """Every standing of one case."""
    case, today, earlier = new_case(), MONDAY, list[VisitReport]()
    stood = [case]
    for _ in range(draw(st.integers(0, 14))):
        today += timedelta(days=draw(st.integers(0, 60)))
        case = happened(draw, case, draw(st.sampled_from(EVENTS)), today, earlier)
        stood.append(case)
    return stood


@given(histories())
def test_an_open_case_owes_one_step_on_one_working_day_to_one_owner(stood: list[Case]) -> None:
    for case in stood:
        if BOOK.statuses[case.status].closed:
            assert (case.due_on, case.waits_for, case.enrolled_on) == (None, None, None)
        else:
            assert case.due_on is not None
            assert WORKING.is_working(case.due_on)
            assert case.next_step in BOOK.steps
            assert len(owners(case)) == 1
            assert (case.enrolled_on is not None) == (case.status == BOOK.retention.status)


@given(histories())
def test_a_status_follows_another_only_as_the_catalogue_says(stood: list[Case]) -> None:
    for before, after in pairwise(stood):
        assert after.status == before.status or after.status in BOOK.statuses[before.status].to


def enrolled_at(day: date) -> Case:
    return visited(new_case(), "O10", day, [], readers=False)


def test_a_child_is_asked_after_five_times_and_then_it_stays() -> None:
    case, asked = enrolled_at(MONDAY), []
    while case.due_on:
        assert case.enrolled_on == MONDAY
        asked.append((case.due_on - MONDAY).days)
        case = moved(case, life.checked(BOOK, WORKING, case, BOOK.checks["C10"], 0, case.due_on))
    assert (case.status, [days // 7 * 7 for days in asked]) == ("S60", [7, 28, 91, 147, 210])


def test_checks_missed_for_months_are_not_asked_one_by_one() -> None:
    case = enrolled_at(MONDAY)
    late = MONDAY + timedelta(days=100)
    case = moved(case, life.checked(BOOK, WORKING, case, BOOK.checks["C10"], 0, late))
    assert case.due_on == WORKING.on_or_after(MONDAY + timedelta(days=150))


@pytest.mark.parametrize(
    ("check", "absent", "status", "step"),
    [
        ("C20", 2, "S50", "attendance"),
        ("C20", 3, "S21", "visit"),
        ("C30", 0, "S61", "visit"),
    ],
)
def test_a_check_that_goes_wrong_sends_the_team(check: str, absent: float, status: str, step: str) -> None:
    case = enrolled_at(MONDAY)
    today = MONDAY + timedelta(days=7)
    case = moved(case, life.checked(BOOK, WORKING, case, BOOK.checks[check], absent, today))
    assert (case.status, case.next_step) == (status, step)


def test_a_case_waits_for_the_earliest_of_its_institutions_and_then_for_the_other() -> None:
    case = visited(new_case(), "O24", MONDAY, [], readers=True)
    assert (case.status, case.next_step, case.due_on) == ("S41", "answer", MONDAY + timedelta(days=14))
    other = [Asked(2, MONDAY + timedelta(days=30))]
    done, found = BOOK.answers["A10"], BOOK.answers["A20"]
    still = moved(case, life.answered(BOOK, WORKING, case, done, MONDAY, other))
    assert (still.waits_for, still.due_on) == (2, MONDAY + timedelta(days=30))
    back = moved(still, life.answered(BOOK, WORKING, still, done, MONDAY, []))
    assert (back.waits_for, back.next_step) == (None, "review")
    there = moved(case, life.answered(BOOK, WORKING, case, found, MONDAY, other))
    assert (there.status, there.next_step, there.waits_for) == ("S21", "visit", None)


def test_an_answer_beside_the_step_of_the_team_does_not_move_the_case() -> None:
    case = visited(new_case(), "O12", MONDAY, [], readers=True)
    assert life.answered(BOOK, WORKING, case, BOOK.answers["A10"], MONDAY, []) is None
    assert life.answered(BOOK, WORKING, case, BOOK.answers["A11"], MONDAY, []) is not None


def test_a_closed_case_is_opened_by_nothing_but_what_its_status_allows() -> None:
    closed = visited(new_case(), "O33", MONDAY, [], readers=True)
    assert visited(closed, "O20", MONDAY, [], readers=True) == closed
    assert life.answered(BOOK, WORKING, closed, BOOK.answers["A11"], MONDAY, []) is None
    assert life.checked(BOOK, WORKING, closed, BOOK.checks["C10"], 0, MONDAY) is None


def test_the_team_takes_a_case_back_from_a_silent_institution() -> None:
    case = visited(new_case(), "O31", MONDAY, [], readers=True)
    assert case.due_on is not None
    on = WORKING.add(case.due_on, BOOK.silent_days)
    assert not life.is_silent(BOOK, WORKING, case, on - timedelta(days=1))
    assert life.is_silent(BOOK, WORKING, case, on)
    back = moved(case, life.silent(BOOK, WORKING, case, on))
    assert (back.waits_for, back.next_step, back.due_on) == (None, "silent", on)
    late = moved(back, life.answered(BOOK, WORKING, back, BOOK.answers["A10"], on, [Asked(9, MONDAY)]))
    assert (late.waits_for, late.next_step) == (None, "review")


def test_a_step_is_postponed_twice_and_not_more() -> None:
    case = new_case()
    assert life.postponed(BOOK, WORKING, case, "L20", MONDAY) is None
    for _ in range(BOOK.late_at_most):
        assert case.due_on is not None
        step = life.postponed(BOOK, WORKING, case, "L20", case.due_on)
        assert step is not None
        case = replace(moved(case, step), postponed=case.postponed + 1)
    assert case.due_on is not None
    assert life.is_at_limit(BOOK, case)
    assert life.postponed(BOOK, WORKING, case, "L20", case.due_on) is None


def test_only_the_step_of_a_team_is_postponed_once_it_is_due() -> None:
    case = replace(new_case(), due_on=MONDAY)
    others = (
        replace(case, waits_for=3), replace(case, team_id=None), replace(case, due_on=None),
        replace(case, due_on=MONDAY + timedelta(days=1)),
    )  # fmt: skip
    assert life.is_asked_why(BOOK, case, MONDAY)
    assert not any(life.is_asked_why(BOOK, one, MONDAY) for one in others)
    assert not life.is_asked_why(BOOK.model_copy(update={"late_at_most": 0}), case, MONDAY)


def test_the_check_that_was_asked_counts_and_not_the_day_it_may_be_answered_by() -> None:
    case = enrolled_at(MONDAY)
    late = moved(case, life.asked_of(case, 7, MONDAY + timedelta(days=31)))
    assert (late.due_on, late.waits_for, late.enrolled_on) == (MONDAY + timedelta(days=31), 7, MONDAY)
    after = life.checked(BOOK, WORKING, late, BOOK.checks["C10"], 0, MONDAY + timedelta(days=8), asked=7)
    assert after is not None
    assert after.due_on == WORKING.on_or_after(MONDAY + timedelta(days=30))


def test_a_check_is_not_due_sooner_because_the_school_gets_it() -> None:
    case = enrolled_at(MONDAY)
    assert case.due_on is not None
    assert life.asked_of(case, 7, case.due_on - timedelta(days=3)).due_on == case.due_on


def test_what_is_done_beside_the_check_of_an_observed_child_leaves_it_where_it_is() -> None:
    waits = replace(moved(enrolled_at(MONDAY), life.asked_of(enrolled_at(MONDAY), 7, MONDAY)), waits_for=7)
    others = [Asked(3, MONDAY)]
    assert life.answered(BOOK, WORKING, waits, BOOK.answers["A10"], MONDAY, others) is None


def test_a_visit_resumes_the_checks_where_a_person_had_decided_on_something_else() -> None:
    case = enrolled_at(MONDAY)
    in_a_month = WORKING.on_or_after(MONDAY + timedelta(days=30))
    assert life.owes_check(BOOK, case)
    assert life.asked_on(BOOK, WORKING, case, 0, MONDAY) == life.same(case)
    leaders = replace(case, next_step=BOOK.leader_step, due_on=MONDAY + timedelta(days=10))
    assert not life.owes_check(BOOK, leaders)
    step = life.asked_on(BOOK, WORKING, leaders, 7, MONDAY + timedelta(days=10))
    assert (step.step, step.due_on, step.enrolled_on) == (BOOK.retention.step, in_a_month, MONDAY)
    between = replace(case, next_step=BOOK.retention.step, due_on=MONDAY + timedelta(days=15))
    assert life.asked_on(BOOK, WORKING, between, 7, MONDAY + timedelta(days=15)).due_on == in_a_month
    # What was never asked is not asked one by one, and the last of all is asked now.
    late = replace(leaders, due_on=MONDAY + timedelta(days=160))
    assert life.asked_on(BOOK, WORKING, late, 7, MONDAY + timedelta(days=160)).due_on == WORKING.on_or_after(
        MONDAY + timedelta(days=210)
    )
    later = MONDAY + timedelta(days=250)
    assert life.asked_on(BOOK, WORKING, late, 7, later).due_on == WORKING.on_or_after(later)
    closed = replace(case, due_on=None)
    assert life.asked_on(BOOK, WORKING, closed, 7, MONDAY) == life.same(closed)


def test_an_enrolment_that_was_corrected_away_is_not_asked_about() -> None:
    refused = NextStep("S21", "other_team", MONDAY)
    asked = NextStep("", "enrolled", MONDAY, 7, MONDAY)
    assert life.brought_on(refused, asked) == refused
    enrolled = NextStep("S50", "enrolled", MONDAY, None, MONDAY)
    assert life.brought_on(enrolled, asked) == replace(asked, status="S50")
    found = NextStep("S41", "search", MONDAY)
    assert life.brought_on(enrolled, found) == found


@pytest.mark.parametrize(
    ("status", "enrolled", "after"),
    [("S50", True, "S21"), ("S60", False, "S61"), ("S70", False, None), ("S20", False, None)],
)
def test_a_child_of_the_register_is_visited_again_where_it_was_enrolled(
    status: str, enrolled: bool, after: str | None
) -> None:
    case = replace(new_case(), status=status, enrolled_on=MONDAY if enrolled else None)
    step = life.at_risk_again(BOOK, WORKING, case, MONDAY)
    assert (step.status if step else None) == after
