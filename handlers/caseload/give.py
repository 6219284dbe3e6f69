"""A case is given to another team, or taken from the one that has it: by a coordinator, at once."""

from __future__ import annotations

from dataclasses import dataclass

from casework import life
from casework import moving as rules
from casework.records import DECISION, REGIONAL, Case, Cause, Team
from handlers.caseload import moving
from handlers.caseload.moving import named, said, show
from handlers.caseload.pick import case_line
from handlers.engine.pages import OnPages
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.words import _
from storage import cases, handovers, teams
from storage.database import Tx
from storage.moves import GAVE


@dataclass(frozen=True)
class To:
    """`case` is how it stood when that was decided. Without `sure` nothing is done; without a team it is taken away."""

    case: Case | None
    team: Team | None = None
    sure: bool = False


async def give(talk: Talk, here: Scene) -> To:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    loads = await talk.look("teams", teams.loads, here.me) if here.me.coordinates else []
    choices = moving.team_choices(
        loads, without=case.team_id if case else None, places=here.me.role == REGIONAL
    )  # fmt: skip
    if case is None or moving.closed(here, case) or not choices:
        return To(case)
    chosen = await talk.ask("team", _("{case}\nTo which team?", case=case_line(case)), OnPages(choices))
    team = next(one.team for one in loads if str(one.team.id) == chosen)
    question = _("{case} goes to team {team}. Its leader is told.", case=case.number, team=team.name)
    if case.holder:
        question = _(
            "{case} goes from team {old} to team {team}. Both leaders are told.",
            case=case.number,
            old=case.holder,
            team=team.name,
        )
    return To(case, team, await moving.sure(talk, question, _("Give it to {team}", team=team.name)))


async def take(talk: Talk, here: Scene) -> To:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    if case is None or moving.closed(here, case) or not case.holder or not here.me.coordinates:
        return To(case)
    question = _("{case} leaves team {old} and waits to be given to another one.", case=case.number, old=case.holder)
    return To(case, None, await moving.sure(talk, question, _("Take it from {team}", team=case.holder)))


async def keep(tx: Tx, here: Scene, to: To) -> list[Message]:
    """Moves the case, unless it is no longer as it was."""
    case = await moving.looked_at(tx, here, to.case)
    if isinstance(case, Message):
        return [case]
    if not to.sure:
        return [said(moving.CLOSED if moving.closed(here, case) else moving.NOTHING)]
    book, days, today = here.work.catalogue, here.work.calendar, here.moment.today
    step = rules.given(book, days, case, today) if to.team else rules.taken(book, days, case, today)
    await handovers.withdraw(tx, case.id, here.me.id, here.moment.at)
    await cases.give(
        tx, case, step, Cause(DECISION, case.team_id, here.me.id), here.moment.at,
        team_id=to.team.id if to.team else None,
        municipality=to.team.municipality if to.team else case.municipality,
        detail=GAVE if step == life.same(case) else "",
    )  # fmt: skip
    if to.team is None:
        return await _taken(tx, here, case)
    return await _given(tx, here, case, to.team)


async def _given(tx: Tx, here: Scene, case: Case, team: Team) -> list[Message]:
    new = await moving.to_leaders(
        tx, here, team.id, [_("{who} gives your team a case: {case}.", who=here.me.name, case=named(case))], show(case)
    )
    left = _("{who} gave {case} to team {team}.", who=here.me.name, case=named(case), team=team.name)
    old = await moving.to_leaders(tx, here, case.team_id, [left], but=moving.readers(new))
    lines = [_("{case} is with team {team} now.", case=case.number, team=team.name)]
    if not new:
        lines.append(_("The team has no leader who can be told here; please call them."))
    return [said(*lines, rows=(show(case),)), *new, *old]


async def _taken(tx: Tx, here: Scene, case: Case) -> list[Message]:
    left = _("{who} took {case} from your team.", who=here.me.name, case=named(case))
    old = await moving.to_leaders(tx, here, case.team_id, [left])
    done = _("{case} has no team now. It is the coordinator's to give to one.", case=case.number)
    return [said(done, rows=(show(case),)), *old]
