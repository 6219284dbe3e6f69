"""The question "which visit is this of?": the first things of a pile, their case, and where they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from casework import piles
from casework.piles import PHOTOS_AT_MOST, Thing
from casework.records import Case, Person, Place
from handlers.caseload.pick import PAGE, Page, PickCase, case_line, looking_for, offered
from handlers.engine.replies import Reply, Tapped
from handlers.engine.talk import Accept, Json, Keep, Look, Moment, Reading
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from handlers.report import things as told_of
from storage import cases, visits
from storage.database import Tx

NEAR_AT_MOST = 3
THROWN_AWAY = 0
"""In the place of a case."""
OTHERS = Button(_("Another case →"), "others")


@dataclass(frozen=True)
class Offer:
    """Cases to choose from. `proposed`: picked for these things, and no page of a list."""

    page: Page
    proposed: bool


async def offer(tx: Tx, me: Person, named: list[str], place: Place | None, pick: Json, today: date) -> Offer:
    """First the cases whose numbers were written, then those visited nearby, then what is due."""
    if pick:
        return Offer(await offered(tx, me, pick["text"], pick["offset"], today), proposed=False)
    due = await offered(tx, me, "", 0, today)
    written = [case for number in named for case in (await cases.search(tx, me, number, offset=0, limit=PAGE))[0]]
    nearby = await _nearby(tx, me, place) if place else []
    proposed = list({case.id: case for case in (*written, *nearby)}.values())
    rest = [case for case in due.cases if case not in proposed]
    return Offer(replace(due, cases=[*proposed, *rest][:PAGE]) if proposed else due, proposed=bool(proposed))


async def _nearby(tx: Tx, me: Person, place: Place) -> list[Case]:
    far: dict[int, float] = {}
    for case_id, latitude, longitude in await visits.places(tx, me):
        far.setdefault(case_id, piles.metres(place, Place(latitude, longitude)))
    near = sorted((case_id for case_id in far if far[case_id] <= piles.NEAR_METRES), key=far.__getitem__)
    found = [await cases.get(tx, me, case_id) for case_id in near[:NEAR_AT_MOST]]
    return [case for case in found if case]


@dataclass(frozen=True)
class WhichVisit:
    """The value is the case of the first `things` and how many they are: `[14, 3]`.

    The partial has `count` once the person has changed it, `pick` while they look through their cases, and `part` while
    they say where the visit ends.
    """

    me: Person
    things: tuple[Thing, ...]

    def needs(self, partial: Json, moment: Moment) -> Look:
        mine = self._mine(partial)
        named = list(dict.fromkeys(query.sought for one in mine if (query := one.names)))
        place = next((one.place for one in mine if one.place), None)
        return Look(offer, (self.me, named, place, (partial or {}).get("pick"), moment.today))

    def _mine(self, partial: Json) -> tuple[Thing, ...]:
        return self.things[: (partial or {}).get("count") or piles.first_visit(self.things)]

    def show(self, partial: Json, found: Offer, moment: Moment) -> View:
        mine = self._mine(partial)
        if (partial or {}).get("part"):
            ends = tuple((Button(told_of.label(one), f"n.{n}"),) for n, one in enumerate(mine, start=1))
            return View(("", _("Which is the last one of this visit?")), ends)
        shown = self._cases(partial, found, moment)
        return View(("", *told_of.told(mine), "", *shown.lines), (*shown.rows, *self._ways(mine)))

    def _cases(self, partial: Json, found: Offer, moment: Moment) -> View:
        if not found.proposed:
            return PickCase(self.me).show((partial or {}).get("pick"), found.page, moment)
        rows = tuple((Button(case_line(case), str(case.id)),) for case in found.page.cases)
        return View((_("Tap its case, or write a number (14), a village or a street."),), (*rows, (OTHERS,)))

    def _ways(self, mine: Sequence[Thing]) -> tuple[tuple[Button, ...], ...]:
        part = (Button(_("Only a part of it"), "part"),) if len(mine) > 1 else ()
        more = (Button(_("With what follows"), "more"),) if self._longer(mine) else ()
        row = (*part, *more)
        return (*((row,) if row else ()), (Button(_("Throw away"), str(THROWN_AWAY)),))

    def _longer(self, mine: Sequence[Thing]) -> int:
        """How many it is with the next group; 0 where there is none, or too many photos would come together."""
        rest = self.things[len(mine) :]
        longer = len(mine) + piles.first_visit(rest)
        return longer if rest and piles.photos(self.things[:longer]) <= PHOTOS_AT_MOST else 0

    def read(self, reply: Reply, partial: Json, found: Offer, moment: Moment) -> Reading:
        mine = self._mine(partial)
        value = reply.value if isinstance(reply, Tapped) else ""
        ends = {f"n.{n}": n for n in range(1, len(mine) + 1)}
        if value == OTHERS.value:
            return Keep({"count": len(mine), "pick": looking_for("")})
        if value == "part":
            return Keep({"count": len(mine), "part": True})
        if value == "more" or value in ends:
            return Keep({"count": ends.get(value) or self._longer(mine) or len(mine)})
        return self._picked(reply, partial, found, moment)

    def _picked(self, reply: Reply, partial: Json, found: Offer, moment: Moment) -> Reading:
        count = len(self._mine(partial))
        match PickCase(self.me).read(reply, (partial or {}).get("pick"), found and found.page, moment):
            case Accept(case_id):
                return Accept([case_id, count])
            case Keep(pick):
                return Keep({"count": count, "pick": pick})
            case refused:
                return refused

    def accepts(self, value: Json) -> bool:
        return isinstance(value, list) and 0 < value[1] <= len(self.things)

    def decode(self, value: Json) -> tuple[int, int]:
        return value[0], value[1]

    def tell(self, value: tuple[int, int]) -> Text:
        return ""
