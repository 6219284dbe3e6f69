"""Somebody is away: from when until when, and who is told in their place what falls due.

What a newcomer gets wrong: whoever stands in sees nothing that they did not see before. Who is away is told nothing but
what is urgent; what was for them alone waits until they are back (`bot/tell.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from casework.records import LEADER, MEMBER, MUNICIPAL, READERS, REGIONAL, Person
from handlers.caseload.moving import said
from handlers.engine.kinds import Day
from handlers.engine.pages import OnPages
from handlers.engine.review import review
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Phrase, Text, _
from handlers.menu import MENU
from handlers.people import hours
from storage import absences, because, duty, people
from storage.absences import NOW, OVER, Absence
from storage.database import Tx

FURTHEST_DAYS, LONGEST_DAYS = 180, 365
NOBODY = "nobody"
BACK = "here_again"
NOT_YOURS = _("This person is not in your area.")
NOT_THERE = _("This absence has ended already. Nothing was changed.")


@dataclass(frozen=True)
class Away:
    """Without a person, nothing is changed: they are not in reach any more."""

    whose: Person | None = None
    from_on: date | None = None
    until_on: date | None = None
    deputy_id: int | None = None


def button(person_id: int, label: Text) -> Button:
    return Button(label, str(person_id), "away")


async def seen(tx: Tx, me: Person, person_id: int) -> Person | None:
    """Whose absence one may tell: the own, a leader that of the team, a coordinator that of whom they look after."""
    if person_id == me.id:
        return me
    if me.coordinates:
        return await people.overseen(tx, me, person_id)
    of_teams = [one for team in me.teams if me.leads for one in await people.of_team(tx, team.id)]
    return next((one for one in of_teams if one.id == person_id), None)


async def tell(talk: Talk, here: Scene) -> Away:
    whose = await talk.look("whose", seen, here.me, int(talk.given["person"]))
    if whose is None or whose.role in READERS:
        return Away()
    begin = Day(suggest=here.moment.today, days_on=FURTHEST_DAYS)
    from_on = await talk.ask("from", _("From which day?"), begin, label=_("Away from"))
    end = Day(suggest=from_on, earliest=from_on, days_on=LONGEST_DAYS)
    until_on = await talk.ask("until", _("Which is the last day?"), end, label=_("Last day"))
    deputy = await _deputy(talk, whose)
    await review(talk, _("{who} is away. Please check and save.", who=whose.name))
    return Away(whose, from_on, until_on, deputy)


async def _deputy(talk: Talk, whose: Person) -> int | None:
    can = await talk.look("can", absences.who_can_stand_in, whose)
    if not can:
        talk.tell("deputy", _("Stands in"), _("nobody"), changeable=False)
        return None
    choices: dict[str, Text] = {**{str(one): name for one, name in can}, NOBODY: _("Nobody")}
    chosen = await talk.ask("deputy", _("Who stands in?"), OnPages(choices), label=_("Stands in"))
    return None if chosen == NOBODY else int(chosen)


async def keep(tx: Tx, here: Scene, away: Away) -> list[Message]:
    whose = await seen(tx, here.me, away.whose.id) if away.whose else None
    if whose is None or away.from_on is None or away.until_on is None:
        return [said(NOT_YOURS)]
    made = await absences.make(
        tx, here.me, whose.id, away.from_on, away.until_on, away.deputy_id, today=here.moment.today, now=here.moment.at
    )
    own = whose.id == here.me.id
    receipt: list[Text] = [_yours(made) if own else of_somebody(made)]
    if own:
        receipt.append(_("Until you are back I write to you only if it cannot wait."))
    done = Message(View(tuple(receipt), ((back_button(made, own=own),), (MENU,))))
    return [done, *await _told(tx, here, whose, made)]


def _yours(one: Absence) -> Text:
    with_deputy, alone = (
        _("You are away from {first} to {last}; {deputy} stands in."),
        _("You are away from {first} to {last}; nobody stands in."),
    )
    return _filled(with_deputy if one.deputy else alone, one)


def of_somebody(one: Absence) -> Text:
    with_deputy, alone = (
        _("{who} is away from {first} to {last}; {deputy} stands in."),
        _("{who} is away from {first} to {last}; nobody stands in."),
    )
    return _filled(with_deputy if one.deputy else alone, one)


def _filled(sentence: Phrase, one: Absence) -> Phrase:
    values: dict[str, Text] = {"who": one.name, "first": one.from_on, "last": one.until_on, "deputy": one.deputy}
    return replace(sentence, values=values)


def back_button(one: Absence, *, own: bool) -> Button:
    if one.state == NOW:
        return Button(_("I am back") if own else _("Is back"), str(one.id), BACK)
    return Button(_("I shall not be away") if own else _("Will not be away"), str(one.id), BACK)


async def _told(tx: Tx, here: Scene, whose: Person, made: Absence) -> list[Message]:
    """Whoever stands in, whoever is next above, and the one it is about, if somebody else has said it."""
    told = [] if whose.id == here.me.id else [_notice(whose.id, _yours(made), made, urgent=True)]
    if made.deputy_id and made.deputy_id != here.me.id:
        stands_in = _("{who} is away from {first} to {last}, and you stand in: what falls due comes to you.")
        told.append(_notice(made.deputy_id, _filled(stands_in, made), made))
    known = (here.me.id, whose.id, made.deputy_id)
    return [*told, *(_notice(one, of_somebody(made), made) for one in await _above(tx, whose) if one not in known)]


async def _above(tx: Tx, whose: Person) -> list[int]:
    if whose.role == MEMBER:
        return [one.id for team in whose.teams for one in await duty.leaders(tx, team.id)]
    if whose.role in (LEADER, MUNICIPAL):
        wanted = MUNICIPAL if whose.role == LEADER else REGIONAL
        return [one.id for one in await duty.overseers(tx, whose.id) if one.role == wanted]
    return []


def _notice(reader: int, line: Text, made: Absence, holds: str = NOW, *, urgent: bool = False) -> Message:
    ties = (because.absence(made.id, holds),)
    return Message(View((line,), ((MENU,),)), replaces=False, to=reader, urgent=urgent, because=ties)


async def end(tx: Tx, here: Scene, number: int) -> list[Message]:
    """Undone by return: whoever was away is told everything again from now on. Number 0 is the own one that comes
    first."""
    found = await absences.get(tx, number) if number else next(iter(await absences.of(tx, here.me.id)), None)
    whose = await seen(tx, here.me, found.person_id) if found else None
    ended = await absences.end(tx, here.me, found.id, here.moment.at) if found and whose else None
    if whose is None or ended is None:
        return [said(NOT_THERE)]
    done = _("Welcome back.") if whose.id == here.me.id else _("{who} is here again.", who=whose.name)
    await hours.moved(tx, here.work, whose.id, here.moment.at)
    return [said(done), *over([ended], but=here.me.id)]


def over(ended: Sequence[Absence], but: int | None = None) -> list[Message]:
    """To those who stood in, and to those who were away."""
    told = []
    for one in ended:
        if one.deputy_id and one.deputy_id != but:
            back = _("{who} is here again, so you no longer stand in.", who=one.name)
            told.append(_notice(one.deputy_id, back, one, OVER))
        if one.person_id != but:
            again = _("Welcome back. From today I tell you again what falls due.")
            told.append(_notice(one.person_id, again, one, OVER))
    return told


async def standing(tx: Tx, me: Person) -> tuple[list[Text], list[tuple[Button, ...]]]:
    """The lines and buttons of somebody's settings."""
    if me.role in READERS:
        return [], []
    own = await absences.of(tx, me.id)
    lines: list[Text] = [*map(_yours, own), *(_for(one) for one in await absences.stood_in_by(tx, me.id))]
    rows: list[tuple[Button, ...]] = [
        *((back_button(one, own=True),) for one in own),
        (button(me.id, _("I will be away")),),
    ]
    return lines, rows


def _for(one: Absence) -> Text:
    return _filled(_("You stand in for {who} from {first} to {last}."), one)
