"""The question "which case?": due ones first, found by number, settlement or a piece of the address, in pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from casework import privacy
from casework.records import Case, Person
from handlers.engine.kinds import PERSONAL_NUMBER
from handlers.engine.replies import Reply, Tapped, Typed, number
from handlers.engine.talk import Accept, Json, Keep, Look, Moment, Reading, Refuse
from handlers.engine.views import Button, View, turns
from handlers.engine.words import Text, _
from storage import cases
from storage.database import Tx

PAGE = 6
LONGEST_SOUGHT = 60
NO_CASE = _("No case is with you now.")


def where(settlement: str, address: str) -> str:
    """As far as the list told it: the register of those at risk names no settlement."""
    return ", ".join(part for part in (settlement, address) if part)


def case_line(case: Case) -> Text:
    return f"{case.number} · {where(case.settlement, case.address)}"


def showing(number: str, value: str, key: str = "card_below") -> Button:
    """Under a notice about one case."""
    return Button(_("Show the case"), value, key, among=_("Show {case}", case=number))


@dataclass(frozen=True)
class Page:
    """`total` counts all pages. `missed` says that these are not the cases that were looked for."""

    cases: list[Case]
    total: int
    offset: int
    missed: bool = False

    @property
    def before(self) -> int:
        return max(0, self.offset - PAGE)

    @property
    def after(self) -> int:
        """Where the next one begins; the last one's own beginning, so that a second tap turns no page too many."""
        return self.offset + PAGE if self.offset + PAGE < self.total else self.offset

    def turns(self, key: str, at: Callable[[int], str] = str) -> tuple[Button, ...]:
        """The row that turns it; `at` is the value of the button that shows the page from there on."""
        before = at(self.before) if self.offset else None
        return turns(key, before, at(self.after) if self.after > self.offset else None)


async def page_at(offset: int, read: Callable[..., Awaitable[tuple[list[Case], int]]]) -> Page:
    """Of a list that has become shorter since its button was shown, the first page."""
    found, total = await read(offset=offset, limit=PAGE)
    if offset and not found:
        return await page_at(0, read)
    return Page(found, total, offset)


async def offered(tx: Tx, me: Person, text: str, offset: int, today: date) -> Page:
    """What `text` finds; the due ones first when it is empty or finds nothing."""
    if text:
        page = await page_at(offset, partial(cases.search, tx, me, text))
        if page.total:
            return page
    return replace(await page_at(offset, partial(cases.due_first, tx, me, today)), missed=bool(text))


def looking_for(text: str) -> Json:
    """The partial of a question that already shows what `text` finds."""
    return {"text": text.strip(), "offset": 0}


def can_be_sought(text: str) -> bool:
    return len(text) <= LONGEST_SOUGHT and any(sign.isalnum() for sign in text)


def not_found(text: str) -> Text:
    return _("“{text}” was not found with you. Write a number (14), a village or a street.", text=text)


@dataclass(frozen=True)
class PickCase:
    """Its partial is `{"text", "offset"}`; its value is the case's id, checked again when the report is saved."""

    me: Person
    sought: str = ""
    """What is looked for until something else is typed."""

    def needs(self, partial: Json, moment: Moment) -> Look:
        state = partial or looking_for(self.sought)
        return Look(offered, (self.me, state["text"], state["offset"], moment.today))

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        state = partial or looking_for(self.sought)
        if not found.cases:
            return View((NO_CASE,))
        rows = tuple((Button(case_line(case), str(case.id)),) for case in found.cases)
        hint = _("Tap it, or write its number (14), a village or a street.")
        return View((not_found(state["text"]) if found.missed else hint,), rows).with_row(
            *found.turns("", lambda offset: "p.-" if offset < found.offset else "p.+")
        )

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        state = partial or looking_for(self.sought)
        match reply:
            case Tapped(value="p.+"):
                return Keep({**state, "offset": found.after})
            case Tapped(value="p.-"):
                return Keep({**state, "offset": found.before})
            case Tapped(value=value) if (case_id := number(value)) >= 0:
                # Also one that has left the page meanwhile; whether it may be seen, the conversation asks itself.
                return Accept(case_id)
            case Typed(text=text) if privacy.personal_numbers(text):
                return Refuse(PERSONAL_NUMBER)
            case Typed(text=text) if can_be_sought(text):
                return Keep(looking_for(text))
        return Refuse(_("Please tap a case, or write its number, a village or a street."))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, int)

    def decode(self, value: Json) -> int:
        return int(value)

    def tell(self, value: int) -> Text:
        return str(value)
