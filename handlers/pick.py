"""The question "which case?": due ones first, found by number, settlement or a piece of the address, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.records import Case, Person
from handlers.replies import Reply, Tapped, Typed
from handlers.talk import Accept, Json, Keep, Look, Moment, Reading, Refuse
from handlers.views import Button, View
from handlers.words import Text, _
from storage import cases
from storage.database import Tx

PAGE = 6
LONGEST_ID = 15


def where(settlement: str, address: str) -> str:
    """As far as the list told it: the register of those at risk names no settlement."""
    return ", ".join(part for part in (settlement, address) if part)


def case_line(case: Case) -> Text:
    return f"{case.number} · {where(case.settlement, case.address)}"


async def offered(tx: Tx, me: Person, text: str, offset: int, today: date) -> tuple[list[Case], int]:
    """One page of the cases `me` may report on, and how many there are in all."""
    if text:
        return await cases.search(tx, me, text, offset=offset, limit=PAGE)
    return await cases.due_first(tx, me, today, offset=offset, limit=PAGE)


@dataclass(frozen=True)
class PickCase:
    """Its partial is `{"text", "offset"}`; its value is the case's id, checked again when the report is saved."""

    me: Person

    def needs(self, partial: Json, moment: Moment) -> Look:
        state = partial or {"text": "", "offset": 0}
        return Look(offered, (self.me, state["text"], state["offset"], moment.today))

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        state = partial or {"text": "", "offset": 0}
        listed, total = found
        if not listed:
            return View((_("No case was found. Write a number (14), a village or a street."),))
        rows = tuple((Button(case_line(case), str(case.id)),) for case in listed)
        turns = []
        if state["offset"]:
            turns.append(Button(_("← Earlier"), "p.-"))
        if state["offset"] + PAGE < total:
            turns.append(Button(_("More →"), "p.+"))
        hint = _("Tap it, or write its number (14), a village or a street.")
        return View((hint,), rows).with_row(*turns)

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        state = partial or {"text": "", "offset": 0}
        match reply:
            case Tapped(value="p.+"):
                return Keep({**state, "offset": state["offset"] + PAGE})
            case Tapped(value="p.-"):
                return Keep({**state, "offset": max(0, state["offset"] - PAGE)})
            case Tapped(value=value) if value.isdecimal() and len(value) <= LONGEST_ID:
                # Also one that has left the page meanwhile; whether it may be seen, the conversation asks itself.
                return Accept(int(value))
            case Typed(text=text) if text.strip():
                return Keep({"text": text.strip()[:60], "offset": 0})
        return Refuse(_("Please tap a case, or write its number, a village or a street."))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, int)

    def decode(self, value: Json) -> int:
        return int(value)

    def tell(self, value: int) -> Text:
        return str(value)
