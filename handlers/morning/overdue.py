"""What is due today and what is overdue, told in the morning to the one whose turn it is: one message a day.

What a newcomer gets wrong: it shows on a locked phone, so it names a case by its number and settlement only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from casework import life
from casework.brief import Brief, place_of
from casework.catalogue import Catalogue
from casework.escalation import Turn
from casework.records import LEADER, MEMBER, Case, Person
from handlers.engine.scene import Message, Work
from handlers.engine.views import Button, View, and_more, first, in_rows
from handlers.engine.words import Joined, Text, Within, _, counted
from handlers.morning import brief

OVERDUE_LISTED = 8
DUE_LISTED = 12
ROWS = 10
"""Of buttons to open cases: with the ways on below them, as many as the keyboard of a chat with one may have."""
CASES_BELOW = Button(_("My cases"), "", "cases_below")


def told(
    work: Work, turns: Sequence[Turn], today: date, standing_in: Sequence[str] = (), day: Brief | None = None
) -> Message:
    """To the reader whose all these turns are: overdue ones first, the oldest above; then the brief of their `day`, or,
    to whoever has none, today's cases by settlement.

    `standing_in` are the names of those for whom the reader stands in.
    """
    me = day.reader if day else turns[0].reader
    late = [turn.case for turn in turns if turn.late]
    due = sorted((turn.case for turn in turns if not turn.late), key=lambda case: (place_of(case), case.number))
    parts = [_late(work, late, today), [*brief.lines(work, day)] if day else _due(due)]
    lines = [line for part in parts if part for line in ("", *part)][1:]
    view = View(tuple(lines), _rows(work, me, late, day.cases if day else due, today, plans=day is not None))
    if standing_in:
        view = view.under(_("You stand in for {who}.", who=", ".join(standing_in)), "")
    return Message(view, replaces=False, to=me.id)


def _late(work: Work, late: Sequence[Case], today: date) -> list[Text]:
    if not late:
        return []
    title = counted("{count} overdue case waits for you:", "{count} overdue cases wait for you:", len(late))
    return [title, *overdue_lines(work, late, today, OVERDUE_LISTED)]


def _due(due: Sequence[Case]) -> list[Text]:
    if not due:
        return []
    lines: list[Text] = [counted("{count} case is due today:", "{count} cases are due today:", len(due))]
    for place, there in groupby(due[:DUE_LISTED], place_of):
        lines.append(f"• {place}: {', '.join(case.number for case in there)}")
    return [*lines, *and_more(len(due) - DUE_LISTED)]


def _rows(
    work: Work, me: Person, late: Sequence[Case], due: Sequence[Case], today: date, *, plans: bool
) -> tuple[tuple[Button, ...], ...]:
    above = [_ways(work.catalogue, me, case, today) for case in late[:OVERDUE_LISTED]]
    opening = [Button(case.number, str(case.id), "card_below") for case in due[:DUE_LISTED]]
    below = in_rows(opening, 3)[: ROWS - len(above)]
    shown = len(above) + sum(len(row) for row in below)
    more = (CASES_BELOW,) if shown < len(late) + len(due) else ()
    ways = (*more, *((brief.PLAN_BELOW,) if plans else ()))
    return (*above, *below, *((ways,) if ways else ()))


def _ways(book: Catalogue, me: Person, case: Case, today: date) -> tuple[Button, ...]:
    return (Button(_("Open {case}", case=case.number), str(case.id), "card_below"), *postponing(book, me, case, today))


def postponing(book: Catalogue, me: Person, case: Case, today: date) -> tuple[Button, ...]:
    """For whoever goes to the doors, when the step is due."""
    if me.role not in (MEMBER, LEADER) or not life.is_asked_why(book, case, today):
        return ()
    return (Button(_("Postpone {case}", case=case.number), str(case.id), "late"),)


def overdue_lines(work: Work, late: Sequence[Case], today: date, at_most: int) -> list[Text]:
    """Oldest first, who holds it, how long, the step unless it is the first one, why; no name and no street."""
    return first([_overdue(work.catalogue, case, today) for case in late], at_most)


def longest(work: Work, shown: Sequence[Case], count: int, today: date) -> list[Text]:
    """For a digest: `shown` are the oldest of so many that are overdue."""
    return [*overdue_lines(work, shown, today, len(shown)), *and_more(count - len(shown))]


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


def _overdue(book: Catalogue, case: Case, today: date) -> Text:
    line = counted(
        "• {case}, {place} · {holder} · {count} day",
        "• {case}, {place} · {holder} · {count} days",
        (today - case.due_on).days if case.due_on else 0,
        case=case.number,
        place=place_of(case),
        holder=case.holder or "—",
    )
    step = () if case.next_step == book.first_step else (book.steps[case.next_step],)
    return Joined([line, *step, *(Within(said) for said in why_late(book, case))], " · ")


def why_late(book: Catalogue, case: Case) -> tuple[Text, ...]:
    """How often its step was postponed, and the last reason; nothing when it never was."""
    if not case.postponed:
        return ()
    reason = Within(book.late[case.late_for])
    return (
        counted("Postponed {count} time: {reason}", "Postponed {count} times: {reason}", case.postponed, reason=reason),
    )
