"""The answers to a check: taken once, moving the case, and told to those who must go again or may be glad.

What a newcomer gets wrong: a check may be answered by the school and by the team; whoever comes second is told what
the first has said, and nothing moves twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from casework import life
from casework.catalogue import Catalogue, Check
from casework.records import CHECK, INSTITUTION, MUNICIPAL, REGIONAL, Case, Cause, NextStep, Person
from handlers.caseload import cases as my_cases
from handlers.caseload.movement import Begin
from handlers.caseload.pick import showing
from handlers.engine.kinds import Number
from handlers.engine.replies import Tapped, number
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _, counted
from handlers.institutions import checks as asking
from handlers.institutions.checks import ON_CARD, page_of
from handlers.menu import MENU
from storage import cases, checks, duty, journals, referrals
from storage.checks import Asked
from storage.database import Tx
from storage.journals import Kept

FLOW = "absent"
KEYS = frozenset({"checks", "check", "check_others", "check_not"})
NOT_THERE = _("This child is not asked of you, or not any more. Nothing was changed.")
OFFERED_DAYS = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class Given:
    """What a button says: which check, which answer, and where to go on from there."""

    check: int
    code: str
    page: str


def given(value: str) -> Given:
    """Whatever is no button of ours is no check of anybody."""
    check, _dot, rest = value.partition(".")
    code, _dot, page = rest.partition(".")
    return Given(number(check, 0), code, page)


def asked_of(work: Work, me: Person) -> Person:
    """Somebody of the institution that is asked, with the knowledge that they are; everybody else as they are."""
    is_asked = (me.role, me.institution) == (INSTITUTION, work.catalogue.retention.institution)
    return replace(me, is_asked_after_children=is_asked)


async def tapped(tx: Tx, here: Scene, kept: Kept | None, tap: Tapped, begin: Begin) -> list[Message]:
    """Begins the conversation `FLOW` when it must first be asked how many days."""
    if kept and kept.name == FLOW:
        await journals.delete(tx, kept.id)
    match tap.key:
        case "check":
            said = given(tap.value)
            return await _tapped_answer(tx, here, said) or await begin(FLOW, {"said": asdict(said)})
        case "check_others":
            return [Message(await asking.others(tx, here, page_of(tap.value)))]
        case "check_not":
            return await _not_ours(tx, here, tap.value)
    return [Message(await asking.listed(tx, here, page_of(tap.value)))]


async def found(tx: Tx, me: Person, check: int) -> Asked | None:
    """A check that was asked of the person's institution, or of a case that they see."""
    return next(iter(await checks.of_institution(tx, me, [check])), None) or await checks.seen(tx, me, check)


async def _tapped_answer(tx: Tx, here: Scene, said: Given) -> list[Message]:
    asked = await found(tx, here.me, said.check)
    check = here.work.catalogue.checks.get(said.code)
    if asked is None or check is None:
        return [_not_there()]
    if asked.is_open and check.counts:
        return []  # it must first be asked how many days
    return await _answer(tx, here, asked, check, said.page, 0)


async def absent(talk: Talk, here: Scene) -> tuple[Given, int]:
    """How many days; whether there is still anything to answer is asked when it is kept."""
    said = Given(**talk.given["said"])
    asked = await talk.look("check", checks.current, said.check)
    back = Button(_("← Back"), said.page, "checks")
    if said.page == ON_CARD:
        back = Button(_("← Back"), str(asked.case_id), "card")
    question = _("{case}: how many days without an excuse this month?", case=asked.number)
    return said, await talk.ask("days", question, Number(OFFERED_DAYS, 0, 31, (back,)))


async def keep_absent(tx: Tx, here: Scene, result: tuple[Given, int]) -> list[Message]:
    said, days = result
    asked, check = await found(tx, here.me, said.check), here.work.catalogue.checks.get(said.code)
    return await _answer(tx, here, asked, check, said.page, days) if asked and check else [_not_there()]


