"""The ways of moving work: what "Move or decide" opens, and where each of its buttons leads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from casework import moving as rules
from casework.records import Case, Person
from handlers.caseload import decide, give, handover, moving, split
from handlers.caseload.pick import case_line
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Flow
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from handlers.menu import CASES, MENU
from storage import cases, handovers
from storage.database import Tx

FLOWS: dict[str, Flow] = {
    "give": give.give,
    "take_away": give.take,
    "split": split.split,
    "hand_over": handover.offer,
    "send_back": handover.send_back,
    "decide": decide.decide,
}
KEEP: dict[str, Callable[[Tx, Scene, Any], Awaitable[list[Message]]]] = {
    "give": give.keep,
    "take_away": give.keep,
    "split": split.keep,
    "hand_over": handover.keep_offer,
    "send_back": handover.keep_returned,
    "decide": decide.keep,
}
GIVEN = {"split": "team", "send_back": "handover"}
"""What the number of a button is, where it is not a case's."""
AT_ONCE: dict[str, Callable[[Tx, Scene, int], Awaitable[list[Message]]]] = {
    "put_back": split.put_back,
    "take_over": handover.accept,
    "offered": handover.shown,
    "keep_it": handover.withdraw,
}
UNASKED = {"send_back", "take_over", "offered"}
"""Their buttons stand under notices, which keep them."""
KEYS = {"move", *FLOWS, *AT_ONCE}

Begin = Callable[[str, dict[str, Any]], Awaitable[list[Message]]]


async def tapped(tx: Tx, here: Scene, key: str, number: int, begin: Begin) -> list[Message]:
    if key == "move":
        return [await ways(tx, here, number)]
    if key in AT_ONCE:
        return await AT_ONCE[key](tx, here, number)
    told = await begin(key, {GIVEN.get(key, "case"): number})
    return [one.anew() for one in told] if key in UNASKED else told


async def ways(tx: Tx, here: Scene, case_id: int) -> Message:
    """What may be done with a case, by whoever is here."""
    case = await cases.get(tx, here.me, case_id) if moving.may_move(here.me) else None
    if case is None:
        return moving.said(moving.NOT_THERE)
    offer = await handovers.open_of(tx, case.id)
    lines: list[Text] = [case_line(case), *moving.standing(here, case)]
    if offer:
        lines.append(handover.offered(here, offer))
    rows = [(one,) for one in _buttons(here, case, is_offered=offer is not None)]
    if offer and await handovers.get(tx, here.me, offer.id):
        # Whoever may answer sees the case only when it is offered within their reach.
        rows = [(handover.answer_button(offer),), *rows]
    return Message(View(tuple(lines), (*rows, (CASES, MENU))))


def _buttons(here: Scene, case: Case, *, is_offered: bool) -> list[Button]:
    number, found = str(case.id), list[Button]()
    if not moving.closed(here, case):
        if here.me.coordinates:
            found.append(Button(_("Give to another team") if case.holder else _("Give to a team"), number, "give"))
        if here.me.coordinates and case.holder:
            found.append(Button(_("Take it from the team"), number, "take_away"))
        withdraw, offer = (
            Button(_("Withdraw the offer"), number, "keep_it"),
            Button(_("Hand over"), number, "hand_over"),
        )
        found.append(withdraw if is_offered else offer)
    if rules.decisions(here.work.catalogue, case, here.me.role):
        found.append(Button(_("Decide"), number, "decide"))
    if here.me.coordinates and case.team_id:
        found.append(Button(_("Split the cases of {team}", team=case.holder), str(case.team_id), "split"))
    return found


def split_button(me: Person) -> tuple[Button, ...]:
    return (split.SPLIT_BUTTON,) if me.coordinates else ()
