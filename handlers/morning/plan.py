"""Who goes with whom: for today or the next working day, settlement by settlement, two or three taps each.

What a newcomer gets wrong: it is told in the brief of those it names. Only what is changed for today after their brief
has gone is told at once, and only to those it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from casework import brief as rules
from casework import calendar
from casework.brief import Named, Place
from casework.records import LEADER, MEMBER, Person
from handlers.caseload.moving import said
from handlers.engine.kinds import AnyOf
from handlers.engine.pages import OnPages
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from handlers.menu import MENU
from handlers.morning.brief import PLAN, who
from storage import claims, planned
from storage.database import Tx
from storage.planned import Made, Waiting

IN_A_CAR = 5
FIRST_SHOWN = 8
NOBODY = "nobody"
NOT_YOURS = _("Who goes with whom is planned by those who go to the doors.")
NOTHING_DUE = _("No visit of yours is due today or on the next working day.")


@dataclass(frozen=True)
class Plan:
    """Who of a team goes to a settlement; `people` is None when nothing was chosen."""

    day: date
    place: Place
    people: tuple[int, ...] | None


@dataclass(frozen=True)
class Open:
    """A place that the person may plan, and who is there that day."""

    waiting: Waiting
    people: list[tuple[int, str]]
    planned: bool

    @property
    def place(self) -> Place:
        return self.waiting.team_id, self.waiting.place


def days(here: Scene) -> list[date]:
    """Today while it is not evening, and the next working day; in the afternoon that one first."""
    today, days_on = here.moment.today, here.work.calendar
    part = calendar.part_of_day(here.moment.at, here.work.zone)
    this = [today] if days_on.is_working(today) and part != "evening" else []
    following = [days_on.add(today, 1)]
    return [*this, *following] if part == "morning" else [*following, *this]


async def offered(tx: Tx, me: Person, steps: list[str], of: list[date]) -> list[Open]:
    """Where visits are due. What somebody else planned is theirs and the leader's to change."""
    made = {(day, one.going.place): one for day in of for one in await planned.on(tx, day, _teams(me))}
    found = []
    for one in await planned.waiting(tx, me, steps, of):
        before = made.get((one.day, (one.team_id, one.place)))
        if _may_change(me, before):
            found.append(Open(one, await planned.present(tx, one.team_id, one.day), before is not None))
    return found


async def made_for(tx: Tx, me: Person, of: list[date]) -> list[tuple[date, Made]]:
    return [(day, one) for day in of for one in await planned.on(tx, day, _teams(me))]


def _teams(me: Person) -> list[int]:
    return [team.id for team in me.teams]


def _may_change(me: Person, before: Made | None) -> bool:
    return before is None or me.leads or before.made_by == me.id


async def plan(talk: Talk, here: Scene) -> Plan | None:
    me = here.me
    if me.role not in (MEMBER, LEADER):
        return None
    steps = sorted(rules.visit_steps(here.work.catalogue))
    found = await talk.look("offered", offered, me, steps, days(here))
    made = await talk.look("made", made_for, me, days(here))
    if made:
        talk.say(_("Planned so far:"))
        for day, one in made:
            talk.say(
                _("• {place}, {day}: {who}", place=_named(one.going.place, me), day=day, who=_who(one.going.people, me))
            )
        talk.say("")
    if not found:
        return None
    places = {str(n): _label(one, me) for n, one in enumerate(found)}
    which: str = await talk.ask("place", _("Which settlement shall we plan?"), OnPages(places))
    chosen = found[int(which)]
    day, place = chosen.waiting.day, chosen.waiting.place
    can: dict[str, Text] = {str(number): name for number, name in chosen.people}
    if chosen.planned:
        can[NOBODY] = _("Nobody")
    going = await talk.ask(
        "who", _("Who goes to {place}, {day}?", place=place, day=day), AnyOf(can, IN_A_CAR, FIRST_SHOWN)
    )
    if not going:
        return Plan(day, chosen.place, None)
    return Plan(day, chosen.place, tuple(int(one) for one in going if one != NOBODY))


