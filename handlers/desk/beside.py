"""A whole case and the people of a team, which are shown elsewhere too, with the way back to where a coordinator was.

What a newcomer gets wrong: where each message takes the buttons of the one before away, whatever has no way back is a
dead end. So nothing between the digest and a case goes without one.
"""

from __future__ import annotations

from dataclasses import replace

from handlers.caseload import cases as my_cases
from handlers.caseload.moving import NOT_THERE, said
from handlers.desk import place as places
from handlers.desk.place import PEOPLE, PERSON, TEAM, Place
from handlers.engine.replies import number
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button
from handlers.engine.words import _
from handlers.menu import MENU
from handlers.people import teams
from storage.database import Tx


async def whole(tx: Tx, here: Scene, value: str) -> Message:
    seen = places.seen(value)
    card = places.card_of(places.given(seen)) if seen and here.me.coordinates else None
    if seen is None or card is None:
        return said(NOT_THERE)
    return _leading_back(await my_cases.card(tx, here, seen.case_id), card)


async def people(tx: Tx, here: Scene, token: str) -> Message:
    place = _team(here, token)
    if place is None:
        return said(NOT_THERE)
    shown = await teams.card(tx, here, place.of)
    rows = (tuple(_opening(button, place) for button in row) for row in shown.view.rows)
    return _leading_back(replace(shown, view=replace(shown.view, rows=tuple(rows))), places.back(place))


async def person(tx: Tx, here: Scene, value: str) -> Message:
    who, _dot, token = value.partition(".")
    place = _team(here, token)
    if place is None:
        return said(NOT_THERE)
    return _leading_back(await teams.person(tx, here, number(who)), Button(_("← People"), place.token, PEOPLE))


def _team(here: Scene, token: str) -> Place | None:
    place = places.read(token) if here.me.coordinates else None
    return place if place and place.kind == TEAM else None


def _opening(button: Button, place: Place) -> Button:
    return replace(button, key=PERSON, value=f"{button.value}.{place.token}") if button.key == "person" else button


def _leading_back(shown: Message, back: Button) -> Message:
    """In place of the ways to anywhere in its last row."""
    return replace(shown, replaces=True, view=replace(shown.view, rows=(*shown.view.rows[:-1], (back, MENU))))
