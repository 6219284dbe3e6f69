"""A coordinator puts a step off: to a day of their choice, for a reason of the catalogue.

What a newcomer gets wrong: the count goes on. Whoever puts it off, a step that was put off as often as may be goes to
the rung above at once when it is late again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from casework import life
from casework.records import DECISION, Case, Cause
from handlers.caseload import moving
from handlers.caseload.moving import named, said, show
from handlers.caseload.pick import case_line
from handlers.engine.kinds import Day, OneOf
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.words import Within, _
from storage import cases, lateness
from storage.database import Tx

FURTHEST_DAYS = 60
OFFERED = (1, 2, 3, 5, 10, 15)
"""Working days: on any other nobody would go."""


@dataclass(frozen=True)
class PutOff:
    """`case` is how it stood when it was decided; without a day nothing is done."""

    case: Case | None
    day: date | None = None
    reason: str = ""


async def put_off(talk: Talk, here: Scene) -> PutOff:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    today, days, book = here.moment.today, here.work.calendar, here.work.catalogue
    assert case is not None  # the card has just been shown to a coordinator
    if life.put_off(days, case, today) is None:
        return PutOff(case)
    step = book.steps[case.next_step]
    offered = tuple(days.add(today, working_days) for working_days in OFFERED)
    kind = Day(days_on=FURTHEST_DAYS, earliest=today + timedelta(days=1), offered=offered)
    question = _("{case}\nOwed: {step}. Put off to which day?", case=case_line(case), step=Within(step))
    day = await talk.ask("day", question, kind)
    assert day is not None  # "no day" is not offered
    why = _("Why does {case} wait until {day}?", case=case.number, day=day)
    return PutOff(case, day, await talk.ask("reason", why, OneOf(book.late)))


async def keep(tx: Tx, here: Scene, found: PutOff) -> list[Message]:
    """Moves the day, unless the case is no longer as it was; its leaders are told."""
    case = await moving.looked_at(tx, here, found.case)
    if isinstance(case, Message):
        return [case]
    step = life.put_off(here.work.calendar, case, found.day) if found.day else None
    if step is None or step.due_on is None:
        return [said(_("There is no step of a team to put off. Nothing was changed."))]
    now, reason = here.moment.at, Within(here.work.catalogue.late[found.reason])
    await lateness.keep(tx, here.me, case, found.reason, step.due_on, now)
    cause = Cause(DECISION, None, here.me.id)
    await cases.advance(tx, case, step, cause, now, postponed=case.postponed + 1, detail=found.reason)
    told = _(
        "{who} put {case} off to {day}: {reason}.", who=here.me.name, case=named(case), day=step.due_on, reason=reason
    )
    done = _("{case} is postponed: {reason}. Due: {day}", case=case.number, reason=reason, day=step.due_on)
    return [said(done, rows=(show(case),)), *await moving.to_leaders(tx, here, case.team_id, [told], show(case))]
