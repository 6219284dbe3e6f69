"""The printed form of a visit, and those of a whole day with their table, for whoever may see the cases.

Every making is recorded: a sheet of paper has readers nobody counts. What a newcomer gets wrong: the rows under a file
show only where the buttons are the chat's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework import dates, form, steps
from casework.form import Facts, Form, Signer
from casework.records import Case
from handlers.engine.kinds import Day, OneOf
from handlers.engine.scene import Document, Message, Scene, Sheet
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Text, Words, _, counted
from handlers.menu import CASES, DAY, MENU, REPORT
from handlers.report.visit import NOT_YOURS, PARTS_OF_DAY
from storage import cases, looks, people, visits
from storage.database import Tx
from storage.visits import Made

DAYS_BACK = 365
"""A school year and its summer."""
ALL = "all"
WITHOUT = _("without a team")
NOT_IN_A_NAME = r"[^\w-]+"
"""Of a file."""


@dataclass(frozen=True)
class Chosen:
    """The visits of a day, of all teams or of the one whose number that is."""

    day: date
    team: str = ALL

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.team}"

    def covers(self, made: Made) -> bool:
        return made.visit.report.visited_on == self.day and self.team in (ALL, str(made.team_id))


def chosen(written: str) -> Chosen | None:
    """As a button carries it; None for anything else."""
    day, _dot, team = written.partition(".")
    read = dates.from_iso(day)
    return Chosen(read, team or ALL) if read else None


@dataclass(frozen=True)
class Printed:
    """The forms that were chosen, and what their file is called."""

    name: str
    forms: tuple[Form, ...]


async def one(tx: Tx, here: Scene, visit_id: int) -> Message:
    """The form of one visit as it stands now."""
    visit = await visits.get(tx, here.me, visit_id)
    case = await cases.get(tx, here.me, visit.report.case_id) if visit else None
    if visit is None or case is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    history = await visits.made_at(tx, here.me, case.id)
    filled = await _filled(tx, here, [case], history, {visit_id})
    await looks.note(tx, here.me, looks.FORM, case, here.moment.at, f"visit {visit_id}")
    paper = Document(f"{case.number}-{visit_id}.pdf", filled)
    return Message(View((), ((REPORT,), (CASES, MENU))), replaces=False, attachment=paper)


async def choose_day(talk: Talk, here: Scene) -> Chosen:
    day: Any = await talk.ask("day", _("The forms of which day?"), Day(days_back=DAYS_BACK, days_on=0))
    teams = await talk.look(f"teams {day.isoformat()}", visits.teams_on, here.me, day)
    if not here.me.coordinates or len(teams) < 2:
        return Chosen(day)
    names: dict[str, Text] = {str(number): name or WITHOUT for number, name in teams}
    team = await talk.ask("team", _("Which team?"), OneOf({ALL: _("All teams"), **names}, columns=3, first=18))
    return Chosen(day, team)


async def offer(tx: Tx, here: Scene, of: Chosen) -> list[Message]:
    """What there is to print of a day."""
    made = [one for one in await visits.made_where_visited(tx, here.me, of.day) if of.covers(one)]
    if not made:
        return [Message(View((_("{day}: no visit to your cases was reported.", day=of.day),), ((DAY, MENU),)))]
    day = of.day if of.team == ALL else Joined([of.day, made[0].team or WITHOUT], " · ")
    said = counted("{day}: {count} visit", "{day}: {count} visits", len(made), day=day)
    return [Message(View((said,), _ways(of)))]


def _ways(of: Chosen) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button(_("The day's forms (PDF)"), str(of), "forms"),),
        (Button(_("The day's table (xlsx)"), str(of), "sheet"),),
        (DAY, MENU),
    )


async def pages(tx: Tx, here: Scene, of: Chosen) -> list[Message]:
    """All the forms of a day in one file."""
    printed = await _printed(tx, here, of, looks.FORMS)
    if printed is None:
        return await offer(tx, here, of)
    return [_file(of, Document(f"{printed.name}.pdf", printed.forms))]


async def table(tx: Tx, here: Scene, of: Chosen) -> list[Message]:
    """The same forms as the lines of a table."""
    printed = await _printed(tx, here, of, looks.TABLE)
    if printed is None:
        return await offer(tx, here, of)
    rows = tuple(form.cells(page) for page in printed.forms)
    return [_file(of, Sheet(f"{printed.name}-forms.xlsx", form.header(here.work.catalogue), rows))]


def _file(of: Chosen, attachment: Document | Sheet) -> Message:
    return Message(View((), _ways(of)), replaces=False, attachment=attachment)


async def _printed(tx: Tx, here: Scene, of: Chosen, what: str) -> Printed | None:
    """By team, case and visit, recorded as `what` of each case; None when nothing was reported that the person may
    see."""
    history = await visits.made_where_visited(tx, here.me, of.day)
    wanted = [made for made in history if of.covers(made)]
    if not wanted:
        return None
    seen = await cases.visited_on(tx, here.me, of.day)
    for case in seen:
        if numbers := [str(made.visit.id) for made in wanted if made.visit.report.case_id == case.id]:
            await looks.note(tx, here.me, what, case, here.moment.at, f"visits {', '.join(numbers)}")
    filled = await _filled(tx, here, seen, history, {made.visit.id for made in wanted})
    return Printed(_stem(here, of, wanted[0].team), filled)


def _stem(here: Scene, of: Chosen, team: str) -> str:
    """The name of a file without its ending: the day, and the team if one was chosen."""
    of_one = "" if of.team == ALL else f"-{Words(here.me.language, here.moment.today).say(team or WITHOUT)}"
    return f"obhvat-{of.day.isoformat()}{re.sub(NOT_IN_A_NAME, '-', of_one)}"


async def _filled(
    tx: Tx, here: Scene, seen: Sequence[Case], history: Sequence[Made], wanted: Collection[int]
) -> tuple[Form, ...]:
    """The forms of the visits `wanted`, by team and in the order of the cases; `history` is all the visits of each."""
    who = {person for made in history for person in (*made.visit.report.went, made.visit.reporter_id)}
    named = {number: Signer(*found) for number, found in (await people.named(tx, who)).items()}
    at: dict[int, list[Made]] = {case.id: [] for case in seen}
    for made in history:
        at[made.visit.report.case_id].append(made)
    told = [
        _facts(here, case, at[case.id], place, named)
        for case in seen
        for place, made in enumerate(at[case.id])
        if made.visit.id in wanted
    ]
    return tuple(form.fill(here.work.catalogue, one) for one in sorted(told, key=lambda one: one.team))


def _facts(here: Scene, case: Case, of_case: Sequence[Made], place: int, named: dict[int, Signer]) -> Facts:
    """Of the visit at `place` in the visits of its case."""
    work, made = here.work, of_case[place]
    report = made.visit.report
    words = Words(work.catalogue.form.language, here.moment.today)
    return Facts(
        made.visit,
        case,
        made.team,
        tuple(named[person] for person in report.went),
        named[made.visit.reporter_id].name,
        words.say(PARTS_OF_DAY[report.part_of_day]),
        made.visit.saved_at.astimezone(work.zone),
        steps.after_all(work.catalogue, work.calendar, [one.visit.report for one in of_case[: place + 1]]),
    )
