"""The morning brief of whoever goes to the doors: today's visits by settlement with who goes, other steps, promises.

What a newcomer gets wrong: it is a part of the one message of the morning (`overdue.told`), shows on a locked phone and
names a case by its number and settlement only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casework import brief as rules
from casework.brief import Brief, Going, Named, Promised, Stop, place_of
from casework.catalogue import Catalogue
from casework.escalation import Due, Roster, Turn
from casework.records import Case, Person
from handlers.engine.listing import Item, Part
from handlers.engine.scene import Work
from handlers.engine.views import Button
from handlers.engine.words import Joined, Text, Within, _, counted
from storage import because, planned
from storage.database import Tx

LISTED, OTHERS_LISTED = 12, 6
COLUMNS = 3
PLAN = Button(_("Who goes with whom"), "", "plan")
PLAN_BELOW = Button(PLAN.label, "", "plan_below")


@dataclass(frozen=True)
class Ahead:
    """Where people go today, and what was promised for it, or for a day of rest before it."""

    going: Sequence[Going]
    promised: Sequence[Promised]

    @property
    def cases(self) -> list[Case]:
        return [one.case for one in self.promised]

    @property
    def people(self) -> set[int]:
        return {number for going in self.going for number, _name in going.people}


async def ahead(tx: Tx, work: Work, today: date) -> Ahead:
    before = work.calendar.on_or_before(today - timedelta(days=1))
    promised = await planned.promised(tx, before + timedelta(days=1), today)
    return Ahead([made.going for made in await planned.on(tx, today)], promised)


async def read(
    tx: Tx,
    work: Work,
    roster: Roster,
    due: Sequence[Due],
    turns: Mapping[int, Sequence[Turn]],
    day: Ahead,
    today: date,
    silent: Collection[tuple[int, int]] = (),
) -> dict[int, Brief]:
    """Of everybody who has something today and can be told now, by person; in a handful of statements, however many
    they are. `silent`: person and case, where they want to hear nothing of it."""
    all_turns = [turn for own in turns.values() for turn in own]
    last = await planned.together(tx, [case.id for case in rules.visits_due(work.catalogue, all_turns)])
    owed = {case.id: case for case in (*(one.case for one in due), *await planned.owed_at(tx, today, day.going))}
    return rules.compose(work.catalogue, all_turns, list(owed.values()), roster, day.going, day.promised, last, silent)


def parts(work: Work, day: Brief, own: Collection[int]) -> Iterator[Part]:
    """`own` are the cases whose turn it is with the reader; the others are told as planned or promised."""
    book = work.catalogue

    def item(case: Case, line: Text, place: Text = "", beside: Text = "") -> Item:
        tie = because.due(case) if case.id in own else because.owed(case)
        return Item(line, (Button(case.number, str(case.id), "card_below"),), (tie,), place, beside)

    yield from _visits(book, day, item)
    title = counted("{count} other step is due today:", "{count} other steps are due today:", len(day.others))
    others = [item(case, _owed(case, book.steps[case.next_step])) for case in day.others]
    yield Part(title, tuple(others), OTHERS_LISTED, COLUMNS)
    promised = [item(one.case, _owed(one.case, Within(book.outcomes[one.outcome]))) for one in day.promised]
    yield Part(_("Promised for today:"), tuple(promised), OTHERS_LISTED, COLUMNS)


def _visits(book: Catalogue, day: Brief, item: Callable[..., Item]) -> Iterator[Part]:
    names = rules.short_names(day.people)
    visits = [
        item(case, _numbered(book, case), stop.place, _who_goes(stop, day.reader, names))
        for stop in day.stops
        for case in stop.cases
    ]
    empty: list[Text] = [
        Joined([part for part in (f"• {stop.place}", _who_goes(stop, day.reader, names)) if part], " · ")
        for stop in day.stops
        if not stop.cases
    ]
    if visits:
        title = counted("{count} visit is due today:", "{count} visits are due today:", len(visits))
        yield Part(title, tuple(visits), LISTED, COLUMNS, below=tuple(empty))
    else:
        yield Part(_("Planned for today:"), tuple(Item(line) for line in empty), LISTED)


def _who_goes(stop: Stop, me: Person, names: Mapping[int, str]) -> Text:
    if stop.going:
        return _("today {who}", who=who(stop.going, me.id, names))
    return _("last time {who}", who=who(stop.last, me.id, names)) if stop.last else ""


def _owed(case: Case, what: Text) -> Text:
    return Joined([f"• {case.number}, {place_of(case)}", what], " · ")


def _numbered(book: Catalogue, case: Case) -> Text:
    if case.next_step not in rules.promise_steps(book):
        return case.number
    return _("{case} (a promise)", case=case.number)


def who(people: Sequence[Named], reader_id: int, names: Mapping[int, str]) -> Text:
    """„Вие, Мила и Лидия“: the reader first."""
    own: list[Text] = [_("you") for number, _name in people if number == reader_id]
    told = [*own, *(names[number] for number, _name in people if number != reader_id)]
    if len(told) == 1:
        return told[0]
    return _("{some} and {last}", some=Joined(told[:-1]), last=told[-1])
