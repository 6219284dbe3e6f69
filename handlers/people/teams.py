"""Teams and their people, for those who lead or look after them: who is there, who is away, and what may be changed.

What a newcomer gets wrong: a change begins now and changes nothing that was done before it. Visits, moves and answers
keep the team and the person they had.
"""

from __future__ import annotations

from collections.abc import Sequence

from casework.records import LEADER, Person
from handlers.caseload.moving import said
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View, in_rows, turns
from handlers.engine.words import Joined, Text, _, counted
from handlers.menu import MENU, TEAMS
from handlers.people import absence
from handlers.people.staff import ADD, JOIN, LEAD, LEAVE, MOVE, NO_LONGER_LEAD, RELEASE
from storage import absences, people, teams
from storage.absences import NOW
from storage.database import Tx
from storage.teams import Load

PAGE, LISTED = 8, 20
NOT_YOURS = _("This team is not in your area.")


async def listed(tx: Tx, here: Scene, offset: int) -> Message:
    """Those one looks after; whoever has only one sees it at once."""
    loads = await _loads(tx, here.me)
    if len(loads) == 1:
        return await card(tx, here, loads[0].team.id)
    if not loads:
        return said(NOT_YOURS)
    begin = offset if 0 <= offset < len(loads) else 0
    rows = [(_named(one, here.me),) for one in loads[begin : begin + PAGE]]
    before = str(max(0, begin - PAGE)) if begin else None
    after = str(begin + PAGE) if begin + PAGE < len(loads) else None
    title = counted("{count} team.", "{count} teams.", len(loads))
    return Message(View((title,), tuple(rows)).with_row(*turns("teams", before, after)).with_row(MENU))


async def _loads(tx: Tx, me: Person) -> list[Load]:
    if me.coordinates:
        return await teams.loads(tx, me)
    return [Load(team, 0) for team in me.teams] if me.leads else []


def _named(one: Load, me: Person) -> Button:
    if not me.coordinates:
        return Button(one.team.name, str(one.team.id), "team")
    label = counted(
        "{team} · {count} open case",
        "{team} · {count} open cases",
        one.open,
        team=f"{one.team.name}, {one.team.municipality}",
    )
    return Button(label, str(one.team.id), "team")


async def card(tx: Tx, here: Scene, team_id: int) -> Message:
    """Who is in it; each of them opens."""
    loads = await _loads(tx, here.me)
    team = next((one.team for one in loads if one.team.id == team_id), None)
    if team is None:
        return said(NOT_YOURS)
    own = await people.of_team(tx, team.id)
    lines = [Joined([team.name, team.municipality, *((team.area,) if team.area else ())], " · ")]
    lines += [Joined(["• ", await _line(tx, one)], "") for one in own]
    buttons = [Button(one.name, f"{one.id}", "person") for one in own[:LISTED]]
    view = View(tuple(lines), in_rows(buttons, 2))
    if here.me.coordinates:
        view = view.with_row(Button(_("Add somebody"), f"{ADD}.{team.id}", "staff"))
    return Message(view.with_row(*((TEAMS,) if len(loads) > 1 else ()), MENU))


async def _line(tx: Tx, one: Person) -> Text:
    parts: list[Text] = [one.name, _("leader") if one.role == LEADER else _("member")]
    away = next((found for found in await absences.of(tx, one.id) if found.state == NOW), None)
    if away:
        parts.append(_("away until {day}", day=away.until_on))
    return Joined(parts, " · ")


async def person(tx: Tx, here: Scene, person_id: int) -> Message:
    who = await absence.seen(tx, here.me, person_id) if here.me.coordinates or here.me.leads else None
    if who is None:
        return said(absence.NOT_YOURS)
    away = await absences.of(tx, who.id)
    lines = [await _line(tx, who), *_teams_of(who), *map(absence.of_somebody, away)]
    ways = [absence.back_button(one, own=who.id == here.me.id) for one in away]
    ways.append(absence.button(who.id, _("Will be away")))
    if here.me.coordinates:
        ways += _changes(who)
    return Message(View(tuple(lines), tuple((one,) for one in ways)).with_row(TEAMS, MENU))


def _teams_of(who: Person) -> Sequence[Text]:
    if not who.teams:
        return ()
    return (counted("Team: {teams}", "Teams: {teams}", len(who.teams), teams=who.team_names),)


def _changes(who: Person) -> list[Button]:
    """What a coordinator may change about somebody who goes to the doors."""
    if not who.teams:
        return []
    lead = (NO_LONGER_LEAD, _("No longer leader")) if who.role == LEADER else (LEAD, _("Make leader"))
    offered: list[tuple[str, Text]] = [
        (MOVE, _("To another team")),
        (JOIN, _("Into a second team as well")),
        *(((LEAVE, _("Out of one team")),) if len(who.teams) > 1 else ()),
        lead,
        (RELEASE, _("No longer works with us")),
    ]
    return [Button(label, f"{what}.{who.id}", "staff") for what, label in offered]
