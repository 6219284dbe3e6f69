"""No child forgotten: each overdue case has one person whose turn it is, or is counted as without an owner."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, escalation, life
from casework.calendar import WorkingDays
from casework.escalation import Due, Held, Roster, Rung, overdue_working_days
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Case, Person, Team

BOOK = catalogue.load()
LADDER = escalation.ladder(BOOK)
WORKING = WorkingDays()
MONDAY = date(2026, 11, 23)
TEAMS = (Team(1, "Б-1", "Бяла"), Team(2, "Б-2", "Бяла"), Team(3, "Р-1", "Русе"))
PLACES = ("Бяла", "Русе")


def person(number: int, role: str, team: Team | None = None, municipality: str = "") -> Person:
    return Person(number, f"№ {number}", role, teams=(team,) if team else (), municipality=municipality)


def case(number: int, due_on: date, team: Team | None = TEAMS[0], municipality: str = "Бяла") -> Case:
    team_id = team.id if team else None
    return Case(number, f"БЯ-{number:03}", "G1", municipality, "Бяла", "", None, "S11", team_id, "visit", due_on)


MEMBER_1, LEADER_1 = person(1, MEMBER, TEAMS[0]), person(2, LEADER, TEAMS[0])
MUNICIPAL_1, REGIONAL_1 = person(3, MUNICIPAL, municipality="Бяла"), person(4, REGIONAL)


LATE = case(1, MONDAY)
EVERYBODY = [MEMBER_1, LEADER_1, MUNICIPAL_1, REGIONAL_1]


def told_on(late: Case, on_duty: list[Person], reporter: int | None = 1, days: int = 20) -> list[tuple[int, int]]:
    """Whom the case is told to, and on which working day overdue."""
    told, rung, roster = [], 0, Roster(on_duty)
    for today in (MONDAY - timedelta(days=3) + timedelta(days=n) for n in range(days)):
        due = Due(late, rung, reporter)
        if WORKING.is_working(today) and (turn := escalation.turn(BOOK, WORKING, today, due, roster)):
            rung = turn.rung
            told.append((turn.reader.id, turn.late))
    return told


def test_the_ladder_is_climbed_one_rung_at_a_time() -> None:
    assert told_on(case(1, MONDAY), EVERYBODY) == [(1, 0), (2, 1), (3, 3), (4, 7)]


def test_a_missing_leader_makes_nobody_wait_less() -> None:
    assert told_on(case(1, MONDAY), [MEMBER_1, MUNICIPAL_1, REGIONAL_1]) == [(1, 0), (3, 3), (4, 7)]
    assert told_on(case(1, MONDAY), [MEMBER_1, REGIONAL_1]) == [(1, 0), (4, 7)]
    assert told_on(case(1, MONDAY), [MEMBER_1]) == [(1, 0)]


def test_a_case_that_no_team_has_is_told_on_its_day() -> None:
    assert told_on(case(1, MONDAY, None), EVERYBODY) == [(3, 0), (4, 7)]
    assert told_on(case(1, MONDAY, None), [MEMBER_1, REGIONAL_1]) == [(4, 0)]
    assert told_on(case(1, MONDAY, TEAMS[1]), EVERYBODY) == [(3, 0), (4, 7)]


def test_the_morning_is_of_who_reported_last_else_of_the_leader_else_of_who_came_first() -> None:
    other, stranger = person(7, MEMBER, TEAMS[0]), person(8, MEMBER, TEAMS[1])
    team = [MEMBER_1, LEADER_1, other, stranger]

    def morning(on_duty: list[Person], reporter: int | None, late: Case = LATE) -> int:
        turn = escalation.turn(BOOK, WORKING, MONDAY, Due(late, 0, reporter), Roster(on_duty))
        assert turn is not None
        return turn.reader.id

    assert [morning(team, one) for one in (7, 1, 2)] == [7, 1, 2]
    assert [morning(team, one) for one in (None, 8, 99)] == [2, 2, 2]
    assert morning([other, MEMBER_1], 99) == 1
    passed = replace(case(1, MONDAY), next_step=BOOK.leader_step)
    assert morning(team, 7, passed) == 2


def test_while_an_institution_owes_the_answer_the_morning_is_nobodys_here() -> None:
    waiting = replace(case(1, MONDAY), waits_for=3, awaits="I30")
    assert told_on(waiting, EVERYBODY) == [(2, 1), (3, 3), (4, 7)]
    assert told_on(replace(waiting, team_id=None), EVERYBODY) == [(3, 1), (4, 7)]


def test_a_step_of_a_rest_day_is_due_on_the_next_working_day() -> None:
    saturday = MONDAY - timedelta(days=2)
    assert told_on(case(1, saturday), EVERYBODY) == [(1, 0), (2, 1), (3, 3), (4, 7)]
    assert overdue_working_days(WORKING, saturday, MONDAY) == 0


def test_a_case_at_its_limit_goes_one_rung_higher_at_once() -> None:
    spent = replace(case(1, MONDAY), postponed=BOOK.late_at_most)
    assert told_on(spent, EVERYBODY) == [(1, 0), (3, 1), (4, 3)]
    assert told_on(spent, [MEMBER_1, LEADER_1, REGIONAL_1]) == [(1, 0), (2, 1), (4, 3)]
    assert told_on(replace(spent, postponed=1), EVERYBODY) == told_on(case(1, MONDAY), EVERYBODY)


def test_where_nothing_can_be_postponed_no_case_is_at_its_limit() -> None:
    strict = BOOK.model_copy(update={"late_at_most": 0})
    turn = escalation.turn(strict, WORKING, MONDAY + timedelta(days=1), Due(case(1, MONDAY)), Roster(EVERYBODY))
    assert turn is not None
    assert turn.reader == LEADER_1


def test_the_catalogue_says_who_is_told_and_when() -> None:
    other = BOOK.model_copy(update={"ladder": catalogue.Ladder(leader=2, region=5)})
    assert escalation.ladder(other) == [Rung(2, LEADER, 2), Rung(4, REGIONAL, 5)]
    days = (MONDAY + timedelta(days=n) for n in range(5))
    turns = [escalation.turn(other, WORKING, day, Due(case(1, MONDAY)), Roster(EVERYBODY)) for day in days]
    assert [turn and turn.reader for turn in turns] == [None, None, LEADER_1, LEADER_1, LEADER_1]


def test_after_days_without_the_bot_only_the_highest_is_told() -> None:
    everybody = Roster(EVERYBODY)
    turn = escalation.turn(BOOK, WORKING, MONDAY + timedelta(days=30), Due(case(1, MONDAY)), everybody)
    assert turn is not None
    assert turn.reader == REGIONAL_1


def test_a_case_that_owes_nothing_is_nobodys_turn() -> None:
    closed = replace(case(1, MONDAY), due_on=None)
    assert escalation.turn(BOOK, WORKING, MONDAY + timedelta(days=30), Due(closed), Roster(EVERYBODY)) is None


@dataclass(frozen=True)
class District:
    people: list[Person]
    cases: list[Case]


@st.composite
def districts(draw: st.DrawFn) -> District:
    people = []
    for number in range(draw(st.integers(0, 9))):
        role = draw(st.sampled_from((LEADER, MEMBER, MUNICIPAL, REGIONAL)))
        team = draw(st.sampled_from((None, *TEAMS))) if role in (LEADER, MEMBER) else None
        people.append(person(number, role, team, draw(st.sampled_from(PLACES)) if role == MUNICIPAL else ""))
    cases = [
        case(number, MONDAY - timedelta(days=draw(st.integers(-5, 9))), draw(st.sampled_from((None, *TEAMS))), place)
        for number, place in enumerate(draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=8)))
    ]
    return District(people, cases)


def answers_for(one: Person, late: Case) -> bool:
    """Said once more, and differently from the roster."""
    match one.role:
        case "leader" | "member":
            return late.team_id in [team.id for team in one.teams]
        case "coordinator":
            return one.municipality == late.municipality
    return one.role == "region"


@given(districts())
def test_every_overdue_case_has_one_person_or_is_counted_as_without_an_owner(district: District) -> None:
    roster = Roster(district.people)
    told: dict[int, list[tuple[int, Person]]] = {one.id: [] for one in district.cases}
    for today in (MONDAY + timedelta(days=n) for n in range(16)):
        if not WORKING.is_working(today):
            continue
        for one in district.cases:
            rung = told[one.id][-1][0] if told[one.id] else 0
            if turn := escalation.turn(BOOK, WORKING, today, Due(one, rung), roster):
                told[one.id].append((turn.rung, turn.reader))
        for one in district.cases:
            assert one.due_on is not None
            above = {p.role for p in district.people if answers_for(p, one)}
            ownerless = escalation.without_owner([Held(one.team_id, one.municipality, 1)], roster) == 1
            assert ownerless == (not above & {LEADER, MUNICIPAL})
            # Whoever owes it hears of it on its day: somebody of the team, else the first above it.
            assert bool(told[one.id]) == bool(above and WORKING.on_or_after(one.due_on) <= today)
    for one in district.cases:
        assert all(answers_for(reader, one) for _rung, reader in told[one.id])
        assert all(earlier < later for (earlier, _), (later, _) in pairwise(told[one.id]))


@given(districts(), st.lists(st.sets(st.integers(0, 8)), min_size=10, max_size=10))
def test_whoever_cannot_be_reached_is_never_the_one(district: District, unreachable: list[set[int]]) -> None:
    rungs = Counter[int]()
    for today, away in zip((MONDAY + timedelta(days=n) for n in range(10)), unreachable, strict=True):
        roster = Roster([one for one in district.people if one.id not in away])
        for one in district.cases:
            if turn := escalation.turn(BOOK, WORKING, today, Due(one, rungs[one.id]), roster):
                assert turn.reader.id not in away
                assert turn.rung > rungs[one.id]
                rungs[one.id] = turn.rung


@given(
    districts(), st.lists(st.tuples(st.integers(0, 7), st.sampled_from(sorted(BOOK.late))), min_size=12, max_size=12)
)
def test_a_postponed_step_begins_its_ladder_anew_and_never_more_often_than_may_be(
    district: District, said: list[tuple[int, str]]
) -> None:
    roster = Roster(district.people)
    cases = {one.id: one for one in district.cases}
    rungs, postponed = Counter[int](), Counter[int]()
    for today, (chosen, reason) in zip((MONDAY + timedelta(days=n) for n in range(12)), said, strict=True):
        for one in cases.values():
            turn = escalation.turn(BOOK, WORKING, today, Due(one, rungs[one.id]), roster)
            if turn and WORKING.is_working(today):
                assert turn.rung > rungs[one.id]
                assert one.due_on is not None
                assert turn.late == overdue_working_days(WORKING, one.due_on, today)
                rungs[one.id] = turn.rung
        late = cases.get(chosen)
        if late and (step := life.postponed(BOOK, WORKING, late, reason, today)):
            assert step.due_on is not None
            assert step.due_on > today
            assert WORKING.is_working(step.due_on)
            postponed[late.id] += 1
            cases[late.id] = replace(late, due_on=step.due_on, postponed=postponed[late.id])
            rungs[late.id] = 0
            assert escalation.turn(BOOK, WORKING, today, Due(cases[late.id]), roster) is None
    assert max(postponed.values(), default=0) <= BOOK.late_at_most


@given(districts(), st.dictionaries(st.integers(0, 8), st.integers(0, 8)))
def test_whoever_stands_in_is_told_in_place_of_who_is_away(district: District, away: dict[int, int]) -> None:
    known = {one.id: one for one in district.people}
    here = [one for one in district.people if one.id not in away]
    pairs = [
        (known[whose], known[told])
        for whose, told in away.items()
        if whose in known and told in known and told not in away and known[told].role == known[whose].role
    ]
    full, roster = Roster(district.people), Roster(here, pairs)
    deputies = {whose.id: told for whose, told in pairs}
    for one in district.cases:
        for role in (LEADER, MUNICIPAL, REGIONAL):
            usual, told = full.holder(role, one), roster.holder(role, one)
            assert told is None or told.id not in away
            if usual and usual.id not in away:
                assert told == usual
            elif usual and (deputy := deputies.get(usual.id)) and answers_for(deputy, one):
                assert told == deputy
            if told and role == LEADER:
                assert answers_for(told, one), "nobody is told of a team that is not theirs"
