"""The district of `obhvat demo`: the files of `examples/ruse`, imported as anybody would. No child in it exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import imports
from bot.apart import spreadsheets
from casework import steps
from casework.placing import Plan, Reach
from handlers.engine.scene import Work
from storage import new_cases
from storage.database import Tx

EXAMPLES = Path(__file__).parents[2] / "examples" / "ruse"
DUE_IN_DAYS = (-6, -2, 0, 0, 0, 2, 4)
"""So that some are overdue and some due today, in every team."""


async def fill(tx: Tx, work: Work, now: datetime) -> None:
    await imports.keep(tx, work, await _planned(tx, work, "teams.csv"), [], now)
    new = imports.sealed(work, await _planned(tx, work, "cases.csv"))
    today = now.astimezone(work.zone).date()
    first = steps.first(work.catalogue, work.calendar, today)
    for nth, days in enumerate(DUE_IN_DAYS):
        due = replace(first, due_on=today + timedelta(days=days))
        await new_cases.put(tx, new[nth :: len(DUE_IN_DAYS)], due, now)


async def _planned(tx: Tx, work: Work, name: str) -> Plan:
    sheet = spreadsheets.read_import((EXAMPLES / name).read_bytes(), {})
    return imports.plan(work, sheet, Reach(), await imports.known(tx, work))
