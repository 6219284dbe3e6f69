"""From the digest to one case: overdue ones, municipalities, teams and their cases, each a page that takes the place of
the one before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from casework import areas as rules
from casework.areas import Area, Figures
from casework.records import REGIONAL, Case
from handlers.caseload import moving
from handlers.caseload.pick import Page, page_at
from handlers.desk import place as places
from handlers.desk.place import CARD, DIGEST, NO_TEAM, OVERDUE, PEOPLE, PLACE, PLACES, TEAM, TEAMS, Place
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View, in_rows, turns
from handlers.engine.words import Joined, Text, _
from handlers.menu import MENU
from handlers.morning import below
from handlers.morning.overdue import due_lines, overdue_lines
from storage import alerted, areas, lists
from storage.database import Tx

PAGE = 8
"""So many municipalities or teams on a page."""
IN_A_ROW = 3
"""So many numbers of cases."""
LEGEND = _("open / overdue / visited this week")


async def overdue(tx: Tx, here: Scene, place: Place) -> Message:
    read = partial(areas.overdue, tx, here.me, here.moment.today)
    return await _listed(here, place, _("Overdue"), read, up=place.to(DIGEST))


async def morning(tx: Tx, here: Scene, place: Place) -> Message:
    """What the message of a morning told and is owed still, as it would say it now."""
    day, today = place.day or here.moment.today, here.moment.today
    told = await lists.these(tx, here.me, await alerted.on(tx, here.me, day.isoformat()))
    page = await page_at(place.offset, partial(_some, told))
    late = [case for case in page.cases if case.due_on and case.due_on < today]
    happened = below.by_others(await below.happened(tx, here.work, late, today), here.me.id)
    lines = [
        *overdue_lines(here.work, late, today, happened),
        *due_lines([case for case in page.cases if case not in late], today),
    ]
    return Message(_page(place, page, _("Told in the morning ({day})", day=day), lines).with_row(MENU))


async def _some(told: Sequence[Case], *, offset: int, limit: int) -> tuple[list[Case], int]:
    return list(told[offset : offset + limit]), len(told)


async def municipalities(tx: Tx, here: Scene, place: Place) -> Message:
    """For the region; a municipal coordinator has one, and sees its teams."""
    if here.me.role != REGIONAL:
        return await teams(tx, here, place.to(TEAMS))
    found = rules.by_municipality(await _figures(tx, here))
    rows = [(name or _("gone elsewhere"), figures, place.to(TEAMS, places.mark(name))) for name, figures in found]
    return _figured(place, _("Municipalities"), rows, up=place.to(DIGEST))


async def teams(tx: Tx, here: Scene, place: Place) -> Message:
    """Of one municipality: the own one, or the one that is marked."""
    own = _of(await _figures(tx, here), here, place)
    if not own:
        return _nothing(place)
    rows = [(one.team or _("without a team"), one.figures, _cases_of(place, one)) for one in own if _shown(one)]
    regional = here.me.role == REGIONAL
    return _figured(place, own[0].municipality, rows, up=place.to(PLACES if regional else DIGEST))


async def team(tx: Tx, here: Scene, place: Place) -> Message:
    """The open cases of a team, and the way to its people."""
    found = await _figures(tx, here)
    own = next((one for one in found if one.team_id == place.of), None)
    if own is None or not place.of:
        return _nothing(place)
    read = partial(areas.of_team, tx, here.me, place.of)
    people = Button(_("People of the team"), place.token, PEOPLE)
    title = _("Team {team}", team=own.team)
    return await _listed(here, place, title, read, people, up=_team_above(here, place, own, found))


async def no_team(tx: Tx, here: Scene, place: Place) -> Message:
    found = await _figures(tx, here)
    own = _of(found, here, place)
    if not own:
        return _nothing(place)
    name = own[0].municipality
    read = partial(areas.of_no_team, tx, here.me, name)
    title = _("{place}, without a team", place=name) if name else _("gone elsewhere")
    return await _listed(here, place, title, read, up=place.to(TEAMS, place.of))


async def _figures(tx: Tx, here: Scene) -> list[Area]:
    today = here.moment.today
    return await areas.figures(tx, here.me, rules.week_begins(today), today) if here.me.coordinates else []


def _of(found: Sequence[Area], here: Scene, place: Place) -> list[Area]:
    if here.me.role != REGIONAL:
        return list(found)
    return [one for one in found if places.mark(one.municipality) == place.of]


def _shown(one: Area) -> bool:
    return bool(one.team_id or one.figures.open)


def _cases_of(place: Place, one: Area) -> Place:
    return place.to(TEAM, one.team_id) if one.team_id else place.to(NO_TEAM, place.of)


def _team_above(here: Scene, place: Place, own: Area, found: Sequence[Area]) -> Place:
    """The page of its municipality on which the team stands."""
    mark = places.mark(own.municipality) if here.me.role == REGIONAL else 0
    beside = [one.team_id for one in found if one.municipality == own.municipality and _shown(one)]
    return replace(place.to(TEAMS, mark), offset=beside.index(own.team_id) // PAGE * PAGE)


def _nothing(place: Place) -> Message:
    return Message(View((moving.NOT_THERE,), ((places.back(place.to(DIGEST)), MENU),)))


def _figured(
    place: Place, title: Text, rows: Sequence[tuple[Text, Figures, Place]], *, up: Place
) -> Message:  # fmt: skip
    """A button for each, with its figures; what they are stands above once."""
    begin = place.offset if place.offset < len(rows) else 0
    whole = sum((figures for _name, figures, _to in rows), Figures())
    lines = (Joined([title, " · ", _written(whole)], ""), LEGEND)
    shown = rows[begin : begin + PAGE]
    labels = [Joined([name, " · ", _written(figures)], "") for name, figures, _to in shown]
    buttons = tuple((Button(label, to.token, PLACE),) for label, (_n, _f, to) in zip(labels, shown, strict=True))
    before = place.at(max(0, begin - PAGE)) if begin else None
    after = place.at(begin + PAGE) if begin + PAGE < len(rows) else None
    return Message(View(lines, buttons).with_row(*turns(PLACE, before, after)).with_row(_up(up), MENU))


def _written(figures: Figures) -> str:
    return f"{figures.open} / {figures.overdue} / {figures.visited}"


async def _listed(
    here: Scene, place: Place, title: Text, read: Callable[..., Awaitable[tuple[list[Case], int]]], *ways: Button,
    up: Place,
) -> Message:  # fmt: skip
    page, today = await page_at(place.offset, read), here.moment.today
    own = place.kind != OVERDUE
    lines = due_lines(page.cases, today) if own else overdue_lines(here.work, page.cases, today)
    return Message(_page(place, page, title, lines).with_row(*ways).with_row(_up(up), MENU))


def _page(place: Place, page: Page, title: Text, lines: Sequence[Text]) -> View:
    """A line for each case, and its number on a button."""
    at = replace(place, offset=page.offset)
    opening = [Button(case.number, places.value(case, at), CARD) for case in page.cases]
    return View((_head(title, page), *lines), in_rows(opening, IN_A_ROW)).with_row(*page.turns(PLACE, at.at))


def _head(title: Text, page: Page) -> Text:
    if not page.cases:
        return _("{list}: no case.", list=title)
    first, last = str(page.offset + 1), str(page.offset + len(page.cases))
    return _("{list}, {first}-{last} of {total}.", list=title, first=first, last=last, total=str(page.total))


def _up(place: Place) -> Button:
    if place.kind == DIGEST:
        return places.back(place)
    return Button(_("← Municipalities") if place.kind == PLACES else _("← Teams"), place.token, PLACE)
