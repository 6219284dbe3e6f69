"""The season report: for the region, for a municipality, and without small counts for whoever gets only aggregates.

Every making is recorded, with what it was of.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from casework import dates
from casework import season as rules
from casework.season import Period, Reach
from handlers.engine.scene import Book, Message, Printed, Scene, Work
from handlers.engine.views import Button, View
from handlers.engine.words import Words, _
from handlers.menu import MENU, SEASON
from handlers.office.season_tables import printed
from storage import audit, season
from storage.database import Tx

LONGEST_NAME = 60
EARLIEST = date(2000, 1, 1)
"""No season of ours is older, whatever a button says."""


async def report(tx: Tx, here: Scene, value: str) -> list[Message]:
    """The report as pages and as tables; `value` is a day of the season, empty for the last one that has begun."""
    reach = rules.reach_of(here.me)
    if reach is None:
        return [Message(View((_("The season report is for coordinators."),), ((MENU,),)), replaces=False)]
    period = usual(here.work, here.moment.today, dates.from_iso(value))
    made = await make(tx, here.work, Words(here.me.language, here.moment.today), reach, period)
    await recorded(tx, here.moment.at, here.me.id, reach, period)
    said = _("Season report, {first} – {last}.", first=f"{period.first:%d.%m.%Y}", last=f"{period.last:%d.%m.%Y}")
    before = Button(_("The season before"), (period.first - timedelta(days=1)).isoformat(), SEASON.key)
    return [
        Message(View((said,), ((before, MENU),)), replaces=False),
        Message(View(()), replaces=False, attachment=made),
        Message(View(()), replaces=False, attachment=book(made)),
    ]


def usual(work: Work, today: date, day: date | None = None) -> Period:
    """The season of that day, else the last one that has begun."""
    days = work.catalogue.season
    first = rules.first_day(days, min(max(day or today, EARLIEST), today))
    return Period(first, rules.last_day(days, first), today)


async def make(tx: Tx, work: Work, words: Words, reach: Reach, period: Period) -> Printed:
    facts = await season.facts(tx, reach, period, work.zone)
    counted = rules.count(work.catalogue, period, facts)
    return printed(work.catalogue, words, reach, counted, name=_file_name(reach, period))


def book(made: Printed) -> Book:
    """The same tables as a workbook."""
    return Book(made.name.replace(".pdf", ".xlsx"), made.tables)


def _file_name(reach: Reach, period: Period) -> str:
    """Without what a folder or a messenger could take for something else."""
    place = re.sub(r"\W+", "-", reach.municipality)[:LONGEST_NAME].strip("-")
    parts = ["obhvat-season", f"{period.first.isoformat()}", place, "aggregate" if reach.aggregate else ""]
    return "-".join(part for part in parts if part)


async def recorded(tx: Tx, now: datetime, person_id: int | None, reach: Reach, period: Period) -> None:
    """`person_id` is None for whoever sits at the keyboard."""
    of = f"{period.first.isoformat()} – {period.last.isoformat()}, {reach.municipality or 'all municipalities'}"
    await audit.note(
        tx, now, person_id, "made the season report", detail=of + (", aggregate" if reach.aggregate else "")
    )
