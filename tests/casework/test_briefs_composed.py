"""Whose brief a case stands in, where they go and with whom: as data, without a clock and without a file."""

from __future__ import annotations

from datetime import date

import pytest

from casework import brief, catalogue
from casework.brief import Brief, Going, Named, Place, Promised, Stop
from casework.escalation import Roster, Turn
from casework.records import INSTITUTION, LEADER, MEMBER, MUNICIPAL, Case, Person, Team

BOOK = catalogue.load()
TODAY = date(2026, 11, 24)
ONE, TWO = Team(1, "Б-1", "Бяла"), Team(2, "Б-2", "Бяла")
MILA, LIDIA = Person(1, "Мила Петрова", MEMBER, teams=(ONE,)), Person(2, "Лидия Колева", LEADER, teams=(ONE,))
BOTH = Person(3, "Мила Илиева", MEMBER, teams=(ONE, TWO))
KOLYO, SCHOOL = Person(4, "Кольо", MUNICIPAL, municipality="Бяла"), Person(5, "Ана", INSTITUTION)
M, L, B = (MILA.id, MILA.name), (LIDIA.id, LIDIA.name), (BOTH.id, BOTH.name)
EVERYBODY = Roster([MILA, LIDIA, BOTH, KOLYO, SCHOOL])


def case(
    number: int, place: str = "Бяла", step: str = "visit", *, team: int | None = 1, waits: int | None = None,
    address: str = "",
) -> Case:  # fmt: skip
    street = address or f"ул. Дунав {number}"
    return Case(
        number, f"БЯ-{number:03}", "G1", "Бяла", place, street, 2015, "S11", team, step, TODAY, waits_for=waits
    )  # fmt: skip


def turn(one: Case, reader: Person = MILA, late: int = 0) -> Turn:
    return Turn(one, 1, reader, late)


def made(
    *turns: Turn,
    due: tuple[Case, ...] = (),
    planned: tuple[Going, ...] = (),
    promised: tuple[Promised, ...] = (),
    last: dict[Place, tuple[Named, ...]] | None = None,
    roster: Roster = EVERYBODY,
) -> dict[int, Brief]:
    every = (*due, *(turn.case for turn in turns))
    return brief.compose(BOOK, turns, every, roster, planned, promised, last or {})


def test_a_drive_serves_a_settlement_street_by_street() -> None:
    homes = [
        case(1, "Дряновец", address="ул. Рила 10"), case(2, address="ул. Рила 2"), case(3, "Дряновец", address="Рила"),
        case(4, "Дряновец", address="ул. Рила 9"), case(5, ""), case(6, address="ул. Дунав 30"),
    ]  # fmt: skip
    mila = made(*map(turn, homes))[MILA.id]
    assert [(stop.place, [one.id for one in stop.cases]) for stop in mila.stops] == [
        ("Бяла", [5, 6, 2]),
        ("Дряновец", [3, 4, 1]),
    ]
    assert [one.id for one in mila.cases] == [5, 6, 2, 3, 4, 1]


def test_what_is_no_visit_stands_apart_and_what_is_overdue_is_not_in_the_brief() -> None:
    papers, waits = case(1, step="documents"), case(2, waits=7, step="answer")
    mila = made(turn(papers), turn(waits), turn(case(3), late=1), turn(case(4)))[MILA.id]
    assert [one.id for one in mila.others] == [1, 2]
    assert [one.id for stop in mila.stops for one in stop.cases] == [4]
    assert made(turn(case(3), late=1)) == {}


@pytest.mark.parametrize("reader", [KOLYO, SCHOOL])
def test_whoever_does_not_go_to_the_doors_has_no_brief(reader: Person) -> None:
    assert made(turn(case(1), reader), turn(case(2, team=None), reader)) == {}


def test_whoever_is_planned_sees_all_the_visits_there_but_not_twice_what_is_overdue() -> None:
    going = Going((1, "Бяла"), (L, M))
    overdue, due, other = case(1), case(2), case(3, step="documents")
    found = made(
        turn(overdue, LIDIA, late=1),
        turn(due),
        turn(other),
        due=(case(8, "Дряновец"), case(9, team=2)),
        planned=(going,),
    )
    assert found[LIDIA.id] == Brief(LIDIA, (Stop("Бяла", (due,), (L, M)),))
    assert found[MILA.id] == Brief(MILA, (Stop("Бяла", (overdue, due), (L, M)),), (other,))
    assert set(found) == {LIDIA.id, MILA.id}


def test_a_plan_of_a_place_where_nothing_is_due_any_more_is_told_all_the_same() -> None:
    assert made(planned=(Going((1, "Бяла"), (L, M)),))[LIDIA.id].stops == (Stop("Бяла", (), (L, M)),)


def test_where_nobody_is_planned_stands_who_was_there_together() -> None:
    last: dict[Place, tuple[Named, ...]] = {(1, "Бяла"): (L, M), (1, "Дряновец"): (M,), (2, "Бяла"): (B, M)}
    homes = (case(1), case(2, "Дряновец"), case(3, "Копривец"))
    assert [stop.last for stop in made(*map(turn, homes), last=last)[MILA.id].stops] == [(L, M), (), ()]
    planned = made(turn(homes[0]), planned=(Going((1, "Бяла"), (M,)),), last=last)[MILA.id]
    assert planned.stops == (Stop("Бяла", (homes[0],), (M,)),)


def test_a_promise_is_told_to_whoever_owes_the_case_and_not_beside_the_step_of_today() -> None:
    later, due = Promised(case(1), "O11", MILA.id), Promised(case(2), "O11", MILA.id)
    mila = made(turn(due.case, LIDIA), promised=(later, due))
    assert mila[MILA.id] == Brief(MILA, (), (), (later,))
    assert mila[LIDIA.id].promised == ()
    assert made(promised=(Promised(case(1), "O11", 99),))[LIDIA.id].promised[0].case.id == 1


def test_somebody_who_cannot_be_told_now_has_no_brief_and_breaks_none() -> None:
    alone = Roster([LIDIA])
    later, going = Promised(case(1, team=2), "O11", BOTH.id), Going((1, "Бяла"), (M, L, (99, "Иван")))
    found = made(turn(case(3), LIDIA), promised=(later,), planned=(going,), roster=alone)
    assert set(found) == {LIDIA.id}
    assert found[LIDIA.id].stops[0].going == going.people


def test_of_two_teams_somebody_has_one_brief() -> None:
    found = made(turn(case(1), BOTH), turn(case(2, team=2), BOTH), planned=(Going((2, "Бяла"), (B,)),))
    assert list(found) == [BOTH.id]
    assert [(stop.place, len(stop.cases), stop.going) for stop in found[BOTH.id].stops] == [
        ("Бяла", 1, ()),
        ("Бяла", 1, (B,)),
    ]


def test_people_are_called_by_their_first_name_unless_two_share_it() -> None:
    assert brief.short_names([M, L, M]) == {1: "Мила", 2: "Лидия"}
    assert brief.short_names([M, L, B]) == {1: "Мила Петрова", 2: "Лидия", 3: "Мила Илиева"}


def test_the_catalogue_says_which_steps_are_visits() -> None:
    assert brief.visit_steps(BOOK) == {"visit", "retry", "promise", "mediator", "other_team", "replan"}
    assert brief.promise_steps(BOOK) == {"promise"}
