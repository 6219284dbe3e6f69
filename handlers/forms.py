"""The printed form of a visit, and those of a whole day with their table, for whoever may see the cases.

Every making is recorded: a sheet of paper has readers nobody counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from casework import form, steps
from casework.form import Facts, Form, Signer
from casework.records import Case
from handlers.kinds import Day
from handlers.menu import DAY, MENU
from handlers.scene import Document, Message, Scene, Sheet
from handlers.talk import Talk
from handlers.views import Button, View
from handlers.visit import NOT_YOURS, PARTS_OF_DAY
from handlers.words import Words, _, counted
from storage import audit, cases, people, visits
from storage.database import Tx
from storage.visits import Made

DAYS_BACK = 365
"""A school year and its summer."""


async def one(tx: Tx, here: Scene, visit_id: int) -> Message:
    """The form of one visit as it stands now."""
    visit = await visits.get(tx, here.me, visit_id)
    case = await cases.get(tx, here.me, visit.report.case_id) if visit else None
    if visit is None or case is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    history = await visits.made_at(tx, here.me, case.id)
    filled = await _filled(tx, here, [case], history, [visit_id])
    await audit.note(tx, here.moment.at, here.me.id, "printed a form", case.id, f"visit {visit_id}")
    return Message(View(()), replaces=False, attachment=Document(f"{case.number}-{visit_id}.pdf", filled))


async def choose_day(talk: Talk, here: Scene) -> date | None:
    return await talk.ask("day", _("The forms of which day?"), Day(days_back=DAYS_BACK, days_on=0))


async def offer(tx: Tx, here: Scene, day: date) -> list[Message]:
    """What there is to print of a day."""
    made = _of_day(await visits.made_where_visited(tx, here.me, day), day)
    if not made:
        said = _("{day}: no visit to your cases was reported.", day=day)
        return [Message(View((said,), ((DAY, MENU),)))]
    ways = (
        (Button(_("The day's forms (PDF)"), day.isoformat(), "forms"),),
        (Button(_("The day's table (xlsx)"), day.isoformat(), "sheet"),),
        (DAY, MENU),
    )
    return [Message(View((counted("{day}: {count} visit", "{day}: {count} visits", len(made), day=day),), ways))]


async def pages(tx: Tx, here: Scene, day: date) -> list[Message]:
    """All the forms of a day in one file."""
    filled = await _day_filled(tx, here, day, "printed the forms of a day")
    if not filled:
        return await offer(tx, here, day)
    name = f"obhvat-{day.isoformat()}.pdf"
    return [Message(View(()), replaces=False, attachment=Document(name, filled))]


async def table(tx: Tx, here: Scene, day: date) -> list[Message]:
    """The same forms as the lines of a table."""
    filled = await _day_filled(tx, here, day, "took the table of a day")
    if not filled:
        return await offer(tx, here, day)
    rows = tuple(form.cells(page) for page in filled)
    sheet = Sheet(f"obhvat-{day.isoformat()}-forms.xlsx", form.header(here.work.catalogue), rows)
    return [Message(View(()), replaces=False, attachment=sheet)]


async def _day_filled(tx: Tx, here: Scene, day: date, what: str) -> tuple[Form, ...]:
    """By case and visit, recorded as `what`; empty when nothing was reported that the person may see."""
    history = await visits.made_where_visited(tx, here.me, day)
    wanted = [made.visit.id for made in _of_day(history, day)]
    if not wanted:
        return ()
    seen = await cases.visited_on(tx, here.me, day)
    numbers = ", ".join(str(one) for one in wanted)
    await audit.note(tx, here.moment.at, here.me.id, what, detail=f"{day.isoformat()}: visits {numbers}")
    return await _filled(tx, here, seen, history, wanted)


def _of_day(history: Iterable[Made], day: date) -> list[Made]:
    return [made for made in history if made.visit.report.visited_on == day]


async def _filled(
    tx: Tx, here: Scene, seen: Sequence[Case], history: Sequence[Made], wanted: Sequence[int]
) -> tuple[Form, ...]:
    """The forms of the visits `wanted`, in the order of the cases; `history` is all the visits of each."""
    who = {person for made in history for person in (*made.visit.report.went, made.visit.reporter_id)}
    named = {number: Signer(*found) for number, found in (await people.named(tx, who)).items()}
    at: dict[int, list[Made]] = {case.id: [] for case in seen}
    for made in history:
        at[made.visit.report.case_id].append(made)
    return tuple(
        form.fill(here.work.catalogue, _facts(here, case, at[case.id], place, named))
        for case in seen
        for place, made in enumerate(at[case.id])
        if made.visit.id in wanted
    )


def _facts(here: Scene, case: Case, of_case: Sequence[Made], place: int, named: dict[int, Signer]) -> Facts:
    """Of the visit at `place` in the visits of its case."""
    work, made = here.work, of_case[place]
    report = made.visit.report
    words = Words(work.catalogue.form.language, here.moment.today)
    earlier = [before.visit.report for before in of_case[:place]]
    return Facts(
        made.visit,
        case,
        made.team,
        tuple(named[person] for person in report.went),
        named[made.visit.reporter_id].name,
        words.say(PARTS_OF_DAY[report.part_of_day]),
        made.visit.saved_at.astimezone(work.zone),
        steps.after(work.catalogue, work.calendar, report, earlier),
    )
