"""The short rows under a digest: its cases, one tap each, and what else there is to look at, with how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.records import REGIONAL, Person
from handlers.desk.browse import IN_A_ROW
from handlers.desk.place import CARD, DIGEST, OVERDUE, PLACE, PLACES, TEAMS, Place
from handlers.engine.views import BELOW, Button, in_rows
from handlers.engine.words import _
from handlers.menu import CHARTS_BELOW, unreached_below


@dataclass(frozen=True)
class Waiting:
    """What waits for a coordinator now."""

    overdue: int
    set_aside: int
    unreached: int


def rows(
    me: Person, day: date, named: Sequence[tuple[int, str]], waiting: Waiting
) -> tuple[tuple[Button, ...], ...]:  # fmt: skip
    """`named` are the cases in the lines above: id and number."""
    digest = Place(DIGEST, day=day)
    opening = [Button(number, f"{case_id}.0.{digest.token}", CARD) for case_id, number in named]
    late = Button(_("Overdue ({count})", count=str(waiting.overdue)), digest.to(OVERDUE).token, PLACE)
    regional = me.role == REGIONAL
    area = Button(
        _("Municipalities") if regional else _("Teams"), digest.to(PLACES if regional else TEAMS).token, PLACE
    )
    aside = Button(_("Set aside ({count})", count=str(waiting.set_aside)), "", "aside" + BELOW)
    return (
        *in_rows(opening, IN_A_ROW),
        (late, area) if waiting.overdue else (area,),
        *(((aside,),) if waiting.set_aside else ()),
        *(((unreached_below(waiting.unreached),),) if waiting.unreached else ()),
        (CHARTS_BELOW, Button(_("Table (xlsx)"), day.isoformat(), "table")),
    )