def _label(one: Open, me: Person) -> Text:
    waiting = one.waiting
    return _("{place} · {day} ({count})", place=_named(one.place, me), day=waiting.day, count=str(waiting.visits))


def _named(place: Place, me: Person) -> str:
    """With the team, for whoever is in two."""
    team = next((f", {team.name}" for team in me.teams if team.id == place[0] and len(me.teams) > 1), "")
    return f"{place[1]}{team}"


def _who(people: Sequence[Named], me: Person) -> Text:
    return who(people, me.id, rules.short_names(people))


async def keep(tx: Tx, here: Scene, made: Plan | None) -> list[Message]:
    me = here.me
    if me.role not in (MEMBER, LEADER):
        return [said(NOT_YOURS)]
    if made is None:
        of = [day for day, _made in await made_for(tx, me, days(here))]
        return [await _shown(tx, here, of[0])] if of else [said(NOTHING_DUE)]
    if made.place[0] not in _teams(me):
        return [said(NOT_YOURS)]
    before = await _of(tx, me, made)
    if not _may_change(me, before):
        return [(await _shown(tx, here, made.day, _("It has been planned meanwhile; nothing was changed.")))]
    told: list[Message] = []
    if made.people is not None:
        # Who plans for themselves plans that they go.
        wanted = {*made.people, *(() if me.leads or not made.people else (me.id,))}
        there = [one for one, _name in await planned.present(tx, made.place[0], made.day) if one in wanted]
        await planned.put(tx, me, made.day, made.place, there, today=here.moment.today, now=here.moment.at)
        told = await _notices(tx, here, made, before, await _of(tx, me, made))
    return [await _shown(tx, here, made.day), *told]


async def _of(tx: Tx, me: Person, made: Plan) -> Made | None:
    own = await planned.on(tx, made.day, _teams(me))
    return next((one for one in own if one.going.place == made.place), None)


async def _shown(tx: Tx, here: Scene, day: date, *above: Text) -> Message:
    """The whole day, with the settlements for which nobody is planned yet."""
    steps = sorted(rules.visit_steps(here.work.catalogue))
    going = {one.going.place: one.going.people for one in await planned.on(tx, day, _teams(here.me))}
    due = [(one.team_id, one.place) for one in await planned.waiting(tx, here.me, steps, [day])]
    lines = [_planned(place, going.get(place, ()), here.me) for place in dict.fromkeys([*due, *going])]
    title = _("Who goes with whom, {day}:", day=day)
    view = View((*above, title, *lines), ((Button(_("Another settlement"), "", PLAN.key),), (MENU,)))
    return Message(view)


def _planned(place: Place, people: Sequence[Named], me: Person) -> Text:
    return _("• {place}: {who}", place=_named(place, me), who=_who(people, me) if people else _("nobody yet"))


async def _notices(tx: Tx, here: Scene, made: Plan, before: Made | None, after: Made | None) -> list[Message]:
    """To those whose plan of today changed after their brief had gone; everybody else reads it there."""
    was, now = _people(before), _people(after)
    if made.day != here.moment.today or was == now:
        return []
    concerned = _numbers((*was, *now)) - {here.me.id}
    had = await claims.had_a_morning(tx, concerned, made.day.isoformat())
    return [_notice(here.me, made.place[1], now, to) for to in sorted(had)]


def _notice(me: Person, place: str, now: Sequence[Named], to: int) -> Message:
    going = who(now, to, rules.short_names(now)) if now else _("nobody")
    lines = (_("{who} has changed today's plan.", who=me.name), _("• {place}: {who}", place=place, who=going))
    return Message(View(lines, ((PLAN, MENU),)), replaces=False, to=to)


def _people(made: Made | None) -> tuple[Named, ...]:
    return made.going.people if made else ()


def _numbers(people: Iterable[Named]) -> set[int]:
    return {number for number, _name in people}
