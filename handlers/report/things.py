"""How the things of a pile are told: how many, what they say, on a line or on a button."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from casework import piles
from casework.piles import Thing
from handlers.engine.kinds import PERSONAL_NUMBER
from handlers.engine.views import first
from handlers.engine.words import Joined, Text, _, beginning, counted

THINGS: TypeAdapter[tuple[Thing, ...]] = TypeAdapter(tuple[Thing, ...])
"""How a journal holds them."""
LINES = 5
QUOTED = 60


def what(things: Sequence[Thing]) -> Text:
    """„7 messages, 5 photos, 1 place“."""
    photos = piles.photos(things)
    places = sum(one.place is not None for one in things)
    messages = len(things) - photos - places
    parts = (
        (messages, counted("{count} message", "{count} messages", messages)),
        (photos, counted("{count} photo", "{count} photos", photos)),
        (places, counted("{count} place", "{count} places", places)),
    )
    return Joined([part for count, part in parts if count])


def since(things: Sequence[Thing], today: date, zone: ZoneInfo) -> str:
    """When the first of them was sent, as far as it is known."""
    local = min(one.at for one in things).astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d.%m, %H:%M}"


def brief(things: Sequence[Thing]) -> Text:
    """In one line: how many, and the first words."""
    words = next((one.text for one in things if one.text), "")
    return _("{what}, “{words}”", what=what(things), words=beginning(words)) if words else what(things)


def told(things: Sequence[Thing]) -> Iterator[Text]:
    """What they say, and how many photos and places there are."""
    yield from first([_said(one) for one in things if one.text or one.withheld], LINES)
    if rest := [one for one in things if one.photo or one.place]:
        yield what(rest)


def _said(thing: Thing) -> Text:
    return PERSONAL_NUMBER if thing.withheld else _("“{words}”", words=beginning(thing.text, QUOTED))


def label(thing: Thing) -> Text:
    """On a button."""
    return _("“{words}”", words=beginning(thing.text)) if thing.text else what((thing,))
