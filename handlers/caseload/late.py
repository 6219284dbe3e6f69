"""Why a step is late, in one tap: it is postponed within a limit, and those above see the reason.

What a newcomer gets wrong: a reason belongs to the step as it was when its button was shown. The button carries the
version of the case, so that a second tap, or one after somebody's report, changes nothing.
"""

from __future__ import annotations

from casework import life
from casework.records import DECISION, LEADER, MEMBER, Case, Cause
from handlers.caseload.cases import NOT_YOURS
from handlers.engine.replies import Tapped, number
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View, in_rows
from handlers.engine.words import Text, Within, _, counted
from handlers.menu import ASK, CASES, MENU
from storage import cases, lateness
from storage.database import Tx


async def put_off(tx: Tx, here: Scene, tap: Tapped) -> Message:
    """`late` asks why, `postpone` is the answer: `12.3.L20` is case 12 at its version 3."""
    case_id, _dot, rest = tap.value.partition(".")
    case = await _owed_by(tx, here, number(case_id))
    if case is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    if not life.is_asked_why(here.work.catalogue, case, here.moment.today):
        return _unchanged(here, case)
    if life.is_at_limit(here.work.catalogue, case):
        return _at_limit(case)
    if tap.key == "late":
        return _asked(here, case)
    version, _dot, code = rest.partition(".")
    if version != str(case.version) or code not in here.work.catalogue.late:
        return _unchanged(here, case)
    return await _postpone(tx, here, case, code)


async def _owed_by(tx: Tx, here: Scene, case_id: int) -> Case | None:
    """Others may see a case, but only its team may say why it is late."""
    return await cases.get(tx, here.me, case_id) if here.me.role in (MEMBER, LEADER) else None


def _asked(here: Scene, case: Case) -> Message:
    reasons = here.work.catalogue.late.values()
    buttons = [Button(reason, f"{case.id}.{case.version}.{reason.code}", "postpone") for reason in reasons]
    said = _("Why does {case} have to wait? It is postponed, and your coordinator sees the reason.", case=case.number)
    return Message(View((said,), (*in_rows(buttons, 2), _report(case), (MENU,))), replaces=False)


async def _postpone(tx: Tx, here: Scene, case: Case, code: str) -> Message:
    book, now = here.work.catalogue, here.moment.at
    step = life.postponed(book, here.work.calendar, case, code, here.moment.today)
    assert step is not None
    assert step.due_on is not None
    times = case.postponed + 1
    await lateness.keep(tx, here.me, case, code, step.due_on, now)
    await cases.advance(tx, case, step, Cause(DECISION, None, here.me.id), now, postponed=times, detail=code)
    lines: list[Text] = [
        _(
            "{case} is postponed: {reason}. Due: {day}",
            case=case.number,
            reason=Within(book.late[code]),
            day=step.due_on,
        )
    ]
    if times >= book.late_at_most:
        lines.append(_("This was the last time: if it is late again, the coordinator is told."))
    return Message(View(tuple(lines), ((CASES, MENU),)))


def _at_limit(case: Case) -> Message:
    said = counted(
        "{case} was postponed {count} time and cannot be postponed again.",
        "{case} was postponed {count} times and cannot be postponed again.",
        case.postponed,
        case=case.number,
    )
    return Message(View((said,), (_report(case), (ASK,), (MENU,))), replaces=False)


def _unchanged(here: Scene, case: Case) -> Message:
    if case.due_on is None:
        said = _("Nothing was changed: {case} is closed already.", case=case.number)
    else:
        step = Within(here.work.catalogue.steps[case.next_step])
        said = _(
            "Nothing was changed. {case} now owes: {step}. Due: {day}", case=case.number, step=step, day=case.due_on
        )
    show = Button(_("Open {case}", case=case.number), str(case.id), "card")
    return Message(View((said,), ((show,), (MENU,))), replaces=False)


def _report(case: Case) -> tuple[Button, ...]:
    return (Button(_("Report a visit"), str(case.id), "report"),)
