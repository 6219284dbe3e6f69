"""The figures of a season against a plain recomputation on random facts, and the definitions one by one."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, season
from casework.records import (
    CHECK,
    CORRECTION,
    DECISION,
    GOVERNOR,
    IMPORT,
    INSTITUTION,
    LEADER,
    MEMBER,
    MUNICIPAL,
    NATIONAL,
    REGIONAL,
    VISIT,
    Person,
)  # fmt: skip
from casework.season import Asked, At, Facts, Known, Late, Move, Period, Reach, Went

BOOK = catalogue.load()
PERIOD = Period(date(2026, 8, 20), date(2027, 6, 15), date(2027, 7, 1))
DAYS = st.dates(PERIOD.first, PERIOD.last)
PLACES = st.sampled_from(["Бяла", "Русе", "Ценово"])
STATUSES = ["S11", "S20", "S50", "S60", "S61", "S70"]


def visits() -> st.SearchStrategy[Went]:
    return st.builds(
        Went, st.integers(1, 6), PLACES, st.sampled_from(["", "А", "Б"]), DAYS, st.sampled_from(["O10", "O20", "gone"]),
        st.lists(st.sampled_from(["R10", "R20"]), unique=True).map(tuple),
        st.lists(st.integers(1, 5), unique=True).map(tuple),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Known:
    days = sorted(draw(st.lists(st.dates(date(2026, 1, 1), PERIOD.last), min_size=1, max_size=7)))
    was, moves = "", []
    for day in days:
        status = draw(st.sampled_from(STATUSES))
        cause = draw(st.sampled_from([VISIT, CORRECTION, CHECK, DECISION])) if was else IMPORT
        moves.append(Move(day, cause, was, status, draw(st.none() | DAYS)))
        was = status
    return Known(draw(PLACES), days[0], tuple(moves), draw(st.none() | DAYS))


@st.composite
def referrals(draw: st.DrawFn) -> Asked:
    asked = draw(DAYS)
    ended = draw(st.none() | st.integers(0, 40).map(lambda days: asked + timedelta(days=days)))
    answered = ended is not None and draw(st.booleans())
    by = asked + timedelta(days=draw(st.integers(0, 30)))
    return Asked(draw(PLACES), draw(st.sampled_from(["I10", "I30"])), draw(st.booleans()), asked, by, ended, answered)


facts = st.builds(
    Facts,
    st.lists(cases(), max_size=12).map(tuple),
    st.lists(visits(), max_size=30).map(tuple),
    st.lists(referrals(), max_size=12).map(tuple),
    st.lists(st.builds(Late, PLACES, DAYS, st.sampled_from(["L10", "L20"])), max_size=12).map(tuple),
)


@given(facts)
def test_the_figures_are_those_of_a_plain_recomputation(given_facts: Facts) -> None:
    counted = season.count(BOOK, PERIOD, given_facts)
    for at in [At("", place, month) for place in (None, *counted.places) for month in (None, *PERIOD.months)]:
        went = [one for one in given_facts.visits if at.place in (None, one.place) and falls(at, one.day)]
        assert counted[at._replace(figure="visits")] == len(went)
        assert counted[at._replace(figure="addresses")] == len({one.case_id for one in went})
        assert counted[at._replace(figure="people")] == len({person for one in went for person in one.people})
        assert counted[at._replace(figure="teams")] == len({one.team for one in went if one.team})
        back = [one for one in of(at, given_facts.cases) if (day := came_back(one)) and falls(at, day)]
        kept = [one for one in back if one.moves[-1].status in ("S50", "S60")]
        assert counted[at._replace(figure="returned")] == len(back)
        assert counted[at._replace(figure="retained")] == len(kept)
        assert counted[at._replace(figure="left")] == len(back) - len(kept)
        if at.place is None or at.month is None:
            for code in ("O10", "O20", "gone"):
                assert counted[at._replace(figure="outcome", code=code)] == sum(one.outcome == code for one in went)
            for code in ("R10", "R20"):
                assert counted[at._replace(figure="reason", code=code)] == sum(code in one.reasons for one in went)
            late = [one for one in given_facts.late if at.place in (None, one.place) and falls(at, one.day)]
            for code in ("L10", "L20"):
                assert counted[at._replace(figure="late", code=code)] == sum(one.code == code for one in late)


@given(facts)
def test_how_cases_stand_at_the_end_is_that_of_a_plain_recomputation(given_facts: Facts) -> None:
    counted = season.count(BOOK, PERIOD, given_facts)
    for place in (None, *counted.places):
        here = [one for one in given_facts.cases if place in (None, one.place)]
        first = [max((one.visited_on - one.came_on).days, 0) for one in here if one.visited_on]
        assert counted.medians.get(At("first visit", place), (0, 0)) == (
            (median(first), len(first)) if first else (0, 0)
        )
        held = [one for one in here if not shut(one)]
        assert counted[At("cases", place)] == len(held)
        assert counted[At("unvisited", place)] == sum(one.visited_on is None for one in held)
        ends = PERIOD.last
        assert counted[At("overdue", place)] == sum((one.moves[-1].due_on or ends) < ends for one in held)
        for status in STATUSES:
            standing = sum(one.moves[-1].status == status for one in held)
            assert counted[At("status", place, None, status)] == standing


@given(facts)
def test_how_institutions_answered_is_that_of_a_plain_recomputation(given_facts: Facts) -> None:
    counted = season.count(BOOK, PERIOD, given_facts)
    for code in (None, "I10", "I10+", "I30", "I30+"):
        asked = [one for one in given_facts.asked if code in (None, one.institution + "+" * one.is_check)]
        answered = [one for one in asked if one.ended_on and one.answered]
        in_time = [one for one in answered if one.ended_on and one.ended_on <= one.answer_by]
        days = [(one.ended_on - one.asked_on).days for one in answered if one.ended_on]
        expected = {
            "asked": len(asked), "answered": len(answered), "in time": len(in_time),
            "too late": len(answered) - len(in_time), "waiting": sum(one.ended_on is None for one in asked),
            "ended": sum(one.ended_on is not None and not one.answered for one in asked),
        }  # fmt: skip
        assert {figure: counted[At(figure, code=code)] for figure in expected} == expected
        assert counted.medians.get(At("answered", code=code), (0, 0)) == ((median(days), len(days)) if days else (0, 0))


@given(facts)
def test_of_the_aggregates_no_line_tells_a_hidden_figure(given_facts: Facts) -> None:
    counted = season.count(BOOK, PERIOD, given_facts)
    gone = season.hidden(counted, 5)
    shown = {at for at in counted.values if at not in gone and not at.figure.startswith("team ")}
    assert not [at for at in shown if 0 < counted[at] < 5]
    for line in season._lines(counted):
        assert sum(at in gone for at in line.all) != 1 or len(line.all) == 1, line


def of(at: At, known: tuple[Known, ...]) -> list[Known]:
    return [one for one in known if at.place in (None, one.place)]


def falls(at: At, day: date) -> bool:
    return at.month in (None, f"{day:%Y-%m}")


def came_back(case: Known) -> date | None:
    """Looked at backwards, so that it is not the same program twice."""
    found, onward = None, None
    for move in reversed(case.moves):
        if move.status != "S50":
            onward = move
        elif move.was != "S50" and move.day >= PERIOD.first and (onward is None or onward.cause != CORRECTION):
            found = move.day
    return found


def shut(case: Known) -> bool:
    earlier = [move for move in case.moves if move.day < PERIOD.first]
    return bool(earlier) and earlier[-1].status in ("S60", "S70")


def moved(*moves: tuple[date, str, str]) -> tuple[Move, ...]:
    was, made = "", []
    for day, status, cause in moves:
        made.append(Move(day, cause, was, status, None))
        was = status
    return tuple(made)


SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.mark.parametrize(
    ("moves", "returned", "retained"),
    [
        (((SEP, "S11", IMPORT), (OCT, "S50", VISIT)), 1, 1),
        (((SEP, "S11", IMPORT), (OCT, "S50", VISIT), (NOV, "S60", CHECK)), 1, 1),
        (((SEP, "S11", IMPORT), (OCT, "S50", VISIT), (NOV, "S61", CHECK)), 1, 0),
        (((SEP, "S11", IMPORT), (SEP, "S50", VISIT), (OCT, "S61", CHECK), (NOV, "S50", VISIT)), 1, 1),
        (((SEP, "S11", IMPORT), (OCT, "S50", VISIT), (OCT, "S21", CORRECTION)), 0, 0),
        (((date(2026, 5, 1), "S11", IMPORT), (date(2026, 6, 1), "S50", VISIT), (NOV, "S60", CHECK)), 0, 0),
        (((SEP, "S11", IMPORT), (OCT, "S50", VISIT), (NOV, "S50", CHECK)), 1, 1),
    ],
)
def test_what_returned_and_retained_mean(
    moves: tuple[tuple[date, str, str], ...], returned: int, retained: int
) -> None:
    counted = season.count(BOOK, PERIOD, Facts(cases=(Known("Бяла", moves[0][0], moved(*moves), None),)))
    assert (counted[At("returned")], counted[At("retained")]) == (returned, retained)


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-24", "2026-08-20", "2027-06-15"),
        ("2026-08-20", "2026-08-20", "2027-06-15"),
        ("2026-08-19", "2025-08-20", "2026-06-15"),
        ("2027-01-01", "2026-08-20", "2027-06-15"),
    ],
)
def test_the_season_is_the_last_one_that_has_begun(today: str, first: str, last: str) -> None:
    begun = season.first_day(BOOK.season, date.fromisoformat(today))
    assert (begun.isoformat(), season.last_day(BOOK.season, begun).isoformat()) == (first, last)


def test_months_end_with_what_is_known() -> None:
    assert Period(date(2026, 11, 30), date(2027, 6, 15), date(2027, 1, 2)).months == ("2026-11", "2026-12", "2027-01")


def test_who_may_know_what() -> None:
    reach = {
        role: season.reach_of(Person(1, "Х", role, municipality="Бяла" if role == MUNICIPAL else ""))
        for role in (MEMBER, LEADER, INSTITUTION, MUNICIPAL, REGIONAL, GOVERNOR, NATIONAL)
    }
    assert reach == {
        MEMBER: None, LEADER: None, INSTITUTION: None, MUNICIPAL: Reach("Бяла"), REGIONAL: Reach(),
        GOVERNOR: Reach(aggregate=True), NATIONAL: Reach(aggregate=True),
    }  # fmt: skip
    assert season.reach_of(Person(1, "Х", MUNICIPAL)) is None, "without a municipality it would be all of them"


def test_what_is_no_longer_in_the_catalogue_stands_last() -> None:
    visit = Went(1, "Бяла", "", SEP, "O99", (), ())
    codes = [Went(1, "Бяла", "", SEP, code, (), ()) for code in ("gone", "O10", "O20")]
    counted = season.count(BOOK, PERIOD, Facts(visits=(visit, *codes)))
    assert counted.codes("outcome", BOOK.outcomes) == ("O20", "O10", "O99", "gone")


def test_a_day_of_a_season_that_no_year_has_is_refused() -> None:
    with pytest.raises(catalogue.CatalogueError, match=r"season.*02-30 is no day of every year"):
        catalogue.load(_default().replace('begins = "08-20"', 'begins = "02-30"'))


def _default() -> str:
    from importlib.resources import files

    return (files("casework") / "catalogue.toml").read_text("utf-8")