async def _answer(tx: Tx, here: Scene, asked: Asked, check: Check, page: str, days: int) -> list[Message]:
    case, referral = await cases.get(tx, here.me, asked.case_id), await referrals.get(tx, here.me, asked.id)
    at = here.moment.at
    if not asked.is_open:
        return [await _back(tx, here, asked, page, _already(here.work.catalogue, asked))]
    if case is None or referral is None:
        return [_not_there()]
    await referrals.answer(tx, here.me, referral, check.code, at, absent=days)
    rules = here.work
    step = life.checked(rules.catalogue, rules.calendar, case, check, days, here.moment.today, asked=asked.days)
    assert step is not None, "a check is open only while its case is observed"
    await cases.advance(tx, case, step, Cause(CHECK, asked.id, here.me.id), at)
    now = await checks.current(tx, asked.id)
    told = await _tell(tx, here, case, now, step)
    return [await _back(tx, here, now, page, _thanks(now, step, told)), *told]


def _already(book: Catalogue, asked: Asked) -> Text:
    if asked.answer in book.checks:
        return _("This has its answer already. {told}. Nothing was changed.", told=asking.answered(book, asked))
    return _("{case} is not asked about any more. Nothing was changed.", case=asked.number)


def _thanks(asked: Asked, step: NextStep, told: Sequence[Message]) -> Text:
    if step.due_on is None:
        return _("{case} stays in school. Thank you.", case=asked.number)
    if told:
        return _("{case}: the team is told, and goes to the child. Thank you.", case=asked.number)
    return ""


async def _tell(tx: Tx, here: Scene, case: Case, asked: Asked, step: NextStep) -> list[Message]:
    """Those who go to the child, at once: that they must go again, or that it stays. Else nothing."""
    if step.due_on is None:
        said: Text = counted(
            "{case} stays in school: {count} day after the enrolment the child attends. The case is closed; "
            "thank you for the way there.",
            "{case} stays in school: {count} days after the enrolment the child attends. The case is closed; "
            "thank you for the way there.",
            asked.days,
            case=case.number,
        )
    elif step.enrolled_on is None:
        said = _(
            "{told}, says {who}.\nNext: {step}. Due: {day}",
            told=asking.answered(here.work.catalogue, asked),
            who=here.me.name,
            step=here.work.catalogue.steps[step.step],
            day=step.due_on,
        )
    else:
        return []
    return [to_team(case, said, one) for one in await of_team(tx, case) if one != here.me.id]


def to_team(case: Case, said: Text, to: int) -> Message:
    show = ((showing(case.number, str(case.id)),),)
    return Message(View((said,), show), replaces=False, to=to)


async def of_team(tx: Tx, case: Case) -> list[int]:
    """The leaders of its team and whoever reported last; where there is neither, its coordinator."""
    leaders = [one.id for one in await duty.leaders(tx, case.team_id)] if case.team_id else []
    reporter = await checks.last_reporter(tx, case.id)
    if found := list(dict.fromkeys([*leaders, *([reporter] if reporter else [])])):
        return found
    roster = await duty.leading(tx)
    held = (roster.holder(role, case) for role in (MUNICIPAL, REGIONAL))
    return [one.id for one in held if one][:1]


async def _not_ours(tx: Tx, here: Scene, value: str) -> list[Message]:
    """Asked of the others of the institution; when nobody is left, the team's."""
    number, _dot, page = value.partition(".")
    asked = await found(tx, here.me, given(number).check)
    case = await cases.get(tx, here.me, asked.case_id) if asked else None
    referral = await referrals.get(tx, here.me, asked.id) if asked else None
    if asked is None or case is None or referral is None or not asked.is_open:
        return [_not_there()]
    await referrals.refuse(tx, here.me, referral, here.moment.at)
    await asking.hand(tx, here.work, case, referral, Cause(CHECK, referral.id, here.me.id), here.moment.at)
    view = await asking.listed(tx, here, page_of(page))
    return [Message(view.under(_("{case} is not asked of you any more.", case=asked.number), ""))]


async def _back(tx: Tx, here: Scene, asked: Asked, page: str, above: Text) -> Message:
    """Where the button stood, as it is now."""
    view = (
        (await my_cases.card(tx, here, asked.case_id)).view
        if page == ON_CARD
        else await asking.listed(tx, here, page_of(page))
    )
    return Message(view.under(above, "") if above != "" else view)


def _not_there() -> Message:
    return Message(View((NOT_THERE,), ((MENU,),)), replaces=False)
