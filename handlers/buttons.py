"""What each button of the menu, of a notice or of a card does; those of an open question belong to its conversation.

What a newcomer gets wrong: a key ending in `BELOW` is the same button under something that came unasked; what was
tapped stays where it is, with its other buttons.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from handlers import conversations, menu
from handlers.caseload import cases as my_cases
from handlers.caseload import lists, movement
from handlers.caseload.late import put_off
from handlers.desk import aside, beside, charts, coordinate, imports, inquire, outage, saw, walk
from handlers.desk import case as desk_case
from handlers.desk.place import CARD, PEOPLE, PERSON, PLACE, WHOLE
from handlers.engine.replies import Tapped, number
from handlers.engine.scene import Message, Scene
from handlers.engine.views import BELOW, View
from handlers.institutions import checked, institution
from handlers.morning import respite
from handlers.office import forms, season
from handlers.people import (
    about_me,
    absence,
    advice,
    announce,
    hours,
    link,
    questions,
    reach,
    settings,
    staff,
    teams,
    unreached,
)
from storage.database import Tx
from storage.journals import Kept

GO = "go"
"""The conversation of a button that stands under none."""


@dataclass(frozen=True)
class Tap:
    """A button under somebody's finger, and the conversation that is open meanwhile."""

    here: Scene
    kept: Kept | None
    reply: Tapped

    @property
    def key(self) -> str:
        return self.reply.key

    @property
    def value(self) -> str:
        return self.reply.value

    @property
    def number(self) -> int:
        """Of the thing that the button is about; -1 when its value is none."""
        return number(self.value)

    async def begins(self, tx: Tx, flow: str, given: dict[str, Any]) -> list[Message]:
        return await conversations.begin(tx, self.here, flow, given, self.kept)


Told = Message | list[Message]
Does = Callable[[Tx, Tap], Awaitable[list[Message]]]


async def tapped(tx: Tx, here: Scene, kept: Kept | None, reply: Tapped) -> list[Message]:
    key = reply.key.removesuffix(BELOW)
    told = await BUTTONS.get(key, _old)(tx, Tap(here, kept, replace(reply, key=key)))
    return _anew(told) if reply.key.endswith(BELOW) else told


def _anew(told: list[Message]) -> list[Message]:
    """Beside what was tapped, which keeps its other buttons."""
    return [one.anew() for one in told]


def _all(told: Told) -> list[Message]:
    return told if isinstance(told, list) else [told]


def _shows(show: Callable[[Tx, Scene], Awaitable[Told]]) -> Does:
    async def does(tx: Tx, tap: Tap) -> list[Message]:
        return _all(await show(tx, tap.here))

    return does


def _of(show: Callable[[Tx, Scene, int], Awaitable[Told]]) -> Does:
    """About the thing with that number."""

    async def does(tx: Tx, tap: Tap) -> list[Message]:
        return _all(await show(tx, tap.here, tap.number))

    return does


def _at(show: Callable[[Tx, Scene, str], Awaitable[Told]]) -> Does:
    """About whatever the value names."""

    async def does(tx: Tx, tap: Tap) -> list[Message]:
        return _all(await show(tx, tap.here, tap.value))

    return does


async def _old(_tx: Tx, _tap: Tap) -> list[Message]:
    return [Message(View((menu.OLD_BUTTON,), ((menu.MENU,),)), replaces=False)]


async def _begins(tx: Tx, tap: Tap) -> list[Message]:
    """The conversation of that name, which is given nothing."""
    return await tap.begins(tx, tap.key, {})


async def _reports(tx: Tx, tap: Tap) -> list[Message]:
    return await tap.begins(tx, "visit", {"case": tap.number} if tap.number > 0 else {})


async def _resumes(tx: Tx, tap: Tap) -> list[Message]:
    return await conversations.resume(tx, tap.here, tap.kept, tap.value)


async def _goes_on(tx: Tx, tap: Tap) -> list[Message]:
    return _anew(await _resumes(tx, tap))


async def _corrects(tx: Tx, tap: Tap) -> list[Message]:
    return await conversations.correct(tx, tap.here, tap.kept, tap.number)


async def _lists_cases(tx: Tx, tap: Tap) -> list[Message]:
    return [await my_cases.listed(tx, tap.here, max(tap.number, 0))]


async def _asks(tx: Tx, tap: Tap) -> list[Message]:
    return _anew(await tap.begins(tx, "ask", {}))


async def _answers(tx: Tx, tap: Tap) -> list[Message]:
    if refused := await questions.taken_elsewhere(tx, tap.here, tap.number):
        return [refused]
    return _anew(await tap.begins(tx, "answer", {"question": tap.number}))


async def _publishes(tx: Tx, tap: Tap) -> list[Message]:
    return await tap.begins(tx, "publish", {"answer": tap.number})


async def _announces(tx: Tx, tap: Tap) -> list[Message]:
    shown = await announce.sent_before(tx, tap.here)
    return [shown] if shown else await _announces_anew(tx, tap)


async def _announces_anew(tx: Tx, tap: Tap) -> list[Message]:
    return await tap.begins(tx, "announce", {})


async def _checks(tx: Tx, tap: Tap) -> list[Message]:
    return await checked.tapped(tx, tap.here, tap.kept, tap.reply, partial(tap.begins, tx))


