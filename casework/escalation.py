"""Who is told about an overdue case: exactly one person's turn at a time.

The due morning belongs to the member's list; then the leader, the municipal and the regional coordinator, each after
so many working days overdue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casework.calendar import WorkingDays
from casework.records import LEADER, MUNICIPAL, REGIONAL


@dataclass(frozen=True)
class Rung:
    role: str
    after_working_days: int


LADDER = (Rung(LEADER, 1), Rung(MUNICIPAL, 3), Rung(REGIONAL, 7))
"""Working days overdue at which the next one is told; the numbers are our proposal (`docs/glossary.md`)."""


def overdue_working_days(calendar: WorkingDays, due_on: date, today: date) -> int:
    """Working days from the due day (not counted) to `today` (counted)."""
    days = (due_on + timedelta(days=n) for n in range(1, (today - due_on).days + 1))
    return sum(1 for day in days if calendar.is_working(day))


def rung(calendar: WorkingDays, due_on: date, today: date, ladder: Sequence[Rung] = LADDER) -> int:
    """How many rungs have been reached: 0 nobody yet, 1 the leader, …"""
    late = overdue_working_days(calendar, due_on, today)
    return sum(1 for step in ladder if late >= step.after_working_days)
