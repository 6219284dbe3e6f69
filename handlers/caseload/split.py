"""A caseload is split: some of a team's cases go to another one, all in one transaction, and back by one tap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from casework import life
from casework import moving as rules
from casework.records import DECISION, REGIONAL, Case, Cause, Team
from handlers.caseload import moving
from handlers.caseload.moving import named, said
from handlers.engine.kinds import AnyOf, OneOf
from handlers.engine.pages import OnPages
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, first
from handlers.engine.words import Text, _, counted
from storage import cases, handovers, moves, teams
from storage.database import Tx
from storage.moves import GAVE, SPLIT, Given

NAMED = 8
ENOUGH = 8
"""Settlements shown before More."""
SPLIT_BUTTON = Button(_("Split a caseload"), "0", "split")
TOO_LATE = _("This can no longer be put back: only on the same day, and once. Nothing was changed.")


@dataclass(frozen=True)
class Split:
    """`chosen` are the cases of the preview; none when nothing is to be moved."""

    origin: Team | None = None
    to: Team | None = None
    chosen: tuple[int, ...] = ()


async def split(talk: Talk, here: Scene) -> Split:
    loads = await talk.look("teams", teams.loads, here.me) if here.me.coordinates else []
    places, held = here.me.role == REGIONAL, [one for one in loads if one.open]
    if not held or len(loads) < 2:
        return Split()
    origins = moving.team_choices(held, without=None, places=places)
    given = str(talk.given["team"]) if str(talk.given["team"]) in origins else None
    origin = await talk.ask("team", _("Whose cases?"), OnPages(origins), default=given)
    own = await talk.look(f"cases {origin}", cases.open_of_team, here.me, int(origin))
    among = await _among(talk, own)
    others = moving.team_choices(loads, without=int(origin), places=places)
    to = await talk.ask("to", _("To which team?"), OnPages(others))
    named_teams = {str(one.team.id): one.team for one in loads}
    found = Split(named_teams[origin], named_teams[to], tuple(case.id for case in among))
    return found if await _sure(talk, named_teams[origin], named_teams[to], among) else Split()


async def _among(talk: Talk, own: Sequence[Case]) -> list[Case]:
    counts = Counter(case.settlement for case in own)
    settlements = list(counts)
    options: dict[str, Text] = {
        str(n): f"{one or '—'} · {counts[one]}" for n, one in enumerate(settlements)
    }  # fmt: skip
    chosen = await talk.ask(
        "places", _("From which settlements? Skip means all."), AnyOf(options, len(options), first=ENOUGH)
    )
    every = OneOf({"all": _("All of them"), "second": _("Every second one")})
    which = await talk.ask("which", _("All cases there, or every second one?"), every)
    return rules.split(own, {settlements[int(code)] for code in chosen}, every_second=which == "second")


async def _sure(talk: Talk, old: Team, new: Team, among: Sequence[Case]) -> bool:
    if not among:
        return False
    for place, count in Counter(case.settlement for case in among).items():
        talk.say(f"{place or '—'}: {count}")
    question = counted(
        "{count} case goes from team {old} to team {team}.",
        "{count} cases go from team {old} to team {team}.",
        len(among),
        old=old.name,
        team=new.name,
    )
    return await moving.sure(talk, question, _("Move them"))


async def keep(tx: Tx, here: Scene, found: Split) -> list[Message]:
    """Moves what is still there as it was shown; what has left meanwhile is named."""
    old, new = found.origin, found.to
    if old is None or new is None or not here.me.coordinates:
        return [said(moving.NOTHING)]
    own = {case.id: case for case in await cases.open_of_team(tx, here.me, old.id)}
    moved = sorted((own[one] for one in found.chosen if one in own), key=lambda case: case.number)
    if not moved:
        return [said(_("These cases are no longer with team {team}. Nothing was changed.", team=old.name))]
    for case in moved:
        await handovers.withdraw(tx, case.id, here.me.id, here.moment.at)
        step = rules.given(here.work.catalogue, here.work.calendar, case, here.moment.today)
        await cases.give(
            tx, case, step, Cause(DECISION, case.team_id, here.me.id), here.moment.at,
            team_id=new.id, municipality=new.municipality, detail=SPLIT,
        )  # fmt: skip
    first = await moves.last_split(tx, here.me.id)
    return [_done(new, moved, len(found.chosen) - len(moved), first), *await _told(tx, here, old, new, moved)]


def _done(to: Team, moved: Sequence[Case], left: int, first: int) -> Message:
    lines: list[Text] = [
        counted(
            "{count} case is with team {team} now.",
            "{count} cases are with team {team} now.",
            len(moved),
            team=to.name,
        )
    ]
    if left:
        lines.append(counted("{count} case had left meanwhile.", "{count} cases had left meanwhile.", left))
    return said(*lines, rows=((Button(_("Put them back"), str(first), "put_back"),),))


async def _told(tx: Tx, here: Scene, old: Team, new: Team, moved: Sequence[Case]) -> list[Message]:
    to = counted(
        "{who} gives your team {count} case of team {old}:",
        "{who} gives your team {count} cases of team {old}:",
        len(moved),
        who=here.me.name,
        old=old.name,
    )
    mine = (Button(_("My cases"), "", "cases_below"),)
    told = await moving.to_leaders(tx, here, new.id, [to, *_list(moved)], mine)
    left = counted(
        "{who} gave {count} case of your team to team {team}:",
        "{who} gave {count} cases of your team to team {team}:",
        len(moved),
        who=here.me.name,
        team=new.name,
    )
    return [*told, *await moving.to_leaders(tx, here, old.id, [left, *_list(moved)], but=moving.readers(told))]


def _list(listed: Sequence[Case]) -> list[Text]:
    return first([f"• {named(case)}" for case in listed], NAMED)


async def put_back(tx: Tx, here: Scene, first: int) -> list[Message]:
    """Everything is as it was before, but what somebody has worked on meanwhile."""
    morning = datetime.combine(here.moment.today, time(), here.work.zone)
    moved = await moves.of_split(tx, here.me, first, morning) if here.me.coordinates else []
    home = {one.team.id: one.team for one in await teams.loads(tx, here.me)}
    # What is out of the coordinator's reach now, or came from there, is not theirs to move.
    within = [one for one in moved if {one.from_team, one.to_team} <= set(home)]
    seen = [(one, case) for one in within if (case := await cases.get(tx, here.me, one.case_id))]
    back = [(one, case) for one, case in seen if one.newest]
    if not back:
        return [said(TOO_LATE)]
    old, new = home[back[0][0].from_team], home[back[0][0].to_team]
    for one, case in back:
        await _return(tx, here, one, case, old)
    lines: list[Text] = [_back(len(back), old)]
    if stayed := [case for one, case in seen if not one.newest]:
        lines.append(_("Somebody has worked on these meanwhile, so they stay:"))
        lines += _list(stayed)
    return [said(*lines), *await _told_back(tx, here, old, new, [case for _one, case in back])]


async def _return(tx: Tx, here: Scene, one: Given, case: Case, home: Team) -> None:
    step = one.owed or life.same(case)
    await cases.give(
        tx, case, replace(step, status=case.status), Cause(DECISION, case.team_id, here.me.id), here.moment.at,
        team_id=home.id, municipality=home.municipality, detail=GAVE,
    )  # fmt: skip


def _back(count: int, team: Team) -> Text:
    return counted(
        "{count} case is back with team {team}.", "{count} cases are back with team {team}.", count, team=team.name
    )


async def _told_back(tx: Tx, here: Scene, old: Team, new: Team, back: Sequence[Case]) -> list[Message]:
    lines = [_("{who} took the split back.", who=here.me.name), _back(len(back), old), *_list(back)]
    told = await moving.to_leaders(tx, here, old.id, lines)
    return [*told, *await moving.to_leaders(tx, here, new.id, lines, but=moving.readers(told))]
