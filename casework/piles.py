"""What came without being asked for, and which of it seems to be of one visit: a proposal, for a person to confirm.

What a newcomer gets wrong: after a day without network everything has the time at which the messenger got it (decision
48), one minute for all. So order and numbers tell more than times, which count only where they lie apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from casework import numbers, oneline
from casework.catalogue import Catalogue
from casework.numbers import CaseQuery
from casework.records import Photo, Place

AT_ONCE = timedelta(seconds=3)
"""Nobody reads an answer and writes the next message in less."""
ONE_UPLOAD = timedelta(seconds=60)
"""So long a photo may take on its way."""
SORTED_FROM = 3
"""With fewer the usual answers serve better."""
APART = timedelta(minutes=20)
NEAR_METRES = 150.0
PHOTOS_AT_MOST = 10
_EARTH_METRES = 6_371_000.0


@dataclass(frozen=True)
class Thing:
    """One message. `came` is when the bot got it, `at` when it was sent, as far as its messenger knows."""

    id: int
    came: datetime
    at: datetime
    text: str = ""
    photo: Photo | None = None
    place: Place | None = None
    withheld: bool = False
    """Its words had a personal number in them, so they are not kept."""

    @property
    def names(self) -> CaseQuery | None:
        return numbers.named(self.text)


def continues(before: Thing, after: Thing) -> bool:
    """Whether `after` came so soon that it can be no answer to what was said to `before`."""
    return _at_once(before, after) or (after.photo is not None and after.came - before.came <= ONE_UPLOAD)


def _at_once(before: Thing, after: Thing) -> bool:
    return after.came - before.came <= AT_ONCE


def needs_sorting(things: Sequence[Thing], book: Catalogue, today: date) -> bool:
    """Whether `things`, each of which continues the one before, are more than the usual answers can take.

    Photos alone never are: each begins a report or goes into the open one.
    """
    hurried = any(_at_once(*pair) and any(one.photo is None for one in pair) for pair in pairwise(things))
    return len(things) >= SORTED_FROM and hurried and not _is_one_report(things, book, today)


def _is_one_report(things: Sequence[Thing], book: Catalogue, today: date) -> bool:
    """Photos of one case, with its report in one line or, after them, its number."""
    said = [one for one in things if one.photo is None]
    named = [query for one in things if (query := one.names)]
    if len(said) > 1 or photos(things) > PHOTOS_AT_MOST or not all(query.may_be(named[0]) for query in named):
        return False
    return all(oneline.read(one.text, book, today) or (one != things[0] and numbers.read(one.text)) for one in said)


def groups(things: Sequence[Thing]) -> Iterator[tuple[Thing, ...]]:
    """All of them in their order, each of them once."""
    while things:
        count = first_visit(things)
        yield tuple(things[:count])
        things = things[count:]


def first_visit(things: Sequence[Thing]) -> int:
    """How many of them, from the first on, seem to be of one visit. What comes later never makes it less."""
    return next((n for n in range(1, len(things)) if _begins(things[:n], things[n])), len(things))


def _begins(group: Sequence[Thing], thing: Thing) -> bool:
    """Whether another visit begins with `thing`."""
    if (thing.photo and photos(group) == PHOTOS_AT_MOST) or abs(thing.at - group[-1].at) > APART:
        return True
    if named := thing.names:
        known = next((query for one in group if (query := one.names)), None)
        # A place alone may have been sent before the door was knocked at.
        return not named.may_be(known) if known else any(one.place is None for one in group)
    places = [one.place for one in group if one.place]
    return thing.place is not None and any(metres(thing.place, place) > NEAR_METRES for place in places)


def photos(things: Sequence[Thing]) -> int:
    return sum(one.photo is not None for one in things)


def metres(one: Place, other: Place) -> float:
    """Along the surface of a round earth (haversine), which is right to half a percent."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    narrowing = cos(radians(one.latitude)) * cos(radians(other.latitude))
    return 2 * _EARTH_METRES * asin(sqrt(sin(north / 2) ** 2 + narrowing * sin(east / 2) ** 2))
