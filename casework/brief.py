"""A morning of whoever goes to the doors: where to today and with whom, what else falls due, what was promised.

What a newcomer gets wrong: a case is in the brief of the one who owes it, and of whoever is planned to go to its
settlement; what is overdue is told by the ladder (`escalation`) and only joins a drive that is planned anyway.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from casework.catalogue import Catalogue
from casework.escalation import Roster, Turn
from casework.records import LEADER, MEMBER, Case, Person

Place = tuple[int, str]
"""A team and a settlement."""
Named = tuple[int, str]
"""A person's number and name."""
_PARTS = re.compile(r"\d+|\D+")


@dataclass(frozen=True)
class Going:
    """Who goes to a place on a day: people of the team who are there that day."""

    place: Place
    people: tuple[Named, ...]


@dataclass(frozen=True)
class Promised:
    """What the last visit of a case was promised for today."""

    case: Case
    outcome: str
    reporter_id: int


@dataclass(frozen=True)
class Stop:
    """A settlement: its visits by street, and who goes today. Where nobody is planned, `last` were there together."""

    place: str
    cases: tuple[Case, ...]
    going: tuple[Named, ...] = ()
    last: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Brief:
    reader: Person
    stops: tuple[Stop, ...]
    others: tuple[Case, ...] = ()
    """Due today, and no visit."""
    promised: tuple[Promised, ...] = ()

    @property
    def cases(self) -> tuple[Case, ...]:
        """Each once, in the order in which they are told."""
        visits = (case for stop in self.stops for case in stop.cases)
        return (*visits, *self.others, *(one.case for one in self.promised))

    @property
    def people(self) -> tuple[Named, ...]:
        return tuple(one for stop in self.stops for one in (*stop.going, *stop.last))


@dataclass
class _Day:
    """Of one reader, while it is put together."""

    reader: Person
    late: set[int] = field(default_factory=set)
    visits: dict[Place, dict[int, Case]] = field(default_factory=lambda: defaultdict(dict))
    others: list[Case] = field(default_factory=list)
    promised: list[Promised] = field(default_factory=list)


def place_of(case: Case) -> str:
    return case.settlement or case.municipality


def visit_steps(book: Catalogue) -> frozenset[str]:
    """The steps for which the team goes to the door."""
    return frozenset({book.first_step, *(one.step for one in book.outcomes.values() if one.goes_on)})


def promise_steps(book: Catalogue) -> frozenset[str]:
    return frozenset(one.step for one in book.outcomes.values() if one.promise)


def is_visit(book: Catalogue, case: Case) -> bool:
    return case.next_step in visit_steps(book) and case.waits_for is None


def visits_due(book: Catalogue, turns: Iterable[Turn]) -> list[Case]:
    """What its team visits today of itself; for asking who was there before."""
    return [one.case for one in turns if _is_own(one) and not one.late and is_visit(book, one.case)]


def _is_own(turn: Turn) -> bool:
    """Whether it is told to somebody who goes to the doors."""
    return turn.reader.role in (MEMBER, LEADER)


def compose(
    book: Catalogue,
    turns: Iterable[Turn],
    owed: Sequence[Case],
    roster: Roster,
    planned: Sequence[Going],
    promised: Sequence[Promised],
    last: Mapping[Place, tuple[Named, ...]],
    silent: Collection[tuple[int, int]] = (),
) -> dict[int, Brief]:
    """The brief of each who has something today, by person. `owed` is what is due today or overdue, as
    far as anybody is told of it or is planned to go there. `silent`: person and case, where that person wants to hear
    nothing of it.

    Nobody is looked up who is not in the roster: whoever cannot be told now has no brief now.
    """
    days = _own(book, turns)
    _join(book, days, owed, roster, planned, silent)
    told = {case.id for case in owed}
    for one in promised:
        reader = roster.owing(one.case, one.reporter_id)
        if reader and one.case.id not in told and (reader.id, one.case.id) not in silent:
            days.setdefault(reader.id, _Day(reader)).promised.append(one)
    going = {one.place: one.people for one in planned}
    briefs = {number: _brief(day, going, last) for number, day in days.items()}
    return {number: one for number, one in briefs.items() if one.stops or one.others or one.promised}


def _own(book: Catalogue, turns: Iterable[Turn]) -> dict[int, _Day]:
    days: dict[int, _Day] = {}
    for one in filter(_is_own, turns):
        day = days.setdefault(one.reader.id, _Day(one.reader))
        if one.late:
            day.late.add(one.case.id)
        elif is_visit(book, one.case) and one.case.team_id is not None:
            day.visits[one.case.team_id, place_of(one.case)][one.case.id] = one.case
        else:
            day.others.append(one.case)
    return days


def _join(
    book: Catalogue,
    days: dict[int, _Day],
    owed: Sequence[Case],
    roster: Roster,
    planned: Sequence[Going],
    silent: Collection[tuple[int, int]],
) -> None:
    """Whoever is planned to go somewhere sees all the visits there, but not twice what the message says as overdue."""
    visits: dict[Place, list[Case]] = defaultdict(list)
    for case in owed:
        if case.team_id is not None and is_visit(book, case):
            visits[case.team_id, place_of(case)].append(case)
    for going in planned:
        for number, _name in going.people:
            reader = roster.present(number)
            if reader is None:
                continue
            day = days.setdefault(number, _Day(reader))
            heard = (case for case in visits[going.place] if (number, case.id) not in silent)
            there = {case.id: case for case in heard if case.id not in day.late}
            day.visits[going.place].update(there)


def _brief(day: _Day, going: Mapping[Place, tuple[Named, ...]], last: Mapping[Place, tuple[Named, ...]]) -> Brief:
    stops = [
        Stop(
            place[1],
            tuple(by_street(cases.values())),
            going.get(place, ()),
            () if place in going else _together(last, place),
        )
        for place, cases in sorted(day.visits.items(), key=lambda item: (item[0][1], item[0][0]))
    ]
    others = sorted(day.others, key=lambda case: (place_of(case), case.number))
    return Brief(day.reader, tuple(stops), tuple(others), tuple(day.promised))


def _together(last: Mapping[Place, tuple[Named, ...]], place: Place) -> tuple[Named, ...]:
    there = last.get(place, ())
    return there if len(there) > 1 else ()


def by_street(cases: Iterable[Case]) -> list[Case]:
    """Street by street; house 9 comes before house 10."""
    return sorted(cases, key=lambda case: (_natural(case.address), case.number))


def _natural(address: str) -> list[tuple[int, str]]:
    parts = _PARTS.findall(address.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part.strip()) for part in parts]


def short_names(people: Collection[Named]) -> dict[int, str]:
    """First names, as they are called; the whole name of those who share one."""
    called: dict[str, set[int]] = defaultdict(set)
    for number, name in people:
        called[name.split()[0]].add(number)
    return {number: first if len(called[first := name.split()[0]]) == 1 else name for number, name in people}
