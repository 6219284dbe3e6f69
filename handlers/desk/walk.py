"""From place to place: what the button of each shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers.caseload import moving
from handlers.desk import browse, coordinate
from handlers.desk import place as places
from handlers.desk.place import DIGEST, MORNING, NO_TEAM, OVERDUE, PLACES, TEAM, TEAMS, Place
from handlers.engine.scene import Message, Scene
from storage.database import Tx

SHOWS: dict[str, Callable[[Tx, Scene, Place], Awaitable[Message]]] = {
    DIGEST: coordinate.again,
    OVERDUE: browse.overdue,
    PLACES: browse.municipalities,
    TEAMS: browse.teams,
    TEAM: browse.team,
    NO_TEAM: browse.no_team,
    MORNING: browse.morning,
}


async def shown(tx: Tx, here: Scene, token: str) -> Message:
    """The overdue cases, where the button names no place."""
    if not here.me.coordinates:
        return moving.said(moving.NOT_THERE)
    place = places.read(token) or Place(OVERDUE)
    return await SHOWS[place.kind](tx, here, place)
