"""Who looked at a case: for coordinators, from the record of every name that was shown and every form that was made."""

from __future__ import annotations

from casework import calendar
from casework.records import INSTITUTION, LEADER, MEMBER, MUNICIPAL, REGIONAL, Case
from handlers.caseload import moving
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View, and_more
from handlers.engine.words import Joined, Text, _
from handlers.menu import MENU
from storage import cases, looks
from storage.database import Tx
from storage.looks import FORM, FORMS, NAME, TABLE, Look

KEY = "saw"
LISTED = 10
WHAT = {
    NAME: _("the name"),
    FORM: _("a printed form"),
    FORMS: _("the forms of a day"),
    TABLE: _("the table of a day"),
}


def button(case: Case) -> Button:
    return Button(_("Who looked"), str(case.id), KEY)


async def shown(tx: Tx, here: Scene, case_id: int) -> Message:
    case = await cases.get(tx, here.me, case_id) if here.me.coordinates else None
    if case is None:
        return moving.said(moving.NOT_THERE)
    found, total = await looks.of_case(tx, here.me, case.id, LISTED)
    if found:
        title = _("Who looked at {case}, the newest first:", case=case.number)
        lines = [title, *(_line(here, one) for one in found), *and_more(total - LISTED)]
    else:
        lines = [_("{case}: nobody has looked at the name, and no form was printed.", case=case.number)]
    return Message(View(tuple(lines), ((Button(_("Show the case"), str(case.id), "card"), MENU),)))


def _line(here: Scene, one: Look) -> Text:
    at = one.at.astimezone(here.zone)
    when = _("{day}, {time}", day=calendar.local_day(one.at, here.zone), time=f"{at:%H:%M}")
    who = Joined([one.who, *((as_whom,) if (as_whom := _as_whom(here, one)) != "" else ())])
    return Joined(["• ", Joined([when, WHAT[one.what], who], " · ")], "")


def _as_whom(here: Scene, one: Look) -> Text:
    match one.role:
        case role if role in (LEADER, MEMBER):
            return _("team {team}", team=one.of) if one.of else _("member")
        case role if role == MUNICIPAL:
            return _("coordinator, {place}", place=one.of)
        case role if role == REGIONAL:
            return _("Region")
        case role if role == INSTITUTION:
            return _("asked as “{institution}”", institution=here.work.catalogue.institutions.get(one.of, one.of))
    return ""
