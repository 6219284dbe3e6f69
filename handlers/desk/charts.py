"""The four charts of a coordinator: how the season goes, how visits ended, the teams side by side, what is overdue.

What a newcomer gets wrong: a sentence under each says what it shows, for whoever cannot see it; and it tells of the
cases that its reader may see, never of more.
"""

from __future__ import annotations

from datetime import timedelta

from casework import charts as rules
from casework.charts import AGES
from casework.season import reach_of
from handlers.engine.replies import number
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View
from handlers.engine.words import Text, Words, _
from handlers.menu import CHARTS_BELOW, MENU, OLD_BUTTON
from handlers.office import season_charts
from handlers.office.season import usual
from handlers.office.season_charts import Of, Told
from storage import charts
from storage.database import Tx

CHOICES = (
    Button(_("Progress of the season"), "progress", "chart"),
    Button(_("Outcomes by week"), "outcomes", "chart"),
    Button(_("Teams by week"), "teams", "chart"),
    Button(_("Overdue by age"), "overdue", "chart"),
)
NOT_YOURS = _("The charts are for coordinators.")
OUTCOMES_APART, STEPS_APART = 6, 7
"""So many are drawn by themselves, most first; the others together."""
WAYS = (Button(_("Another chart"), "", CHARTS_BELOW.key), MENU)


async def choice(_tx: Tx, here: Scene) -> Message:
    if _place(here) is None:
        return Message(View((NOT_YOURS,), ((MENU,),)))
    return Message(View((_("Which chart?"),), (*((button,) for button in CHOICES), (MENU,))))


async def chosen(tx: Tx, here: Scene, value: str) -> Message:
    """A picture, or the sentence that there is nothing to draw; `teams 2` is the third sheet of teams."""
    place = _place(here)
    if place is None:
        return _said(NOT_YOURS, MENU)
    of = Of(here.work, Words(here.me.language, here.moment.today), place, usual(here.work, here.moment.today))
    what, _between, sheet = value.partition(" ")
    match what:
        case "progress":
            return await _progress(tx, here, of)
        case "outcomes":
            return await _outcomes(tx, here, of)
        case "teams":
            return await _teams(tx, here, of, number(sheet, 0, longest=3))
        case "overdue":
            return await _overdue(tx, here, of)
    return _said(OLD_BUTTON, MENU)


def _place(here: Scene) -> Text | None:
    """Whose cases the charts are of; None for whoever gets none."""
    reach = reach_of(here.me)
    return None if reach is None or reach.aggregate else reach.municipality or _("The whole region")


def _said(said: Text, *ways: Button) -> Message:
    return Message(View((said,), (ways,)), replaces=False)


def _shown(told: Told, *more: Button) -> Message:
    rows = (*((button,) for button in more), WAYS)
    return Message(View((told.said,), rows), replaces=False, attachment=told.chart)


async def _progress(tx: Tx, here: Scene, of: Of) -> Message:
    book, zone = here.work.catalogue, here.work.zone
    now = await charts.course(tx, here.me, book, of.weeks, zone)
    if not now.cases:
        return _said(_("There are no cases in this season yet, so there is nothing to draw."), *WAYS)
    before = usual(here.work, of.period.today, of.period.first - timedelta(days=1))
    ago = await charts.course(tx, here.me, book, rules.weeks(before), zone)
    return _shown(season_charts.progress(of, now, ago))


async def _outcomes(tx: Tx, here: Scene, of: Of) -> Message:
    counts = await charts.outcomes(tx, here.me, of.weeks, here.work.zone)
    parts = rules.parts(counts, of.begun, OUTCOMES_APART)
    if not parts:
        return _said(_("There are no visits in this season yet, so there is nothing to draw."), *WAYS)
    return _shown(season_charts.outcomes(of, parts))


async def _teams(tx: Tx, here: Scene, of: Of, sheet: int) -> Message:
    teams = await charts.teams(tx, here.me, of.weeks[: of.begun], here.work.zone, of.period.today)
    if not teams:
        return _said(_("There are no teams with cases yet, so there is nothing to draw."), *WAYS)
    last = season_charts.sheets(teams) - 1
    sheet = min(sheet, last)
    more = [Button(_("More teams →"), f"teams {sheet + 1}", "chart")] if sheet < last else []
    return _shown(season_charts.sheet(of, teams, sheet), *more)


async def _overdue(tx: Tx, here: Scene, of: Of) -> Message:
    owed = await charts.overdue(tx, here.me, of.period.today)
    ages = rules.by_age(here.work.calendar, owed, of.period.today)
    parts = rules.parts(ages, len(AGES) + 1, STEPS_APART)
    if not parts:
        return _said(_("Nothing is overdue, so there is nothing to draw."), *WAYS)
    return _shown(season_charts.overdue(of, parts))
