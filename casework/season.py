"""What a season came to, by municipality and month: facts of a period in, figures out.

Everything is counted in the municipality in which the case is now, on local days. Returned and retained follow from
the moves of a case, as `docs/glossary.md` defines them. What a newcomer gets wrong: people, teams and addresses are
counted once in each total, so months do not add up to the season.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from casework.catalogue import Catalogue, SeasonDays
from casework.hiding import Hidden, Line, hide
from casework.records import CORRECTION, MUNICIPAL, READERS, REGIONAL, Person


@dataclass(frozen=True)
class Period:
    """Both days are in it. `today` is the last one that is known when it has not ended."""

    first: date
    last: date
    today: date

    @property
    def ends(self) -> date:
        return min(self.last, self.today)

    @property
    def months(self) -> tuple[str, ...]:
        """`2026-08`, to the end of what is known."""
        found, day = [], self.first.replace(day=1)
        while day <= self.ends:
            found.append(f"{day:%Y-%m}")
            day = (day + timedelta(days=31)).replace(day=1)
        return tuple(found)


def first_day(season: SeasonDays, day: date) -> date:
    """Of the last season that has begun by that day."""
    return max(begin for year in (day.year - 1, day.year) if (begin := _in(year, season.begins)) <= day)


def last_day(season: SeasonDays, first: date) -> date:
    """The first end of a season after that day."""
    return min(end for year in (first.year, first.year + 1) if (end := _in(year, season.ends)) > first)


def _in(year: int, day: str) -> date:
    return date.fromisoformat(f"{year}-{day}")


@dataclass(frozen=True)
class Reach:
    """Of which cases somebody may know the figures. `municipality` is empty for all; `aggregate` without small counts,
    teams and people."""

    municipality: str = ""
    aggregate: bool = False


def reach_of(me: Person) -> Reach | None:
    if me.role in READERS:
        return Reach(aggregate=True)
    if me.role == REGIONAL:
        return Reach()
    return Reach(me.municipality) if me.role == MUNICIPAL and me.municipality else None


@dataclass(frozen=True)
class Went:
    """A visit in the period. `team` is empty for one without."""

    case_id: int
    place: str
    team: str
    day: date
    outcome: str
    reasons: tuple[str, ...]
    people: tuple[int, ...]


@dataclass(frozen=True)
class Move:
    day: date
    cause: str
    was: str
    status: str
    due_on: date | None


@dataclass(frozen=True)
class Known:
    """A case that had come by the end of the period, with its moves until then, oldest first; there is one at least."""

    place: str
    came_on: date
    moves: tuple[Move, ...]
    visited_on: date | None
    """The first time, if that was by the end of the period."""


@dataclass(frozen=True)
class Asked:
    """A referral of the period. `ended_on` is None while it waits; `answered` is False when it was not theirs or was
    taken back."""

    place: str
    institution: str
    is_check: bool
    asked_on: date
    answer_by: date
    ended_on: date | None
    answered: bool


@dataclass(frozen=True)
class Late:
    place: str
    day: date
    code: str


@dataclass(frozen=True)
class Facts:
    cases: tuple[Known, ...] = ()
    visits: tuple[Went, ...] = ()
    asked: tuple[Asked, ...] = ()
    late: tuple[Late, ...] = ()


class At(NamedTuple):
    """Where a figure stands: of which municipality, month and code; None is all of them together."""

    figure: str
    place: str | None = None
    month: str | None = None
    code: str | None = None


TEAMS, PEOPLE, ADDRESSES, VISITS = "teams", "people", "addresses", "visits"
RETURNED, RETAINED, LEFT = "returned", "retained", "left"
OUTCOME, REASON, LATE, STATUS = "outcome", "reason", "late", "status"
CASES, OVERDUE, UNVISITED, FIRST_VISIT = "cases", "overdue", "unvisited", "first visit"
ASKED, ANSWERED, IN_TIME, TOO_LATE, WAITING, ENDED = "asked", "answered", "in time", "too late", "waiting", "ended"
OF_TEAM = "team "
"""Before visits, addresses and people: of one team, which is the code."""


class Middle(NamedTuple):
    """The median of so many days."""

    days: float
    of: int


@dataclass(frozen=True)
class Season:
    period: Period
    places: tuple[str, ...]
    values: Mapping[At, int]
    medians: Mapping[At, Middle]

    def __getitem__(self, at: At) -> int:
        return self.values.get(at, 0)

    @property
    def empty(self) -> bool:
        return not self.values

    def codes(self, figure: str, order: Iterable[str] = ()) -> tuple[str, ...]:
        """Those that occur, in this order; what is no longer in the catalogue comes last."""
        found = {at.code for at in self.values if at.figure == figure and at.code is not None}
        known = tuple(dict.fromkeys(code for code in order if code in found))
        return (*known, *sorted(found - set(known)))


def count(book: Catalogue, period: Period, facts: Facts) -> Season:
    counts: Counter[At] = Counter()
    spans: defaultdict[At, list[int]] = defaultdict(list)
    _visits(counts, facts.visits)
    for case in facts.cases:
        _case(book, period, counts, spans, case)
    for late in facts.late:
        _coded(counts, LATE, late.place, f"{late.day:%Y-%m}", late.code)
        _add(counts, LATE, late.place, f"{late.day:%Y-%m}")
    for asked in facts.asked:
        _asked(counts, spans, asked)
    of_all: tuple[Went | Known | Late | Asked, ...] = (*facts.visits, *facts.cases, *facts.late, *facts.asked)
    places = {one.place for one in of_all}
    medians = {at: Middle(median(days), len(days)) for at, days in spans.items()}
    return Season(period, tuple(sorted(places)), dict(counts), medians)


def _everywhere(figure: str, place: str, month: str) -> tuple[At, ...]:
    return At(figure, place, month), At(figure, place), At(figure, None, month), At(figure)


def _add(counts: Counter[At], figure: str, place: str, month: str, times: int = 1) -> None:
    for at in _everywhere(figure, place, month):
        counts[at] += times


def _coded(counts: Counter[At], figure: str, place: str, month: str, code: str, times: int = 1) -> None:
    """Codes are told by place or by month, never by both."""
    for at in (At(figure, place, None, code), At(figure, None, month, code), At(figure, None, None, code)):
        counts[at] += times


def _visits(counts: Counter[At], visits: Iterable[Went]) -> None:
    """First by place and month, because these are few: five thousand visits would make a million places of figures."""
    made: Counter[tuple[str, str, str]] = Counter()
    why: Counter[tuple[str, str, str]] = Counter()
    apart: defaultdict[tuple[str, str, str], Apart] = defaultdict(Apart)
    for visit in visits:
        place, month = visit.place, visit.day.isoformat()[:7]
        made[place, month, visit.outcome] += 1
        why.update((place, month, reason) for reason in visit.reasons)
        of_team = apart[place, month, visit.team]
        of_team.visits += 1
        of_team.addresses.add(visit.case_id)
        of_team.people.update(visit.people)
    for (place, month, outcome), times in made.items():
        _add(counts, VISITS, place, month, times)
        _coded(counts, OUTCOME, place, month, outcome, times)
    for (place, month, reason), times in why.items():
        _coded(counts, REASON, place, month, reason, times)
    _apart(counts, apart)


@dataclass
class Apart:
    """Of one team in a month and a municipality: what is counted once in each total, however often it occurs."""

    visits: int = 0
    addresses: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)


def _apart(counts: Counter[At], apart: Mapping[tuple[str, str, str], Apart]) -> None:
    once: defaultdict[At, set[int | str]] = defaultdict(set)
    for (place, month, team), one in apart.items():
        for at in _everywhere(ADDRESSES, place, month):
            once[at].update(one.addresses)
        for at in _everywhere(PEOPLE, place, month):
            once[at].update(one.people)
        if team:
            for at in _everywhere(TEAMS, place, month):
                once[at].add(team)
            counts[At(OF_TEAM + VISITS, place, None, team)] += one.visits
            once[At(OF_TEAM + ADDRESSES, place, None, team)].update(one.addresses)
            once[At(OF_TEAM + PEOPLE, place, None, team)].update(one.people)
    counts.update({at: len(found) for at, found in once.items() if found})


def _case(book: Catalogue, period: Period, counts: Counter[At], spans: defaultdict[At, list[int]], case: Known) -> None:
    last = case.moves[-1]
    if case.visited_on and case.visited_on >= period.first:
        for at in (At(FIRST_VISIT, case.place), At(FIRST_VISIT)):
            spans[at].append(max((case.visited_on - case.came_on).days, 0))
    if day := returned_on(book, case.moves, period):
        kept = RETAINED if last.status in (book.retention.status, book.retention.kept) else LEFT
        for figure in (RETURNED, kept):
            _add(counts, figure, case.place, f"{day:%Y-%m}")
    if not _was_open(book, case.moves, period):
        return
    figures = [At(CASES), At(STATUS, None, None, last.status)]
    if last.due_on and last.due_on < period.ends:
        figures.append(At(OVERDUE))
    if case.visited_on is None:
        figures.append(At(UNVISITED))
    counts.update(at._replace(place=place) for at in figures for place in (case.place, None))


def _was_open(book: Catalogue, moves: Sequence[Move], period: Period) -> bool:
    """Whether there was anything to do for it in the period: it came in it, or was not closed when it began."""
    before = [move.status for move in moves if move.day < period.first]
    return not before or not (before[-1] in book.statuses and book.statuses[before[-1]].closed)


def returned_on(book: Catalogue, moves: Sequence[Move], period: Period) -> date | None:
    """When a child first came back to school in the period; what a correction took back does not count."""
    status = book.retention.status
    for place, move in enumerate(moves):
        if move.status != status or move.was == status or move.day < period.first:
            continue
        onward = next((after for after in moves[place + 1 :] if after.status != status), None)
        if onward is None or onward.cause != CORRECTION:
            return move.day
    return None


def _asked(counts: Counter[At], spans: defaultdict[At, list[int]], asked: Asked) -> None:
    code = f"{asked.institution}{CHECKS if asked.is_check else ''}"
    figures = [ASKED]
    if asked.ended_on is None:
        figures.append(WAITING)
    elif not asked.answered:
        figures.append(ENDED)
    else:
        figures += [ANSWERED, IN_TIME if asked.ended_on <= asked.answer_by else TOO_LATE]
        for at in (At(ANSWERED, code=code), At(ANSWERED)):
            spans[at].append((asked.ended_on - asked.asked_on).days)
    counts.update(At(figure, code=one) for figure in figures for one in (code, None))


CHECKS = "+"
"""Behind an institution: what it is asked about children that were enrolled."""


def hidden(season: Season, least: int) -> Hidden[At]:
    """What of the figures that say nothing of teams is not shown to whoever gets aggregates."""
    told = {at: value for at, value in season.values.items() if not at.figure.startswith(OF_TEAM)}
    return hide(told, tuple(_lines(season)), least)


def _lines(season: Season) -> Iterator[Line[At]]:
    """Every sum that a reader of the report can make."""
    months, places = season.period.months, season.places
    for figure in (TEAMS, PEOPLE, ADDRESSES, VISITS, RETURNED, RETAINED, LEFT):
        yield from (_by_place(At(figure, None, month), places) for month in (None, *months))
    for figure in (VISITS, RETURNED, RETAINED, LEFT):
        yield from (_by_month(At(figure, place), months) for place in (None, *places))
    yield from (_by_place(At(figure), places) for figure in (CASES, OVERDUE, UNVISITED))
    for at in [at for at in season.values if at.figure == RETURNED]:
        yield Line(at, (at._replace(figure=RETAINED), at._replace(figure=LEFT)))
    for figure, whole in ((OUTCOME, VISITS), (LATE, LATE), (STATUS, CASES), (REASON, "")):
        codes = season.codes(figure)
        for code in codes:
            yield _by_place(At(figure, code=code), places)
            yield _by_month(At(figure, code=code), months if figure != STATUS else ())
        for at in (At(whole), *(At(whole, place) for place in places), *(At(whole, None, month) for month in months)):
            if whole and not (figure == STATUS and at.month):
                yield Line(at, tuple(at._replace(figure=figure, code=code) for code in codes))
    codes = season.codes(ASKED)
    for figure in (ASKED, ANSWERED, IN_TIME, TOO_LATE, WAITING, ENDED):
        yield Line(At(figure), tuple(At(figure, code=code) for code in codes))
    for one in (None, *codes):
        yield Line(At(ASKED, code=one), tuple(At(figure, code=one) for figure in (ANSWERED, WAITING, ENDED)))
        yield Line(At(ANSWERED, code=one), (At(IN_TIME, code=one), At(TOO_LATE, code=one)))


def _by_place(total: At, places: Sequence[str]) -> Line[At]:
    parts = tuple(total._replace(place=place) for place in places)
    # Whoever went in two municipalities is counted in both.
    return Line(total, parts, is_sum=total.figure not in (TEAMS, PEOPLE))


def _by_month(total: At, months: Sequence[str]) -> Line[At]:
    return Line(total, tuple(total._replace(month=month) for month in months))
