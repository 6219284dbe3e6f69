"""The morning brief of whoever goes to the doors: today's visits by settlement with who goes, other steps, promises.

What a newcomer gets wrong: it is a part of the one message of the morning (`overdue.told`), shows on a locked phone and
names a case by its number and settlement only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from casework import brief as rules
from casework.brief import Brief, Named, Stop, place_of
from casework.catalogue import Catalogue
from casework.escalation import Due, Roster, Turn
from casework.records import Case, Person
from handlers.engine.scene import Work
from handlers.engine.views import Button, and_more
from handlers.engine.words import Joined, Text, Within, _, counted
from storage import claims, planned
from storage.database import Tx

LISTED, OTHERS_LISTED = 12, 6
PLAN = Button(_("Who goes with whom"), "", "plan")
PLAN_BELOW = Button(PLAN.label, "", "plan_below")


async def read(
    tx: Tx, work: Work, roster: Roster, due: Sequence[Due], turns: Mapping[int, Sequence[Turn]], today: date
) -> dict[int, Brief]:
    """Of everybody who has something today, can be told now and has not been, by person; in a handful of statements,
    however many they are."""
    before = work.calendar.on_or_before(today - timedelta(days=1))
    all_turns = [turn for own in turns.values() for turn in own]
    last = await planned.together(tx, [case.id for case in rules.visits_due(work.catalogue, all_turns)])
    promised = await planned.promised(tx, before + timedelta(days=1), today)
    going = [made.going for made in await planned.on(tx, today)]
    owed = {case.id: case for case in (*(one.case for one in due), *await planned.owed_at(tx, today, going))}
    briefs = rules.compose(work.catalogue, all_turns, list(owed.values()), roster, going, promised, last)
    had = await claims.had_a_morning(tx, briefs.keys() - turns.keys(), today.isoformat())
    return {number: day for number, day in briefs.items() if number not in had}


def lines(work: Work, day: Brief) -> Iterator[Text]:
    """An empty line between the parts."""
    book = work.catalogue
    names = rules.short_names(day.people)
    parts: list[list[Text]] = []
    visits = sum(len(stop.cases) for stop in day.stops)
    if day.stops:
        title = counted("{count} visit is due today:", "{count} visits are due today:", visits)
        parts.append([title if visits else _("Planned for today:"), *_stops(book, day, names)])
    if day.others:
        title = counted("{count} other step is due today:", "{count} other steps are due today:", len(day.others))
        told = [_owed(case, book.steps[case.next_step]) for case in day.others[:OTHERS_LISTED]]
        parts.append([title, *told, *and_more(len(day.others) - OTHERS_LISTED)])
    if day.promised:
        told = [_owed(one.case, Within(book.outcomes[one.outcome])) for one in day.promised[:OTHERS_LISTED]]
        parts.append([_("Promised for today:"), *told, *and_more(len(day.promised) - OTHERS_LISTED)])
    for n, part in enumerate(parts):
        yield from (*([""] if n else []), *part)


def _owed(case: Case, what: Text) -> Text:
    return Joined([f"• {case.number}, {place_of(case)}", what], " · ")


def _stops(book: Catalogue, day: Brief, names: Mapping[int, str]) -> list[Text]:
    told: list[Text] = []
    left = LISTED
    for stop in day.stops:
        if left or not stop.cases:
            told.append(_stop(book, stop, left, day.reader, names))
        left = max(0, left - len(stop.cases))
    hidden = sum(len(stop.cases) for stop in day.stops) - LISTED
    return [*told, *and_more(hidden)]


def _stop(book: Catalogue, stop: Stop, at_most: int, me: Person, names: Mapping[int, str]) -> Text:
    numbers = [_numbered(book, case) for case in stop.cases[:at_most]]
    line: Text = Joined([f"• {stop.place}", *([Joined(numbers)] if numbers else [])], ": ")
    if stop.going:
        return _("{stop} · today {who}", stop=line, who=who(stop.going, me.id, names))
    if stop.last:
        return _("{stop} · last time {who}", stop=line, who=who(stop.last, me.id, names))
    return line


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
