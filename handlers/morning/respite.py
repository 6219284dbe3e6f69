"""What one says to an alert: I know; tell me again on a later day, and why; nothing about this case until a day.

What a newcomer gets wrong: none of it moves the case, and the rungs above have their days all the same. Every button
carries the day that it is about, so an old one of another day changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Case
from handlers.caseload.pick import case_line
from handlers.desk.place import of_morning
from handlers.engine.replies import Tapped, number
from handlers.engine.scene import Message, Scene
from handlers.engine.views import BELOW, Button, View, in_rows
from handlers.engine.words import Text, Within, _, counted
from handlers.menu import CASES, MENU
from handlers.morning.below import happened
from storage import alerted, cases, lists, respites
from storage.database import Tx
from storage.respites import KNOWN, LATER, MUTED, Respite

KEYS = ("know", "unknow", "alert", "later", "later_on", "unlater", "mute", "unmute")
SOON = (1, 3, 5)
"""So many working days on, one may be told again."""
NOTHING = _("Nothing was changed: this has moved on, or the button is of another day.")


def knowing(today: date) -> Button:
    """Under the overdue cases of a morning."""
    return Button(_("I know of these"), today.isoformat(), "know_below")


def button(case: Case) -> Button:
    return Button(_("Alerts of {case}", case=case.number), str(case.id), "alert")


async def on_card(tx: Tx, here: Scene, case: Case) -> View:
    """The way to what one may say to its alerts, for whoever was told of it, and who wants none."""
    told = (await happened(tx, here.work, [case], here.moment.today, here.me.id)).get(case.id, [])
    if not any(person_id == here.me.id for person_id, _line in told):
        return View(tuple(line for _who, line in told))
    return View(tuple(line for _who, line in told), ((button(case),),))


@dataclass(frozen=True)
class Said:
    """What a button says: the case as its reader sees it, the due day that it had, another day, a reason."""

    case: Case | None
    due_on: str = ""
    day: date | None = None
    reason: str = ""

    @property
    def stands(self) -> Case | None:
        """The case, when it still owes what it owed."""
        return self.case if self.case and self.case.due_on and self.case.due_on.isoformat() == self.due_on else None


async def tapped(tx: Tx, here: Scene, tap: Tapped) -> Message:
    if here.me.role not in (MEMBER, LEADER, MUNICIPAL, REGIONAL):
        return _changed_nothing()
    if tap.key in ("know", "unknow"):
        return await (_know if tap.key == "know" else _know_no_more)(tx, here, tap.value)
    case_id, due_on, day, reason = (*tap.value.split("."), "", "", "")[:4]
    said = Said(await cases.get(tx, here.me, number(case_id)), due_on, _day(day), reason)
    if said.case is None:
        return _changed_nothing()
    match tap.key:
        case "later" | "later_on":
            return await _later(tx, here, said)
        case "mute":
            return await _mute(tx, here, said)
        case "unlater" | "unmute":
            return await _take_back(tx, here, said, LATER if tap.key == "unlater" else MUTED)
    return await shown(tx, here, said.case)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _changed_nothing() -> Message:
    return Message(View((NOTHING,), ((CASES, MENU),)), replaces=False)


async def _know(tx: Tx, here: Scene, day: str) -> Message:
    """Of all overdue cases of one morning's message that still owe the same."""
    listed = await _of_day(tx, here, day)
    if not listed:
        return _changed_nothing()
    for case in listed:
        await _keep(tx, here, case, KNOWN, case.due_on or here.moment.today)
    said = counted(
        "Noted: you know of {count} case. Whoever is told next reads that.",
        "Noted: you know of {count} cases. Whoever is told next reads that.",
        len(listed),
    )
    return Message(View((said,), ((Button(_("Take it back"), day, "unknow"),), (CASES, MENU))))


async def _of_day(tx: Tx, here: Scene, day: str) -> list[Case]:
    told = await alerted.on(tx, here.me, day) if _day(day) else []
    return [case for case in await lists.these(tx, here.me, told) if _is_due(here, case)]


def _is_due(here: Scene, case: Case) -> bool:
    return case.due_on is not None and case.due_on <= here.moment.today


async def _keep(tx: Tx, here: Scene, case: Case, kind: str, until_on: date, reason: str = "") -> bool:
    return await respites.keep(tx, here.me, case, kind, until_on, here.moment.at, reason)


async def _know_no_more(tx: Tx, here: Scene, day: str) -> Message:
    listed = await _of_day(tx, here, day)
    back = [
        case
        for case in listed
        if case.due_on and await respites.end(tx, here.me, case.id, KNOWN, case.due_on, here.moment.at)
    ]
    if not back:
        return _changed_nothing()
    return Message(View((_("Taken back."),), ((knowing(date.fromisoformat(day)),), (CASES, MENU))))


