"""A case as a coordinator acts upon it, and what becomes of each of its buttons.

What a newcomer gets wrong: a button is tapped long after its card was shown. It carries the version of the case, and
what was meant for the case as it stood is not done to the case as it stands: whoever comes second reads what was done,
by whom and when, above the card as it is now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from casework import life
from casework import moving as rules
from casework.records import REGIONAL, Case
from handlers.caseload import cases as my_cases
from handlers.caseload import happened, moving
from handlers.desk import inquire
from handlers.desk import place as places
from handlers.desk.place import OVERDUE, PLACE, TEAM, WHOLE, Place
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Text, _
from handlers.menu import MENU
from storage import cases, inquiries
from storage.database import Tx
from storage.inquiries import Known

GIVE, ASK, OFF, UP, DECIDE = "desk_give", "desk_ask", "desk_off", "desk_up", "desk_decide"
DEEDS = {GIVE: "give", ASK: "inquire", OFF: "put_off", UP: "pass_up", DECIDE: "decide"}
"""Each with the conversation that it begins."""
NAMED = 2
"""So many of those who know of a case can be written to with one tap."""
Begin = Callable[[str, dict[str, Any]], Awaitable[list[Message]]]


async def card(tx: Tx, here: Scene, value: str) -> Message:
    seen = places.seen(value)
    place = seen.place if seen else Place(OVERDUE)
    case = await cases.get(tx, here.me, seen.case_id) if seen and here.me.coordinates else None
    return await _shown(tx, here, case, place) if case else _not_there(place)


async def deed(tx: Tx, here: Scene, key: str, value: str, begin: Begin) -> list[Message]:
    """Begins it for the case as it was on the card; of one that has changed since, the card as it is now."""
    seen = places.seen(value)
    case = await cases.get(tx, here.me, seen.case_id) if seen and here.me.coordinates else None
    if seen is None or case is None:
        return [_not_there(seen.place if seen else Place(OVERDUE))]
    if case.version != seen.version:
        now = await _shown(tx, here, case, seen.place)
        return [replace(now, view=now.view.under(await happened.last(tx, here, case), moving.NOT_DONE, ""))]
    return await begin(DEEDS[key], places.given(seen))


def _not_there(place: Place) -> Message:
    return Message(View((moving.NOT_THERE,), ((places.back(place), MENU),)))


async def _shown(tx: Tx, here: Scene, case: Case, place: Place) -> Message:
    known = await inquiries.who_knows(tx, here.me, case, here.work.catalogue.leader_step)
    asked = await inquiries.last(tx, here.me, case.id)
    told, alerts = await my_cases.known(tx, here, case)
    lines: list[Text] = [*told.lines, _has_it(case, known)]
    if asked:
        lines.append(inquire.asked_already(here, asked))
        lines += [inquire.answered(here, asked)] if asked.answer else []
    rows = (*told.rows, *_deeds(here, case, place), *alerts, *_people(case, place, known))
    return Message(View(tuple(lines), (*rows, (places.back(place), MENU))))


def _has_it(case: Case, known: Sequence[Known]) -> Text:
    own = [one.name for one in known if not one.coordinates]
    holder = _("Team {team}", team=case.holder) if case.holder else _("Without a team")
    return Joined([holder, ", ".join(own)], " · ") if own else holder


def _deeds(here: Scene, case: Case, place: Place) -> tuple[tuple[Button, ...], ...]:
    at = places.value(case, place)
    can_decide = rules.decisions(here.work.catalogue, case, here.me.role)
    decide = (Button(_("Decide"), at, DECIDE),) if can_decide else ()
    if moving.closed(here, case):
        return (decide,) if decide else ()
    later = life.put_off(here.work.calendar, case, here.moment.today)
    off = (Button(_("Put off"), at, OFF),) if later else ()
    give = _("Give to another team") if case.holder else _("Give to a team")
    return (
        (Button(_("Ask"), at, ASK), *off),
        (Button(_("Pass on") if here.me.role == REGIONAL else _("Pass up"), at, UP), *decide),
        (Button(give, at, GIVE),),
    )


def _people(case: Case, place: Place, known: Sequence[Known]) -> tuple[tuple[Button, ...], ...]:
    """A chat with each of them, where their messenger can be opened so, and their team."""
    write = tuple(
        Button(_("Write to {who}", who=one.name.split()[0]), "", person=one.id)
        for one in known[:NAMED]
        if one.can_be_told
    )
    whole = Button(_("The whole case"), places.value(case, place), WHOLE)
    team = (
        (Button(_("Team {team}", team=case.holder), place.to(TEAM, case.team_id).token, PLACE),) if case.team_id else ()
    )
    return (*((write,) if write else ()), (*team, whole))
