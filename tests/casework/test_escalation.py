"""No child forgotten: each overdue case has one person whose turn it is, or is counted as without an owner."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from casework import escalation
from casework.calendar import WorkingDays
from casework.escalation import LADDER, Roster, overdue_working_days
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Case, Person, Team

WORKING = WorkingDays()
MONDAY = date(2026, 11, 23)
TEAMS = (Team(1, "Б-1", "Бяла"), Team(2, "Б-2", "Бяла"), Team(3, "Р-1", "Русе"))
PLACES = ("Бяла", "Русе")


def person(number: int, role: str, team: Team | None = None, municipality: str = "") -> Person:
    return Person(number, f"№ {number}", role, team=team, municipality=municipality)


def case(number: int, due_on: date, team: Team | None = TEAMS[0], municipality: str = "Бяла") -> Case:
    team_id = team.id if team else None
    return Case(number, f"БЯ-{number:03}", "G1", municipality, "Бяла", "", None, "S11", team_id, "visit", due_on)


MEMBER_1, LEADER_1 = person(1, MEMBER, TEAMS[0]), person(2, LEADER, TEAMS[0])
MUNICIPAL_1, REGIONAL_1 = person(3, MUNICIPAL, municipality="Бяла"), person(4, REGIONAL)


def told_on(late: Case, on_duty: list[Person], days: int = 20) -> list[tuple[int, int]]:
    """Whom the case is told to, and on which working day overdue."""
    told, rung, roster = [], 0, Roster(on_duty)
    for today in (MONDAY + timedelta(days=n) for n in range(days)):
        if WORKING.is_working(today) and (turn := escalation.turn(WORKING, today, late, rung, roster)):
            rung = turn.rung
            told.append((turn.reader.id, overdue_working_days(WORKING, MONDAY, today)))
    return told


def test_the_ladder_is_climbed_one_rung_at_a_time() -> None:
    everybody = [MEMBER_1, LEADER_1, MUNICIPAL_1, REGIONAL_1]
    assert told_on(case(1, MONDAY), everybody) == [(2, 1), (3, 3), (4, 7)]


def test_a_missing_leader_makes_nobody_wait_less() -> None:
    assert told_on(case(1, MONDAY), [MEMBER_1, MUNICIPAL_1, REGIONAL_1]) == [(3, 3), (4, 7)]
    assert told_on(case(1, MONDAY), [MEMBER_1, REGIONAL_1]) == [(4, 7)]
    assert told_on(case(1, MONDAY), [MEMBER_1]) == []


def test_a_case_that_no_team_has_is_told_on_the_first_day() -> None:
    everybody = [MEMBER_1, LEADER_1, MUNICIPAL_1, REGIONAL_1]
    assert told_on(case(1, MONDAY, None), everybody) == [(3, 1), (4, 7)]
    assert told_on(case(1, MONDAY, None), [MEMBER_1, REGIONAL_1]) == [(4, 1)]
    assert told_on(case(1, MONDAY, TEAMS[1]), everybody) == [(3, 1), (4, 7)]


def test_after_days_without_the_bot_only_the_highest_is_told() -> None:
    everybody = Roster([MEMBER_1, LEADER_1, MUNICIPAL_1, REGIONAL_1])
    turn = escalation.turn(WORKING, MONDAY + timedelta(days=30), case(1, MONDAY), 0, everybody)
    assert turn is not None
    assert turn.reader == REGIONAL_1


def test_a_case_that_owes_nothing_is_nobodys_turn() -> None:
    closed = replace(case(1, MONDAY), due_on=None)
    assert escalation.turn(WORKING, MONDAY + timedelta(days=30), closed, 0, Roster([LEADER_1, REGIONAL_1])) is None


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
        case "leader":
            return one.team is not None and one.team.id == late.team_id
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
            if turn := escalation.turn(WORKING, today, one, rung, roster):
                told[one.id].append((turn.rung, turn.reader))
        for one in district.cases:
            late = overdue_working_days(WORKING, one.due_on or today, today)
            above = [
                rung for rung in LADDER if any(p.role == rung.role and answers_for(p, one) for p in district.people)
            ]
            ownerless = escalation.without_owner([one], roster) == 1
            assert ownerless == all(rung.role == REGIONAL for rung in above)
            is_listed = any(p.team and p.team.id == one.team_id for p in district.people)
            waits = above[0].after_working_days if above and is_listed else 1
            assert bool(told[one.id]) == bool(above and late >= waits)
            assert told[one.id] or late < 1 or ownerless or late < waits
    for one in district.cases:
        assert all(answers_for(reader, one) for _rung, reader in told[one.id])
        assert all(earlier < later for (earlier, _), (later, _) in pairwise(told[one.id]))


@given(districts(), st.lists(st.sets(st.integers(0, 8)), min_size=10, max_size=10))
def test_whoever_cannot_be_reached_is_never_the_one(district: District, unreachable: list[set[int]]) -> None:
    rungs = Counter[int]()
    for today, away in zip((MONDAY + timedelta(days=n) for n in range(10)), unreachable, strict=True):
        roster = Roster([one for one in district.people if one.id not in away])
        for one in district.cases:
            if turn := escalation.turn(WORKING, today, one, rungs[one.id], roster):
                assert turn.reader.id not in away
                assert turn.rung > rungs[one.id]
                rungs[one.id] = turn.rung
