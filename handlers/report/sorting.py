"""Sorting a pile: which visit each group of it is of. What becomes of it is drafts of reports, made after the last tap.

What a newcomer gets wrong: an answer says of how many things it is, from the first unsorted one on. So a group is made
smaller or larger before its case is chosen, and what comes meanwhile is asked for at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casework import numbers, piles
from casework.oneline import OneLine
from casework.piles import PHOTOS_AT_MOST, Thing
from casework.records import Case
from handlers.caseload.pick import case_line
from handlers.engine import pictures
from handlers.engine.kinds import OneOf, Plain
from handlers.engine.replies import Reply, Tapped
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Accept, Json, Moment, Reading, Refuse, Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _, counted
from handlers.menu import MENU, NO_CASE
from handlers.report import drafts, prefilled, visit
from handlers.report import things as told_of
from handlers.report.which import THROWN_AWAY, WhichVisit
from storage import cases
from storage.database import Tx

FLOW = "sort"


@dataclass(frozen=True)
class Group:
    """Things of one visit. Without a case when that has left the person meanwhile; `draft` is a report begun before."""

    case: Case | None
    things: tuple[Thing, ...]
    draft: str = ""

    @property
    def title(self) -> Text:
        return case_line(self.case) if self.case else NO_CASE


async def sort(talk: Talk, here: Scene) -> list[Group]:
    things = told_of.THINGS.validate_python(talk.given["things"])
    begun = await talk.look("drafts", drafts.by_case, here.me)
    groups: list[Group] = []
    said: list[Text] = []
    while things:
        case_id, count = await _which_visit(talk, here, things)
        mine, things = things[:count], things[count:]
        case = await talk.look(f"card{case_id}", cases.get, here.me, case_id)
        group = Group(case, mine)
        away = case_id == THROWN_AWAY
        said.append(_("{case}: {what}", case=_("Thrown away") if away else group.title, what=told_of.brief(mine)))
        if not away:
            await _put(talk, groups, group, begun.get(case.number, "") if case else "")
    await _confirmed(talk, groups, said)
    return groups


async def _which_visit(talk: Talk, here: Scene, things: tuple[Thing, ...]) -> tuple[int, int]:
    question = _(
        "{what} since {when}: which visits?",
        what=told_of.what(things),
        when=told_of.since(things, here.moment.today, here.work.zone),
    )
    return await talk.ask(f"visit{things[0].id}", question, WhichVisit(here.me, things))


async def _put(talk: Talk, groups: list[Group], group: Group, draft: str) -> None:
    """Beside what the same case has already, if the person wants that and its photos are not too many."""
    same = next((n for n, one in enumerate(groups) if one.case and one.case == group.case), None)
    earlier = groups[same].things if same is not None else ()
    room = piles.photos((*earlier, *group.things)) <= PHOTOS_AT_MOST
    together = room and bool(draft or earlier) and await _together(talk, group)
    if together and same is not None:
        groups[same] = replace(groups[same], things=(*earlier, *group.things))
    else:
        groups.append(replace(group, draft=draft if together else ""))


async def _together(talk: Talk, group: Group) -> bool:
    question = _("There is a draft already: {case}.", case=group.title)
    options = {"draft": _("Into that draft"), "own": _("A report of its own")}
    return bool(await talk.ask(f"into{group.things[0].id}", question, OneOf(options)) == "draft")


async def _confirmed(talk: Talk, groups: Sequence[Group], said: Sequence[Text]) -> None:
    made, away = _("Drafts will be made, and no report is saved yet:"), _("Nothing will be kept:")
    does = _("Make the drafts") if groups else _("Throw it all away")
    await talk.ask("confirm", made if groups else away, Confirm(tuple(said), does))


@dataclass(frozen=True)
class Confirm(Plain):
    """What becomes of each group, and the tap that does it."""

    said: tuple[Text, ...]
    does: Text

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        return View(self.said, ((Button(self.does, "do"),),))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        if isinstance(reply, Tapped) and reply.value == "do":
            return Accept("do")
        return Refuse(_("Nothing has been done yet. Tap the first button, or Back if something is wrong."))

    def accepts(self, value: Json) -> bool:
        return bool(value == "do")

    def tell(self, value: Json) -> Text:
        return ""


async def keep(tx: Tx, here: Scene, groups: list[Group]) -> list[Message]:
    """Makes the drafts; each is opened by its button, looked at and saved."""
    if not groups:
        return [Message(View((drafts.DROPPED,), ((MENU,),)))]
    rows: list[tuple[Button, ...]] = []
    refused: list[Text] = []
    for group in groups:
        given, why = _given(here, group)
        made = await (drafts.add(tx, here, group.draft, given) if group.draft else drafts.make(tx, here, given))
        rows.append((Button(group.title, made, "go_on"),))
        refused += [_("{case}: {what}", case=group.title, what=why)] if why else []
    said = counted("{count} draft is ready: open it and save.", "{count} drafts are ready: open and save.", len(groups))
    return [Message(View((said, *refused), (*rows, (MENU,))))]


def _given(here: Scene, group: Group) -> tuple[dict[str, Any], Text]:
    """What its report begins with, and why some of it does not go in."""
    lines = [prefilled.line(here, one.text) for one in group.things]
    line = next((one for one in lines if one), None)
    places = [[one.place.latitude, one.place.longitude] for one in group.things if one.place]
    given = {
        "at": min(one.at for one in group.things).isoformat(),
        **({"case": group.case.id} if group.case else {}),
        **(prefilled.of_line(line) if line else {}),
        "photos": list({one.photo.unique: pictures.stored(one.photo) for one in group.things if one.photo}.values()),
        "place": places[0] if places else [],
    }
    note, refused = prefilled.noted(here, "; ".join(_notes(group.things, line, lines)), given)
    story = {"photos": []} if visit.is_only_the_fact(here.work, given) else note
    return {**given, **story}, refused


def _notes(things: Sequence[Thing], line: OneLine | None, lines: Sequence[OneLine | None]) -> Iterator[str]:
    """The words without the numbers; of the line that gives the outcome, what is left of it."""
    for thing, read in zip(things, lines, strict=True):
        words = read.note if read and read is line else numbers.beginning(thing.text)[1]
        if words:
            yield words
