"""What a coordinator decides about a case: closed, opened again, or another step; and what a late report is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework import calendar
from casework import moving as rules
from casework.catalogue import Decision
from casework.records import DECISION, Case, Cause, NextStep, Person
from handlers.caseload import moving
from handlers.caseload.moving import named, said, show
from handlers.caseload.pick import case_line
from handlers.engine.kinds import Day, OneOf
from handlers.engine.pages import OnPages
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Talk
from handlers.engine.words import Text, _, counted
from handlers.institutions import referring
from storage import cases, handovers, moves, people, referrals
from storage.database import Tx

FURTHEST_DAYS = 180


@dataclass(frozen=True)
class Decided:
    """`case` is how it stood then. The code is empty when it stays so; step and day are those that were chosen."""

    case: Case | None
    code: str = ""
    step: str = ""
    day: date | None = None


async def decide(talk: Talk, here: Scene) -> Decided:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    book = here.work.catalogue
    fitting = rules.decisions(book, case, here.me.role) if case else {}
    if case is None or not fitting:
        return Decided(case)
    question = _("{case}\nWhat do you decide?", case=case_line(case))
    code = await talk.ask("decision", question, OneOf(fitting))
    step, day = "", None
    if not fitting[code].status:
        steps = {one: book.steps[one] for one in rules.choosable(book)}
        step = await talk.ask("step", _("What comes next?"), OnPages(steps))
        day = await talk.ask("day", _("On which day?"), Day(days_on=FURTHEST_DAYS))
    found = Decided(case, code, step, day)
    follows = _follows(here, case, fitting[code], found)
    talk.say(_("{case}: {decision}.", case=case.number, decision=fitting[code]))
    return found if await moving.sure(talk, _then(here, follows), _("Decide so")) else Decided(case)


def _follows(here: Scene, case: Case, decision: Decision, found: Decided) -> NextStep:
    chosen = NextStep(case.status, found.step, found.day, enrolled_on=case.enrolled_on) if found.day else None
    return rules.decided(here.work.catalogue, here.work.calendar, case, decision, here.moment.today, chosen)


def _then(here: Scene, step: NextStep) -> Text:
    if step.due_on is None:
        return _("The case is closed then.")
    return _("Next: {step}. Due: {day}", step=here.work.catalogue.steps[step.step], day=step.due_on)


async def keep(tx: Tx, here: Scene, found: Decided) -> list[Message]:
    """Does what was decided, unless the case is no longer as it was; its leaders are told."""
    case = await moving.looked_at(tx, here, found.case)
    if isinstance(case, Message):
        return [case]
    decision = rules.decisions(here.work.catalogue, case, here.me.role).get(found.code)
    if decision is None:
        return [said(moving.NOTHING)]
    step = _follows(here, case, decision, found)
    await cases.advance(tx, case, step, Cause(DECISION, None, here.me.id), here.moment.at, detail=decision.code)
    lines: list[Text] = [_("{case}: {decision}.", case=case.number, decision=decision), _owed(here, step)]
    ended, others = await _ended(tx, here, case, step)
    notice = _("{who} decided about {case}: {decision}.", who=here.me.name, case=named(case), decision=decision)
    told = await moving.to_leaders(tx, here, case.team_id, [notice, _owed(here, step)], show(case))
    return [said(*lines, *ended, rows=(show(case),)), *told, *others]


def _owed(here: Scene, step: NextStep) -> Text:
    return _("The case is closed.") if step.due_on is None else _then(here, step)


async def _ended(tx: Tx, here: Scene, case: Case, step: NextStep) -> tuple[list[Text], list[Message]]:
    """What a closed case no longer asks of anybody; said, and told to those who had taken it on."""
    if step.due_on is not None:
        return [], []
    asked, me, now = len(await referrals.open_of(tx, case.id)), here.me.id, here.moment.at
    told = await referring.closed(tx, here.work, case, me, now)
    lines: list[Text] = []
    if asked:
        lines.append(
            counted(
                "{count} request to an institution is withdrawn.",
                "{count} requests to institutions are withdrawn.",
                asked,
            )
        )
    if await handovers.withdraw(tx, case.id, me, now):
        lines.append(_("The offer to hand it over is withdrawn."))
    return lines, told


async def stays_closed(tx: Tx, work: Work, me: Person, case: Case) -> Text:
    """For whoever reports a case that was closed meanwhile: who closed it, and that it stays so."""
    closing = [
        one for one in await moves.history(tx, me, case.id) if one.status == case.status and one.was != one.status
    ]
    last = closing[-1] if closing else None
    who = await people.get(tx, last.cause.person_id) if last and last.cause.person_id else None
    decision = work.catalogue.decisions.get(last.detail) if last else None
    if last is None or who is None or decision is None:
        return _("The case was closed already, and stays so. Your report is kept with it.")
    return _(
        "{who} closed this case {day}: {decision}. It stays closed; your report is kept with it.",
        who=who.name,
        day=calendar.local_day(last.at, work.zone),
        decision=decision,
    )
