"""When somebody wants to be told something: hours, days, time zone, a pause, and the digest at once.

What a newcomer gets wrong: whatever changes here also moves what is waiting for the person already (`moved`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from casework.calendar import local_day, midnight
from casework.hours import known_zone
from casework.records import Person
from handlers import menu
from handlers.desk import coordinate
from handlers.engine.kinds import AnyOf, Day, Hour, OneOf, typed_choice
from handlers.engine.replies import Reply, Typed
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Accept, Json, Moment, Reading, Refuse, Talk
from handlers.engine.views import Button
from handlers.engine.words import Joined, Text, _
from storage import hours, hushed, people
from storage.database import Tx

BEGINS = ("07:30", "08:00", "09:00", "10:00", "12:00", "14:00")
ENDS = ("13:00", "16:00", "17:00", "18:00", "20:00", "21:00")
DIGEST_HOURS = ("08:00", "12:00", "16:30", "17:30", "18:30", "19:30")
DAYS: dict[str, Text] = {
    "0": _("Monday"),
    "1": _("Tuesday"),
    "2": _("Wednesday"),
    "3": _("Thursday"),
    "4": _("Friday"),
    "5": _("Saturday"),
    "6": _("Sunday"),
}
SHORT: dict[int, Text] = dict(enumerate((_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))))
HOLIDAYS = "holidays"
ZONES: dict[str, Text] = {
    "Europe/Sofia": _("Sofia"),
    "Europe/London": _("London"),
    "Europe/Berlin": _("Berlin, Paris, Rome"),
    "Europe/Istanbul": _("Istanbul"),
    "America/New_York": _("New York"),
}
PAUSE_DAYS = 60
"""Whoever is not there for longer is away, and somebody stands in."""


@dataclass(frozen=True)
class ZoneOf(OneOf):
    """A time zone: one of those on the buttons, or another one by its city."""

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        name = typed_choice(reply, self.options, moment)
        if name is None and isinstance(reply, Typed):
            name = _cities().get("_".join(reply.text.casefold().split()))
        refused = _("I do not know this time zone. Tap a city, or write one in Latin letters. For example: Madrid.")
        return Accept(name) if name else Refuse(refused)

    def accepts(self, value: Json) -> bool:
        return isinstance(value, str) and bool(value) and known_zone(value) is not None

    def tell(self, value: str) -> Text:
        return place(value)


@cache
def _cities() -> dict[str, str]:
    """`madrid` and `europe/madrid`; of two cities with one name, the first by the alphabet of their continents."""
    known = [name for name in sorted(available_timezones(), reverse=True) if "/" in name]
    return {key: name for name in known for key in (name.casefold(), name.rpartition("/")[2].casefold())}


@dataclass(frozen=True)
class Later(Hour):
    """A time of day after another one."""

    after: time = time(0)

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        reading = super().read(reply, partial, found, moment)
        if isinstance(reading, Accept) and not self.accepts(reading.value):
            return Refuse(_("Please give a time at least an hour after {begin}.", begin=f"{self.after:%H:%M}"))
        return reading

    def accepts(self, value: Json) -> bool:
        return super().accepts(value) and _minutes(time.fromisoformat(value)) >= _minutes(self.after) + 60


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def place(zone: str) -> Text:
    return ZONES.get(zone, zone.rpartition("/")[2].replace("_", " "))


def chosen_days(me: Person) -> Text:
    days: Text = _("working days")
    if me.hours.days is not None:
        days = Joined([SHORT[day] for day in me.hours.days])
    return _("{days}, also on holidays", days=days) if me.hours.on_holidays else days


def lines(here: Scene) -> list[Text]:
    """Of the settings: hours, days, zone, pause."""
    times, me = here.work.times(here.me), here.me
    clock = here.moment.at.astimezone(times.zone)
    return [
        _("I write to you from {begin} to {end}.", begin=f"{times.begin:%H:%M}", end=f"{times.end:%H:%M}"),
        _("Days: {days}", days=chosen_days(me)),
        _("Time zone: {zone}, it is {clock}", zone=place(str(times.zone)), clock=f"{clock:%H:%M}"),
        *([menu.paused(me.paused_until)] if me.paused_until else []),
    ]


def rows(me: Person) -> list[tuple[Button, ...]]:
    pause = menu.END_PAUSE if me.paused_until else Button(_("Pause"), "", "pause")
    return [
        (Button(_("Hours"), "", "open_hours"), Button(_("Days"), "", "own_days")),
        (Button(_("Time zone"), "", "zone"), pause),
    ]


async def choose_hours(talk: Talk, here: Scene) -> tuple[time, time]:
    begin = await talk.ask("from", _("From what time may I write to you?"), Hour(BEGINS))
    offered = tuple(one for one in ENDS if _minutes(time.fromisoformat(one)) >= _minutes(begin) + 60)
    return begin, await talk.ask("until", _("Until what time?"), Later(offered, begin))


async def keep_hours(tx: Tx, here: Scene, span: tuple[time, time]) -> list[Message]:
    await hours.set_open(tx, here.me.id, *span, here.moment.at)
    begin, end = (f"{one:%H:%M}" for one in span)
    return await _kept(tx, here, _("I shall write to you from {begin} to {end}.", begin=begin, end=end))


async def choose_days(talk: Talk, here: Scene) -> tuple[str, ...]:
    question = _("On which days may I write to you? Skip: on working days.")
    options = {**DAYS, HOLIDAYS: _("Also on holidays")}
    chosen: tuple[str, ...] = await talk.ask("days", question, AnyOf(options, at_most=len(options)))
    return chosen


async def keep_days(tx: Tx, here: Scene, chosen: tuple[str, ...]) -> list[Message]:
    days = tuple(sorted(int(one) for one in chosen if one in DAYS))
    await hours.set_days(tx, here.me.id, days, here.moment.at, on_holidays=HOLIDAYS in chosen)
    me = replace(here.me, hours=replace(here.me.hours, days=days or None, on_holidays=HOLIDAYS in chosen))
    return await _kept(tx, here, _("Days: {days}", days=chosen_days(me)))


async def choose_zone(talk: Talk, here: Scene) -> str:
    question = _("Where are you? Tap a city, or write another one.")
    zone: str = await talk.ask("zone", question, ZoneOf(ZONES, columns=2))
    return zone


async def keep_zone(tx: Tx, here: Scene, zone: str) -> list[Message]:
    await hours.set_zone(tx, here.me.id, zone, here.moment.at)
    clock = here.moment.at.astimezone(known_zone(zone))
    said = _("Time zone: {zone}, it is {clock}", zone=place(zone), clock=f"{clock:%H:%M}")
    return await _kept(tx, here, said)


async def choose_digest(talk: Talk, here: Scene) -> time:
    return await talk.ask("hour", _("At what time shall the digest come?"), Hour(DIGEST_HOURS))


async def keep_digest(tx: Tx, here: Scene, hour: time) -> list[Message]:
    await hours.set_digest(tx, here.me.id, f"{hour:%H:%M}", here.moment.at)
    return await _kept(tx, here)


async def _kept(tx: Tx, here: Scene, said: Text = "") -> list[Message]:
    """What was chosen, and what follows from it for the digest."""
    await moved(tx, here.work, here.me.id, here.moment.at)
    me = await _now(tx, here)
    told = [said] if said != "" else []
    if me.coordinates:
        told.append(await _next_digest(tx, me, here))
    return [menu.menu(me, Joined(told, "\n"))]


async def _next_digest(tx: Tx, me: Person, here: Scene) -> Text:
    times = here.work.times(me)
    hour, day = f"{times.digest_hour:%H:%M}", await coordinate.next_day(tx, me, times, here.moment.at)
    return _("The digest will come at {hour}, the next one {day}.", hour=hour, day=day)


async def choose_return(talk: Talk, here: Scene) -> date:
    times = here.work.times(here.me)
    tomorrow = here.moment.today + timedelta(days=1)
    first = times.today(replace(times, back_on=tomorrow).next_open(here.moment.at))
    question = _("On which day shall I write to you again? Until then you hear from me only if it cannot wait.")
    day = await talk.ask("day", question, Day(suggest=first, earliest=tomorrow, days_on=PAUSE_DAYS))
    return day or first


async def keep_pause(tx: Tx, here: Scene, until: date) -> list[Message]:
    await hours.pause(tx, here.me.id, until, midnight(until, here.zone))
    await moved(tx, here.work, here.me.id, here.moment.at)
    me = await _now(tx, here)
    waits = _("What waits for you then comes in one message.")
    return [menu.menu(me, waits)]


async def end_pause(tx: Tx, here: Scene) -> list[Message]:
    """Undone by a tap: what waited comes now, or with their next hours."""
    if here.me.paused_until is None:
        return [menu.menu(here.me, _("You have not paused."))]
    await hours.resume(tx, here.me.id, here.moment.at)
    await moved(tx, here.work, here.me.id, here.moment.at)
    me = await _now(tx, here)
    return [menu.menu(me, _("I write to you again."))]


async def _now(tx: Tx, here: Scene) -> Person:
    """The reader with what they have just chosen, and with all that only a message of theirs tells."""
    kept = await people.get(tx, here.me.id)
    assert kept is not None
    return replace(here.me, hours=kept.hours, digest_at=kept.digest_at, paused_until=kept.paused_until)


async def moved(tx: Tx, work: Work, person_id: int, now: datetime) -> None:
    """What waits for somebody waits for the hours that they have now."""
    me = await people.get(tx, person_id)
    assert me is not None
    await hushed.move(tx, me.id, work.times(me).next_open(now))


async def turn(tx: Tx, work: Work, now: datetime) -> None:
    """Pauses end on their day of return, on the clock of whoever paused."""
    for one in await hours.paused(tx):
        if local_day(now, known_zone(one.zone) or work.zone) >= one.until:
            await hours.end_pause(tx, one.person_id)


async def digest_now(tx: Tx, here: Scene) -> list[Message]:
    """Today's, before its hour: then it does not come again. Without one to come, what is new since the last."""
    if not here.me.coordinates:
        return [menu.menu(here.me, _("Only coordinators get the digest."))]
    return await coordinate.at_once(tx, here)