async def shown(tx: Tx, here: Scene, case: Case, *above: Text) -> Message:
    """What was told of a case and what was said to it, with what one may say now."""
    told = (await happened(tx, here.work, [case], here.moment.today, here.me.id)).get(case.id, [])
    own = [one for one in await respites.of(tx, [case.id], here.moment.today) if one.person_id == here.me.id]
    lines = [*above, case_line(case), *(line for _who, line in told)]
    rows = [*_backs(case, own), *_choices(here, case, own)]
    return Message(View(tuple(lines), (*rows, (_opening(here, case), MENU))))


def _opening(here: Scene, case: Case) -> Button:
    below = of_morning(case, here.me, here.moment.today, _("Open {case}", case=case.number))
    return replace(below, key=below.key.removesuffix(BELOW))


def _backs(case: Case, own: Sequence[Respite]) -> list[tuple[Button, ...]]:
    """Each thing that was said and still counts is taken back by its button."""
    value = {one.kind: f"{case.id}.{case.due_on}.{one.until_on}" for one in own if one.is_running}
    later = Button(_("Tell me as before"), value.get(LATER, ""), "unlater")
    muted = Button(_("Alerts again"), value.get(MUTED, ""), "unmute")
    return [(one,) for kind, one in ((LATER, later), (MUTED, muted)) if kind in value]


def _choices(here: Scene, case: Case, own: Sequence[Respite]) -> list[tuple[Button, ...]]:
    running, found = {one.kind for one in own if one.is_running}, list[tuple[Button, ...]]()
    value = f"{case.id}.{case.due_on}"
    if _is_due(here, case) and not running - {KNOWN} and _times(own) < here.work.catalogue.alerts.later_at_most:
        found.append((Button(_("Tell me later"), value, "later"),))
    if case.due_on and MUTED not in running and _may_mute(here):
        found += [(_muting(here, value, days),) for days in here.work.catalogue.alerts.mute_days]
    return found


def _times(own: Sequence[Respite]) -> int:
    return sum(one.kind == LATER for one in own)


def _may_mute(here: Scene) -> bool:
    return here.me.leads or here.me.coordinates


def _muting(here: Scene, value: str, days: int) -> Button:
    until = here.moment.today + timedelta(days=days)
    return Button(_("No alerts until {day}", day=f"{until:%d.%m}"), f"{value}.{until}", "mute")


async def _later(tx: Tx, here: Scene, said: Said) -> Message:
    """First the day, then why; only a later day, and so often as the catalogue allows."""
    case, rules = said.stands, here.work.catalogue.alerts
    if case is None or not _is_due(here, case):
        return _changed_nothing()
    if said.day is None:
        days = [here.work.calendar.add(here.moment.today, one) for one in SOON]
        allowed = [day for day in days if (day - here.moment.today).days <= rules.later_days]
        chosen = [Button(day, f"{case.id}.{case.due_on}.{day}", "later_on") for day in allowed]
        return Message(
            View((_("When shall I tell you of {case} again?", case=case.number),), (*in_rows(chosen, 1), (MENU,)))
        )
    if not 0 < (said.day - here.moment.today).days <= rules.later_days:
        return _changed_nothing()
    if not said.reason:
        value = f"{case.id}.{case.due_on}.{said.day}"
        why = [Button(one, f"{value}.{one.code}", "later_on") for one in here.work.catalogue.late.values()]
        question = _("Why does {case} have to wait? Whoever is told next reads it.", case=case.number)
        return Message(View((question,), (*in_rows(why, 2), (MENU,))))
    return await _put_off(tx, here, case, said.day, said.reason)


async def _put_off(tx: Tx, here: Scene, case: Case, day: date, reason: str) -> Message:
    own = [one for one in await respites.of(tx, [case.id], here.moment.today) if one.person_id == here.me.id]
    at_limit = _times(own) >= here.work.catalogue.alerts.later_at_most
    if reason not in here.work.catalogue.late or at_limit or any(one.is_running for one in own if one.kind != KNOWN):
        return _changed_nothing()
    await _keep(tx, here, case, LATER, day, reason)
    why = Within(here.work.catalogue.late[reason])
    noted = _("I tell you of {case} again {day}: {reason}. It stays due.", case=case.number, day=day, reason=why)
    return await shown(tx, here, case, noted, "")


async def _mute(tx: Tx, here: Scene, said: Said) -> Message:
    case, longest = said.stands, max(here.work.catalogue.alerts.mute_days, default=0)
    if case is None or said.day is None or not _may_mute(here):
        return _changed_nothing()
    if not 0 < (said.day - here.moment.today).days <= longest or not await _keep(tx, here, case, MUTED, said.day):
        return _changed_nothing()
    noted = _("No alerts of {case} to you until {day}. Others are told as before.", case=case.number, day=said.day)
    return await shown(tx, here, case, noted, "")


async def _take_back(tx: Tx, here: Scene, said: Said, kind: str) -> Message:
    case = said.case
    assert case is not None
    if said.day is None or not await respites.end(tx, here.me, case.id, kind, said.day, here.moment.at):
        return _changed_nothing()
    return await shown(tx, here, case, _("Taken back."), "")
