"""What all that moves work has in common: who has a case, who is told of it, and who was there first.

What a newcomer gets wrong: between a question and its answer somebody else may have moved the case. What was decided
for the case as it stood then is not done to the case as it stands now; whoever decided it is told what happened.
"""

from __future__ import annotations

from collections.abc import Sequence

from casework import moving
from casework.records import Case, Person, Team
from handlers.caseload import happened
from handlers.caseload.pick import showing
from handlers.engine.kinds import OneOf
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _, counted
from handlers.menu import MENU
from storage import cases, duty
from storage.database import Tx
from storage.teams import Load

NOT_THERE = _("This case is not in your area now. Nothing was changed.")
CLOSED = _("This case is closed. Nothing was changed.")
NOTHING = _("Nothing was changed.")
NOT_DONE = _("So nothing of yours was done. It stands so now:")


def may_move(me: Person) -> bool:
    """Whether moving work is anything of theirs; of which cases, `visible_to` says."""
    return me.coordinates or me.leads


def ways_button(case_id: int) -> Button:
    return Button(_("Move or decide"), str(case_id), "move")


def named(case: Case) -> str:
    """As a notice names it: no child and no street."""
    place = case.settlement or case.municipality
    return f"{case.number}, {place}" if place else case.number


def holder(case: Case) -> Text:
    """Who has it, to be said after "with"."""
    if case.holder:
        return _("team {team}", team=case.holder)
    if case.municipality:
        return _("the coordinator of {place}", place=case.municipality)
    return _("the regional coordinator")


def team_choices(loads: Sequence[Load], *, without: int | None, places: bool) -> dict[str, Text]:
    """The teams as buttons, with how many open cases each has; with `places`, also where it is."""
    return {
        str(one.team.id): counted(
            "{team} · {count} open case",
            "{team} · {count} open cases",
            one.open,
            team=team_name(one.team, places=places),
        )
        for one in loads
        if one.team.id != without
    }


def team_name(team: Team, *, places: bool) -> str:
    return f"{team.name}, {team.municipality}" if places else team.name


async def sure(talk: Talk, question: Text, yes: Text) -> bool:
    answer: str = await talk.ask("sure", question, OneOf({"yes": yes, "no": _("Leave it as it is")}))
    return answer == "yes"


def said(*lines: Text, rows: tuple[tuple[Button, ...], ...] = ()) -> Message:
    return Message(View(lines, (*rows, (MENU,))))


async def looked_at(tx: Tx, here: Scene, seen: Case | None) -> Case | Message:
    """The case as it was `seen`, for acting upon; what is to be said when it is not that any more."""
    case = await cases.get(tx, here.me, seen.id) if seen and may_move(here.me) else None
    if case is None or seen is None:
        return said(NOT_THERE)
    await cases.hold(tx, case.id)
    return case if case.version == seen.version else await overtaken(tx, here, case)


async def overtaken(tx: Tx, here: Scene, case: Case) -> Message:
    """Somebody was there first: who, and how the case stands now."""
    first = await happened.last(tx, here, case)
    return said(first, NOT_DONE, *standing(here, case), rows=((ways_button(case.id),),))


def standing(here: Scene, case: Case) -> tuple[Text, ...]:
    book = here.work.catalogue
    lines: list[Text] = [_("{status} · with {holder}", status=book.statuses[case.status], holder=holder(case))]
    if case.due_on:
        lines.append(_("Next: {step}. Due: {day}", step=book.steps[case.next_step], day=case.due_on))
    return tuple(lines)


async def to_leaders(
    tx: Tx, here: Scene, team_id: int | None, lines: Sequence[Text], *rows: tuple[Button, ...], but: Sequence[int] = ()
) -> list[Message]:
    """The notice to the leaders of a team, except those who know it already."""
    leaders = await duty.leaders(tx, team_id) if team_id else []
    known = (here.me.id, *but)
    return [Message(View(tuple(lines), rows), replaces=False, to=one.id) for one in leaders if one.id not in known]


def show(case: Case) -> tuple[Button, ...]:
    return (showing(case.number, str(case.id)),)


def readers(told: Sequence[Message]) -> list[int]:
    return [one.to for one in told if one.to is not None]


async def gone(tx: Tx, here: Scene, case_id: int) -> Text | None:
    """What is said to somebody whose report or correction is of a case that another team has now."""
    case = await cases.gone_from(tx, here.me, case_id)
    if case is None:
        return None
    return _(
        "{case} is with {holder} now, so nothing was saved. What you wrote stays in My drafts.",
        case=case.number,
        holder=holder(case),
    )


def closed(here: Scene, case: Case) -> bool:
    return moving.is_closed(here.work.catalogue, case)
