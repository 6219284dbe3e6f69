"""My cases: due ones first, the card of one, its sealed name, and passing it to the team leader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from casework.catalogue import Catalogue
from casework.records import INSTITUTION, OPEN, Case, Referral, Visit
from handlers.caseload import movement
from handlers.caseload.moving import may_move, ways_button
from handlers.caseload.pick import NO_CASE, case_line, page_at, showing
from handlers.desk import saw
from handlers.engine.scene import Message, Reveal, Scene
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from handlers.institutions import checks
from handlers.institutions.answering import NOT_THERE, hindered
from handlers.institutions.asked import asked_for, on_card, owes
from handlers.menu import FIND, LISTS, MENU, correct, print_form
from handlers.morning import respite
from handlers.morning.brief import PLAN
from handlers.morning.overdue import postponing, why_late
from storage import because, cases, duty, referrals, visits
from storage.database import Tx

Rows = tuple[tuple[Button, ...], ...]
NAME_STAYS = timedelta(minutes=10)
LEADER_DAYS = 3
HISTORY = 3
SHOW_NAME = _("Show the name")
NAME_ELSEWHERE = _("The name is shown on this page, once, within ten minutes. Your look will be recorded.")
NAME_TITLE = _("The name of the child is shown once. Your look will be recorded.")
NAME_OVER = _("This page was opened already. Ask for the name again in the chat.")
NOT_YOURS = _("This case is not with your team now.")


async def listed(tx: Tx, here: Scene, offset: int) -> Message:
    today = here.moment.today
    page = await page_at(offset, partial(cases.due_first, tx, here.me, today))
    if not page.cases:
        return Message(View((NO_CASE,), ((MENU,),)))
    rows = tuple((Button(_line(case, here), str(case.id), "card"),) for case in page.cases)
    title = _(
        "My cases, {first}-{last} of {total}.",
        first=str(page.offset + 1),
        last=str(page.offset + len(page.cases)),
        total=str(page.total),
    )
    marked = any(case.due_on and case.due_on <= today for case in page.cases)
    legend = (_("❗ overdue, • due today"),) if marked else ()
    split = movement.split_button(here.me)
    plan = () if here.me.coordinates else (PLAN,)
    view = View((title, *legend), rows).with_row(*page.turns("cases")).with_row(*split).with_row(FIND, LISTS)
    return Message(view.with_row(*plan, MENU))


def _line(case: Case, here: Scene) -> Text:
    late = bool(case.due_on and case.due_on < here.moment.today)
    due_now = case.due_on == here.moment.today
    mark = "❗ " if late else "• " if due_now else ""
    return f"{mark}{case_line(case)}"


async def card(tx: Tx, here: Scene, case_id: int) -> Message:
    case = await cases.get(tx, here.me, case_id)
    if case is None:
        return Message(View((NOT_THERE if here.me.role == INSTITUTION else NOT_YOURS,), ((MENU,),)))
    asked = await referrals.of_case(tx, here.me, case.id)
    if here.me.role == INSTITUTION:
        own = [one for one in asked if one.institution == here.me.institution]
        lines = (*_told(here.work.catalogue, case, ()), *on_card(here.work.catalogue, own))
        return Message(View(lines, (*_look(here, case), (MENU,))))
    history = await _history(tx, here, case)
    ways = _ways(here, case, history, await _answer_of(tx, here, asked))
    told, alerts = await _known(tx, here, case, history, asked)
    return Message(View(told.lines, (*told.rows, *alerts, *ways)))


async def known(tx: Tx, here: Scene, case: Case) -> tuple[View, Rows]:
    """What a card says, over what waits for an answer there; and the way to what may be said to its alerts."""
    return await _known(tx, here, case, await _history(tx, here, case), await referrals.of_case(tx, here.me, case.id))


async def _known(
    tx: Tx, here: Scene, case: Case, history: Sequence[Visit], asked: Sequence[Referral]
) -> tuple[View, Rows]:
    check, alerts = await checks.on_card(tx, here, case), await respite.on_card(tx, here, case)
    told = (*_told(here.work.catalogue, case, history), *alerts.lines)
    return View((*told, *on_card(here.work.catalogue, asked), *check.lines), check.rows), alerts.rows


async def _history(tx: Tx, here: Scene, case: Case) -> Sequence[Visit]:
    return (await visits.history(tx, here.me, case.id))[-HISTORY:]


def _told(book: Catalogue, case: Case, history: Sequence[Visit]) -> Iterator[Text]:
    yield case_line(case)
    yield _("{group} · {status}", group=book.groups[case.group], status=book.statuses[case.status])
    if case.birth_year:
        yield _("Born in {year}.", year=str(case.birth_year))
    if case.due_on:
        yield owes(book, case)
    yield from why_late(book, case)
    for visit in history:
        outcome = book.outcomes[visit.report.outcome]
        yield _("№ {number} · {day} · {outcome}", number=str(visit.id), day=visit.report.visited_on, outcome=outcome)


async def _answer_of(tx: Tx, here: Scene, asked: Sequence[Referral]) -> tuple[tuple[Button, ...], ...]:
    """Which answers the person may write down: those of whom nobody can be told here, and of those who are late."""
    mine = [one for one in asked if one.state == OPEN and await hindered(tx, here, one) == ""]
    said = [_("Answer of: {measure}", measure=asked_for(here.work.catalogue, one)) for one in mine]
    return tuple((Button(label, str(one.id), "reply"),) for label, one in zip(said, mine, strict=True))


def _look(here: Scene, case: Case) -> tuple[tuple[Button, ...], ...]:
    name = (Button(SHOW_NAME, str(case.id), "name"),) if case.sealed else ()
    looked = (saw.button(case),) if here.me.coordinates else ()
    return ((*name, *looked),) if name or looked else ()


def _ways(
    here: Scene, case: Case, history: Sequence[Visit], answers: tuple[tuple[Button, ...], ...]
) -> tuple[tuple[Button, ...], ...]:
    # Only the last report: it decides what the case owes.
    fix = ((correct(history[-1].id), print_form(history[-1].id)),) if history else ()
    late = postponing(here.work.catalogue, here.me, case, here.moment.today)
    return (
        (Button(_("Report a visit"), str(case.id), "report"),),
        *((late,) if late else ()),
        *fix,
        *answers,
        *_look(here, case),
        (Button(_("Pass to the team leader"), str(case.id), "lead"),),
        *(((ways_button(case.id),),) if may_move(here.me) else ()),
        (Button(_("My cases"), "0", "cases"), MENU),
    )


async def name(tx: Tx, here: Scene, case_id: int) -> Message:
    """The name in a message that deletes itself; where that cannot be, the way to a page that shows it once."""
    if not here.takes_back:
        case = await cases.get(tx, here.me, case_id)
        if case is None or not case.sealed:
            return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
        view = (await card(tx, here, case.id)).view
        return Message(View((NAME_ELSEWHERE,), view.rows), replaces=False, reveals=Reveal(here.me.id, case.id))
    sealed = await cases.sealed_name(tx, here.me, case_id, here.moment.at)
    if sealed is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    said = _(
        "{name}\nIt is recorded that you saw it. In ten minutes this message disappears.",
        name=here.work.sealer.open_name(*sealed),
    )
    return Message(View((said,)), replaces=False, vanish_after=NAME_STAYS)


async def revealed(tx: Tx, here: Scene, case_id: int) -> Text:
    """What the page shows; the look is recorded."""
    sealed = await cases.sealed_name(tx, here.me, case_id, here.moment.at)
    if sealed is None:
        return NOT_YOURS
    return _("{name}\nYour look was recorded. This page opens only once.", name=here.work.sealer.open_name(*sealed))


async def lead(tx: Tx, here: Scene, case_id: int) -> list[Message]:
    """Passes the case to the leaders of its team, who are told."""
    case = await cases.get(tx, here.me, case_id)
    if case is None or case.team_id is None:
        return [Message(View((NOT_YOURS,), ((MENU,),)))]
    leaders = [one for one in await duty.leaders(tx, case.team_id) if one.id != here.me.id]
    if not leaders:
        return [Message(View((_("Your team has no other leader yet, so the case stays with you."),), ((MENU,),)))]
    step = here.work.catalogue.leader_step
    back = ((Button(_("My cases"), "0", "cases"), MENU),)
    if case.next_step == step:
        waits = _("{case} already waits for {leader}.", case=case.number, leader=leaders[0].name)
        return [Message(View((waits,), back))]
    due = here.work.calendar.add(here.moment.today, LEADER_DAYS)
    await cases.owe(tx, here.me, case, step, due, here.moment.at)
    told = _("{who} passes a case to you: {case}.", who=here.me.name, case=case.number)
    show = ((showing(case.number, str(case.id)),),)
    ties = (because.owed(replace(case, next_step=step, due_on=due)),)
    notices = [Message(View((told,), show), replaces=False, to=leader.id, because=ties) for leader in leaders]
    done = _("{case} is passed to {leader}.", case=case.number, leader=leaders[0].name)
    return [Message(View((done,), back)), *notices]