async def _refers(tx: Tx, tap: Tap) -> list[Message]:
    return await institution.tapped(tx, tap.here, tap.kept, tap.key, tap.number)


async def _moves(tx: Tx, tap: Tap) -> list[Message]:
    return await movement.tapped(tx, tap.here, tap.key, tap.number, partial(tap.begins, tx))


async def _walks(tx: Tx, tap: Tap) -> list[Message]:
    """What was begun on a card, and left, is not asked any more."""
    await conversations.leave_card(tx, tap.kept)
    return [await WALKS[tap.key](tx, tap.here, tap.value)]


async def _does(tx: Tx, tap: Tap) -> list[Message]:
    return await desk_case.deed(tx, tap.here, tap.key, tap.value, partial(tap.begins, tx))


async def _replies(tx: Tx, tap: Tap) -> list[Message]:
    return await tap.begins(tx, inquire.ANSWER, {"inquiry": tap.number})


async def _goes_away(tx: Tx, tap: Tap) -> list[Message]:
    return await tap.begins(tx, "away", {"person": tap.number})


async def _changes_staff(tx: Tx, tap: Tap) -> list[Message]:
    return await tap.begins(tx, "staff", staff.given(tap.value))


async def _puts_off(tx: Tx, tap: Tap) -> list[Message]:
    return [await put_off(tx, tap.here, tap.reply)]


async def _says_to_an_alert(tx: Tx, tap: Tap) -> list[Message]:
    return [await respite.tapped(tx, tap.here, tap.reply)]


async def _prints(tx: Tx, tap: Tap) -> list[Message]:
    of = forms.chosen(tap.value)
    if of is None:
        return await _old(tx, tap)
    return await (forms.pages if tap.key == "forms" else forms.table)(tx, tap.here, of)


async def _helps(_tx: Tx, tap: Tap) -> list[Message]:
    return [menu.help_(tap.here.me)]


async def _leaves(tx: Tx, tap: Tap) -> list[Message]:
    return [menu.menu(tap.here.me, await conversations.put_aside(tx, tap.here, tap.kept)).anew()]


WALKS: dict[str, Callable[[Tx, Scene, str], Awaitable[Message]]] = {
    PLACE: walk.shown, CARD: desk_case.card,
    WHOLE: beside.whole, PEOPLE: beside.people, PERSON: beside.person,
}  # fmt: skip
BUTTONS: dict[str, Does] = {
    "report": _reports, "fix": _corrects, "resume": _resumes, "go_on": _goes_on,
    "drafts": _shows(menu.drafts), "last": _shows(menu.last_reports), "help": _helps, "menu": _leaves,
    "cases": _lists_cases, "card": _of(my_cases.card), "name": _of(my_cases.name), "lead": _of(my_cases.lead),
    "find": _begins, "lists": _shows(lists.every), "list": _at(lists.shown), "list_card": _at(lists.card),
    "list_table": _at(lists.table), "list_tell": _at(lists.tell), "list_hush": _at(lists.hush),
    **dict.fromkeys(respite.KEYS, _says_to_an_alert),
    "late": _puts_off, "postpone": _puts_off, **dict.fromkeys(movement.KEYS, _moves),
    "teams": _of(teams.listed), "team": _of(teams.card), "person": _of(teams.person), "staff": _changes_staff,
    "away": _goes_away, "here_again": _of(absence.end),
    "settings": _shows(settings.shown), "connect": _shows(link.code),
    "about_me": _shows(about_me.told),
    **dict.fromkeys(("language", "hour", "notices", "search", "day", "plan"), _begins),
    **dict.fromkeys(("open_hours", "own_days", "zone", "pause"), _begins),
    "end_pause": _shows(hours.end_pause), "digest_now": _shows(hours.digest_now),
    "ask": _asks, "question": _of(questions.shown), "questions": _shows(questions.listed),
    "take": _of(questions.take), "answer": _answers, "answer_too": _of(questions.send_too),
    "helped": _of(questions.helped), "publish": _publishes, "help_more": _at(advice.more),
    "withdraw": _of(advice.withdraw),
    "announce": _announces, "announce_new": _announces_anew, "announced": _of(announce.status),
    "read": _of(announce.read), "remind": _of(announce.remind),
    **dict.fromkeys(institution.KEYS, _refers), **dict.fromkeys(checked.KEYS, _checks),
    "table": _shows(coordinate.table), "season": _at(season.report), "charts": _shows(charts.choice),
    "chart": _at(charts.chosen), "form": _of(forms.one), "forms": _prints,
    "sheet": _prints, "saw": _of(saw.shown), "link": _of(reach.link), "unreached": _of(unreached.listed),
    "outage": _of(outage.came_late),
    "aside": _shows(aside.listed), "retry": _of(aside.retry), "again": _of(aside.retry_own),
    **dict.fromkeys(WALKS, _walks), **dict.fromkeys(desk_case.DEEDS, _does), inquire.ANSWER: _replies,
    imports.IMPORT: _of(imports.agree), imports.DISCARD: _of(imports.discard),
}  # fmt: skip
"""By key: the reports, cases and lists of whoever goes to the doors, settings, questions, announcements, institutions,
and what coordinators have."""
