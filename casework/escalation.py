"""Who is told about an overdue case: exactly one person's turn at a time.

The due morning belongs to the member's list; then the leader, the municipal and the regional coordinator, each after
so many working days overdue. What a newcomer gets wrong: a rung that nobody holds is left out, and the next one keeps
its own day (decision 22).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casework.calendar import WorkingDays
from casework.records import LEADER, MUNICIPAL, REGIONAL, Case, Person

Area = int | str | None


@dataclass(frozen=True)
class Rung:
    role: str
    after_working_days: int


LADDER = (Rung(LEADER, 1), Rung(MUNICIPAL, 3), Rung(REGIONAL, 7))
"""Working days overdue at which the next one is told; the numbers are our proposal (`docs/glossary.md`)."""


@dataclass(frozen=True)
class Turn:
    """`reader` is to be told of `case`; `rung` counts from 1, the leader's."""

    case: Case
    rung: int
    reader: Person


class Roster:
    """Who holds which rung, of people who can be told; of several the one who came first, so that one is told."""

    def __init__(self, on_duty: Sequence[Person]) -> None:
        self._holders: dict[tuple[str, Area], Person] = {}
        for one in on_duty:
            self._holders.setdefault((one.role, _area(one)), one)
        self._teams = {one.team.id for one in on_duty if one.team and not one.coordinates}

    def holder(self, role: str, case: Case) -> Person | None:
        areas: dict[str, Area] = {LEADER: case.team_id, MUNICIPAL: case.municipality, REGIONAL: ""}
        return None if areas[role] is None else self._holders.get((role, areas[role]))

    def listed(self, case: Case) -> bool:
        """Whether the case stands on the list of anybody who goes to the doors."""
        return case.team_id in self._teams


def _area(one: Person) -> Area:
    """What one answers for: a team, a municipality, or everything."""
    if one.coordinates:
        return one.municipality if one.role == MUNICIPAL else ""
    return one.team.id if one.team else None


def overdue_working_days(calendar: WorkingDays, due_on: date, today: date) -> int:
    """Working days from the due day (not counted) to `today` (counted)."""
    days = (due_on + timedelta(days=n) for n in range(1, (today - due_on).days + 1))
    return sum(1 for day in days if calendar.is_working(day))


def turn(calendar: WorkingDays, today: date, case: Case, told_rung: int, roster: Roster) -> Turn | None:
    """None while nobody's day has come, and when the one whose day it is has been told already."""
    if case.due_on is None:
        return None
    late = overdue_working_days(calendar, case.due_on, today)
    ladder = [
        Turn(case, number, reader)
        for number, rung in enumerate(LADDER, start=1)
        if (reader := roster.holder(rung.role, case))
    ]
    for one in reversed(ladder):
        # The days before a coordinator's are the team's; where no team has the case, there is nothing to wait for.
        at_once = one is ladder[0] and not roster.listed(case)
        if late >= LADDER[0 if at_once else one.rung - 1].after_working_days:
            return one if one.rung > told_rung else None
    return None


def without_owner(late: Sequence[Case], roster: Roster) -> int:
    """How many of these have neither a leader nor a municipal coordinator who could be told."""
    return sum(1 for case in late if not any(roster.holder(role, case) for role in (LEADER, MUNICIPAL)))
