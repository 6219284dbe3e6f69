"""Where each case must stand at the end, computed once more from the ledger and the text of the catalogue.

It shares nothing with `casework`: no rule, no calendar, no record. The free days are written down from the law.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.season.ledger import Ledger, Visit

BOOK: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "casework" / "catalogue.toml").read_text("utf-8"))
FREE = {
    date.fromisoformat(day)
    for day in (
        "2026-09-07", "2026-09-22", "2026-12-24", "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-03", "2027-04-30",
        "2027-05-03", "2027-05-04", "2027-05-06", "2027-05-24", "2027-09-06", "2027-09-22",
    )
}  # fmt: skip
"""Free days of the season that are no Saturday or Sunday, and those of the autumn after it."""


@dataclass
class Standing:
    status: str
    step: str
    due_on: date | None


def works(day: date) -> bool:
    return day.isoweekday() < 6 and day not in FREE


def moved(day: date) -> date:
    """The first working day from there on."""
    while not works(day):
        day += timedelta(days=1)
    return day


def at_the_end(number: str, ledger: Ledger, begun: date) -> Standing:
    stands = Standing(BOOK["first_status"], BOOK["first_step"], moved(begun + timedelta(days=BOOK["first_days"])))
    seen: list[str] = []
    for deed in ledger.deeds[number]:
        stands = after_visit(deed, seen)
        seen.append(deed.outcome)
    return stands


def after_visit(visit: Visit, seen: list[str]) -> Standing:
    rule = BOOK["outcomes"][visit.outcome]
    if rule.get("closes"):
        return Standing(rule["status"], rule["step"], None)
    in_a_row = 1
    while seen[-in_a_row:] == [visit.outcome] * in_a_row:
        in_a_row += 1
    again = rule.get("repeat")
    if again and in_a_row >= again["times"]:
        return Standing(again["status"], again["step"], moved(visit.day + timedelta(days=again["days"])))
    return Standing(rule["status"], rule["step"], moved(day_of(rule, visit)))


def day_of(rule: dict[str, Any], visit: Visit) -> date:
    if visit.promised_on:
        return visit.promised_on + timedelta(days=1)
    if "days" in rule:
        return visit.day + timedelta(days=rule["days"])
    day = visit.day + timedelta(days=1)
    while not day.isoformat().endswith(rule["on"]):
        day += timedelta(days=1)
    return day
