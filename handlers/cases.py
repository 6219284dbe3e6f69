"""My cases: due ones first, the card of one, its sealed name, and passing it to the team leader."""

from __future__ import annotations

from datetime import timedelta

from casework.records import Case
from handlers.menu import MENU
from handlers.pick import PAGE, case_line
from handlers.scene import Message, Reveal, Scene
from handlers.views import Button, View
from handlers.words import Text, _
from storage import cases, people, visits
from storage.database import Tx

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
    found, total = await cases.due_first(tx, here.me, today, offset=offset, limit=PAGE)
    if not total:
        return Message(View((_("No case is with your team now."),), ((MENU,),)))
    rows = tuple((Button(_line(case, here), str(case.id), "card"),) for case in found)
    turns = []
    if offset:
        turns.append(Button(_("← Earlier"), str(max(0, offset - PAGE)), "cases"))
    if offset + PAGE < total:
        turns.append(Button(_("More →"), str(offset + PAGE), "cases"))
    title = _(
        "My cases, {first}-{last} of {total}.", first=str(offset + 1), last=str(offset + len(found)), total=str(total)
    )
    return Message(View((title,), rows).with_row(*turns).with_row(MENU))


def _line(case: Case, here: Scene) -> Text:
    late = bool(case.due_on and case.due_on < here.moment.today)
    due_now = case.due_on == here.moment.today
    mark = "❗ " if late else "• " if due_now else ""
    return f"{mark}{case_line(case)}"


async def card(tx: Tx, here: Scene, case_id: int) -> Message:
    case = await cases.get(tx, here.me, case_id)
    if case is None:
        return Message(View((NOT_YOURS,), ((MENU,),)))
    book = here.work.catalogue
    lines: list[Text] = [
        case_line(case),
        _("{group}, {status}", group=book.groups[case.group], status=book.statuses[case.status]),
    ]
    if case.birth_year:
        lines.append(_("Born in {year}.", year=str(case.birth_year)))
    if case.due_on:
        lines.append(_("Next: {step}, {day}.", step=book.steps[case.next_step], day=case.due_on))
    for visit in (await visits.history(tx, here.me, case.id))[-HISTORY:]:
        outcome = book.outcomes[visit.report.outcome]
        lines.append(_("{day}: {outcome}", day=visit.report.visited_on, outcome=outcome))
    rows: list[tuple[Button, ...]] = [(Button(_("Report a visit"), str(case.id), "report"),)]
    if case.sealed:
        rows.append((Button(SHOW_NAME, str(case.id), "name"),))
    rows.append((Button(_("Pass to the team leader"), str(case.id), "lead"),))
    return Message(View(tuple(lines), (*rows, (Button(_("My cases"), "0", "cases"), MENU))))


async def name(tx: Tx, here: Scene, case_id: int) -> Message:
    """The name in a message that deletes itself; where that cannot be, the way to a page that shows it once."""
    if not here.takes_back:
        case = await cases.get(tx, here.me, case_id)
        if case is None or not case.sealed:
            return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
        return Message(View((NAME_ELSEWHERE,)), replaces=False, reveals=Reveal(here.me.id, case.id))
    sealed = await cases.sealed_name(tx, here.me, case_id, here.moment.at)
    if sealed is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    said = _(
        "{name}\nYour look was recorded. This message deletes itself in ten minutes.",
        name=here.work.sealer.open(sealed),
    )
    return Message(View((said,)), replaces=False, vanish_after=NAME_STAYS)


async def revealed(tx: Tx, here: Scene, case_id: int) -> Text:
    """What the page shows; the look is recorded."""
    sealed = await cases.sealed_name(tx, here.me, case_id, here.moment.at)
    if sealed is None:
        return NOT_YOURS
    return _("{name}\nYour look was recorded. This page opens only once.", name=here.work.sealer.open(sealed))


async def lead(tx: Tx, here: Scene, case_id: int) -> list[Message]:
    """Passes the case to the leaders of its team, who are told."""
    case = await cases.get(tx, here.me, case_id)
    if case is None or case.team_id is None:
        return [Message(View((NOT_YOURS,), ((MENU,),)))]
    leaders = [one for one in await people.leaders(tx, case.team_id) if one.id != here.me.id]
    if not leaders:
        return [Message(View((_("Your team has no other leader yet, so the case stays with you."),), ((MENU,),)))]
    step = here.work.catalogue.leader_step
    if case.next_step != step:
        due = here.work.calendar.add(here.moment.today, LEADER_DAYS)
        await cases.owe(tx, here.me, case, step, due, here.moment.at)
    told = _("{who} passes a case to you: {case}.", who=here.me.name, case=case.number)
    show = ((Button(_("Show the case"), str(case.id), "card"),),)
    notices = [Message(View((told,), show), replaces=False, to=leader.id) for leader in leaders]
    done = _("{case} is passed to {leader}.", case=case.number, leader=leaders[0].name)
    return [Message(View((done,), ((Button(_("My cases"), "0", "cases"), MENU),))), *notices]
