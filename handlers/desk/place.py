"""Where a coordinator is between the digest and a case, so that whatever they do there brings them back to it.

What a newcomer gets wrong: the place travels in the value of a button, and anybody may send any value. It says where to
look, never what may be seen there: that is asked of the storage each time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zlib import crc32

from casework import dates
from casework.records import Case, Person
from handlers.caseload.pick import showing
from handlers.engine.scene import Message
from handlers.engine.views import BELOW, Button
from handlers.engine.words import Text, _
from handlers.menu import MENU

DIGEST, OVERDUE, PLACES, TEAMS, TEAM, NO_TEAM, MORNING = "d", "o", "m", "a", "t", "n", "w"
"""The digest; overdue cases; municipalities; the teams of one; the cases of a team; of a municipality, without one;
what the message of a morning told."""
_TOKEN = re.compile(r"([domatnw])(\d{0,10})\.(\d{0,5})\.(\d{6})?", re.ASCII)
_TAPPED = re.compile(r"(\d{1,15})\.(\d{1,9})\.(.*)", re.ASCII)
PLACE, CARD = "desk", "desk_case"
WHOLE, PEOPLE, PERSON = "desk_whole", "desk_people", "desk_person"
"""What is seen beside: `handlers.desk.beside`."""
BACK = {DIGEST: _("← Digest"), MORNING: _("← Morning cases")}


@dataclass(frozen=True)
class Place:
    """`of` is a team, or what `mark` makes of a municipality; 0 is one's own, or all. `day` is that of the digest, or
    of the morning."""

    kind: str
    of: int = 0
    offset: int = 0
    day: date | None = None

    @property
    def token(self) -> str:
        return f"{self.kind}{self.of or ''}.{self.offset or ''}.{f'{self.day:%y%m%d}' if self.day else ''}"

    def at(self, offset: int) -> str:
        return replace(self, offset=offset).token

    def to(self, kind: str, of: int = 0) -> Place:
        """Another one, of the same digest."""
        return Place(kind, of, 0, self.day)


def mark(municipality: str) -> int:
    """A number for a name that may be too long for a button; 0 for none."""
    return crc32(municipality.encode()) if municipality else 0


def read(token: str) -> Place | None:
    """None when it is no place."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    kind, of, offset, day = found.groups()
    return Place(kind, int(of or 0), int(offset or 0), _day(day))


def _day(digits: str | None) -> date | None:
    return dates.from_iso(f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}") if digits else None


@dataclass(frozen=True)
class Seen:
    """A case as it stood on the card whose button was tapped, and where the card was opened."""

    case_id: int
    version: int
    place: Place


def seen(value: str) -> Seen | None:
    found = _TAPPED.fullmatch(value)
    place = read(found[3]) if found else None
    return Seen(int(found[1]), int(found[2]), place) if found and place else None


def value(case: Case, place: Place) -> str:
    return f"{case.id}.{case.version}.{place.token}"


def opening(case: Case, reader: Person) -> Button:
    """Under a notice: the case, for a coordinator with what they may do about it."""
    if reader.coordinates:
        return showing(case.number, value(case, Place(OVERDUE)), CARD + BELOW)
    return showing(case.number, str(case.id))


def of_morning(case: Case, reader: Person, day: date, label: Text) -> Button:
    """Under the message of a morning, which stays: the case, for a coordinator with the way back to what it told."""
    if reader.coordinates:
        return Button(label, value(case, Place(MORNING, day=day)), CARD + BELOW)
    return Button(label, str(case.id), "card" + BELOW)


def back(place: Place) -> Button:
    return Button(BACK.get(place.kind, _("← Back to the list")), place.token, PLACE)


def given(of: Seen) -> dict[str, Any]:
    """What a conversation that begins on a card is told."""
    return {"case": of.case_id, "seen": of.version, "place": of.place.token}


def card_of(told: dict[str, Any]) -> Button | None:
    """The way back to the card on which a conversation began; None of one that began elsewhere."""
    place = read(str(told.get("place", "")))
    return Button(_("← To the case"), f"{told['case']}.{told['seen']}.{place.token}", CARD) if place else None


def returning(messages: Sequence[Message], told: dict[str, Any]) -> list[Message]:
    """What a conversation ended with, and under it the ways back to where it began instead of those to anywhere."""
    card = card_of(told)
    place = read(str(told.get("place", "")))
    if card is None or place is None:
        return list(messages)
    return [one if one.to is not None else _with_ways(one, card, place) for one in messages]


def _with_ways(own: Message, card: Button, place: Place) -> Message:
    elsewhere = {"move", "card_below", MENU.key}
    kept = (tuple(button for button in row if button.key not in elsewhere) for row in own.view.rows)
    rows = (*(row for row in kept if row), (replace(card, label=_("The case")), back(place)), (MENU,))
    return replace(own, view=replace(own.view, rows=rows))
