"""What is due today and what is overdue, told in the morning to the one whose turn it is: one message a day.

What a newcomer gets wrong: it shows on a locked phone, so it names a case by its number and settlement only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from casework import life
from casework.brief import Brief, place_of
from casework.catalogue import Catalogue
from casework.escalation import Turn
from casework.records import LEADER, MEMBER, Case, Person
from handlers.desk.place import MORNING, PLACE, Place, of_morning
from handlers.engine.listing import Item, Listing, Part
from handlers.engine.scene import Message, Work
from handlers.engine.views import BELOW, Button, and_more
from handlers.engine.words import Joined, Text, Within, _, counted
from handlers.morning import brief, respite
from storage import because
from storage.absences import NOW

OVERDUE_LISTED = 8
DUE_LISTED = 12
CASES_BELOW = Button(_("My cases"), "", "cases_below")


def told(
    work: Work,
    turns: Sequence[Turn],
    today: date,
    standing_in: Sequence[tuple[int, str]] = (),
    happened: Mapping[int, Sequence[Text]] = {},
    day: Brief | None = None,
) -> Message:
    """To the reader whose all these turns are: overdue ones first, the oldest above; then the brief of their `day`, or,
    to whoever has none, today's cases by settlement.

    `standing_in` are the absences in which the reader stands in and whose they are; `happened`, by case, what others
    were told and said.
    """
    me = day.reader if day else turns[0].reader
    late = [turn.case for turn in turns if turn.late]
    due = sorted((turn.case for turn in turns if not turn.late), key=lambda case: (place_of(case), case.number))
    of_today = brief.parts(work, day, {turn.case.id for turn in turns}) if day else (_due(me, due, today),)
    above = tuple(
        Item(_("You stand in for {who}.", who=name), because=(because.absence(number, NOW),))
        for number, name in standing_in
    )
    plan = (brief.PLAN_BELOW,) if day else ()
    listing = Listing(
        tuple(part for part in (_late(work, me, late, today, happened), *of_today) if part.items),
        above,
        more=(_all_of_it(me, today),),
        beside=(respite.knowing(today),) if late else plan,
        ways=(plan,) if late and plan else (),
    )
    return Message(listing.view(), replaces=False, to=me.id, listing=listing)


def _late(work: Work, me: Person, late: Sequence[Case], today: date, happened: Mapping[int, Sequence[Text]]) -> Part:
    title = counted("{count} overdue case waits for you:", "{count} overdue cases wait for you:", len(late))
    book = work.catalogue
    below = _of_all(late, happened)
    items = [
        Item(
            _overdue(book, case, today, () if below else happened.get(case.id, ())),
            _ways(book, me, case, today),
            (because.due(case),),
        )
        for case in late
    ]
    # A coordinator has a button for each and no other, and an eye on many.
    return Part(title, tuple(items), OVERDUE_LISTED, columns=3 if me.coordinates else 1, below=below)


def _of_all(late: Sequence[Case], happened: Mapping[int, Sequence[Text]]) -> tuple[Text, ...]:
    """What happened below, said once, when it is the same of several cases; nothing when it is not."""
    told = [happened.get(case.id, ()) for case in late]
    if len(told) < 2 or not told[0] or any(one != told[0] for one in told):
        return ()
    return (_("All of them: {what}", what=Joined([Within(one) for one in told[0]], " · ")),)


def _all_of_it(me: Person, today: date) -> Button:
    if me.coordinates:
        return Button(_("All of this morning"), Place(MORNING, day=today).token, PLACE + BELOW)
    return CASES_BELOW


def _due(me: Person, due: Sequence[Case], today: date) -> Part:
    title = counted("{count} case is due today:", "{count} cases are due today:", len(due))
    opening = [(of_morning(case, me, today, case.number),) for case in due]
    items = [
        Item(case.number, row, (because.due(case),), place_of(case)) for case, row in zip(due, opening, strict=True)
    ]
    return Part(title, tuple(items), DUE_LISTED, columns=3)


def _ways(book: Catalogue, me: Person, case: Case, today: date) -> tuple[Button, ...]:
    label = case.number if me.coordinates else _("Open {case}", case=case.number)
    return (of_morning(case, me, today, label), *postponing(book, me, case, today))


def postponing(book: Catalogue, me: Person, case: Case, today: date) -> tuple[Button, ...]:
    """For whoever goes to the doors, when the step is due."""
    if me.role not in (MEMBER, LEADER) or not life.is_asked_why(book, case, today):
        return ()
    return (Button(_("Postpone {case}", case=case.number), str(case.id), "late"),)


def overdue_lines(
    work: Work, late: Sequence[Case], today: date, happened: Mapping[int, Sequence[Text]] = {}
) -> list[Text]:
    """Oldest first, who holds it, how long, the step unless it is the first one, why; no name and no street."""
    below = _of_all(late, happened)
    told = {} if below else happened
    return [*(_overdue(work.catalogue, case, today, told.get(case.id, ())) for case in late), *below]


def longest(work: Work, shown: Sequence[Case], count: int, today: date) -> list[Text]:
    """For a digest: `shown` are the oldest of so many that are overdue."""
    return [*overdue_lines(work, shown, today), *and_more(count - len(shown))]


def due_lines(listed: Sequence[Case], today: date) -> list[Text]:
    """Of cases that one team holds: how long each is overdue, or when it is due."""
    return [_due_line(case, today) for case in listed]


def _due_line(case: Case, today: date) -> Text:
    named = {"case": case.number, "place": place_of(case)}
    if case.due_on is None or case.due_on >= today:
        return _("{case}, {place} · {day}", day=case.due_on or "—", **named)
    return counted(
        "❗ {case}, {place} · {count} day", "❗ {case}, {place} · {count} days", (today - case.due_on).days, **named
    )


def _overdue(book: Catalogue, case: Case, today: date, happened: Sequence[Text] = ()) -> Text:
    line = counted(
        "• {case}, {place} · {holder} · {count} day",
        "• {case}, {place} · {holder} · {count} days",
        (today - case.due_on).days if case.due_on else 0,
        case=case.number,
        place=place_of(case),
        holder=case.holder or "—",
    )
    step = () if case.next_step == book.first_step else (book.steps[case.next_step],)
    return Joined(
        [line, *step, *(Within(said) for said in why_late(book, case)), *(Within(said) for said in happened)], " · "
    )


def why_late(book: Catalogue, case: Case) -> tuple[Text, ...]:
    """How often its step was postponed, and the last reason; nothing when it never was."""
    if not case.postponed:
        return ()
    reason = Within(book.late[case.late_for])
    return (
        counted("Postponed {count} time: {reason}", "Postponed {count} times: {reason}", case.postponed, reason=reason),
    )
