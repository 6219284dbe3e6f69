"""Who is told of a step that is due or overdue: exactly one person's turn at a time.

The due morning belongs to whoever owes the step; then the leader, the municipal and the regional coordinator, each
after so many working days (`[ladder]` of the catalogue). What a newcomer gets wrong: a rung that nobody holds is left
out, and the next one keeps its own day (decision 22); while an institution owes the answer, nobody holds the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from casework import life
from casework.calendar import WorkingDays
from casework.catalogue import Catalogue
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Case, Person

Area = int | str | None


@dataclass(frozen=True)
class Due:
    """A case whose day has come: the rung that was told last, 0 for none, and who reported it last."""

    case: Case
    told_rung: int = 0
    reporter_id: int | None = None


@dataclass(frozen=True)
class Held:
    """So many cases of one team, or of none, in one municipality."""

    team_id: int | None
    municipality: str
    count: int


@dataclass(frozen=True)
class Rung:
    """`number` counts from 1, whatever the catalogue leaves out."""

    number: int
    role: str
    after_working_days: int


@dataclass(frozen=True)
class Turn:
    """`reader` is to be told of `case`, so many working days after its day; 0 is that day."""

    case: Case
    rung: int
    reader: Person
    late: int


class Roster:
    """Who holds which rung, of people who can be told; of several the one who joined first, so that one is told.

    `standing_in`: somebody who is away, and who is told in their place. Whoever stands in holds nothing of a team that
    they are not in themselves.
    """

    def __init__(self, on_duty: Sequence[Person], standing_in: Sequence[tuple[Person, Person]] = ()) -> None:
        self._holders: dict[tuple[str, Area], Person] = {}
        self._teams: dict[Area, list[tuple[int, Person]]] = defaultdict(list)
        self._present = {one.id: one for one in on_duty}
        held = [*((one, one) for one in on_duty), *standing_in]
        for whose, told in sorted(held, key=lambda pair: pair[0].id):
            for area in _areas(whose):
                if whose.coordinates:
                    self._holders.setdefault((whose.role, area), told)
                elif area in _areas(told):
                    self._holders.setdefault((whose.role, area), told)
                    self._teams[area].append((whose.id, told))

    def present(self, person_id: int) -> Person | None:
        """Whoever can be told now."""
        return self._present.get(person_id)

    def holder(self, role: str, case: Case | Held) -> Person | None:
        areas: dict[str, Area] = {LEADER: case.team_id, MUNICIPAL: case.municipality, REGIONAL: ""}
        return None if areas[role] is None else self._holders.get((role, areas[role]))

    def owing(self, case: Case, reporter_id: int | None) -> Person | None:
        """Of the team: who knows the case from its last visit, else the leader, else who came first."""
        people = self._team(case)
        knows = (told for own, told in people if own == reporter_id)
        return next(knows, None) or self.holder(LEADER, case) or next((told for _own, told in people), None)

    def listed(self, case: Case) -> bool:
        """Whether the case stands on the list of anybody who goes to the doors."""
        return bool(self._team(case))

    def _team(self, case: Case) -> Sequence[tuple[int, Person]]:
        return () if case.team_id is None else self._teams.get(case.team_id, ())


def _areas(one: Person) -> tuple[Area, ...]:
    """What one answers for: teams, a municipality, or everything."""
    if one.coordinates:
        return (one.municipality if one.role == MUNICIPAL else "",)
    return tuple(team.id for team in one.teams)


def ladder(catalogue: Catalogue) -> list[Rung]:
    """The lowest first."""
    numbered = enumerate(catalogue.ladder, start=1)
    return [Rung(number, role, days) for number, (role, days) in numbered if days is not None]


@lru_cache(maxsize=1024)  # a morning asks it of hundreds of cases, and of a few days
def overdue_working_days(calendar: WorkingDays, due_on: date, today: date) -> int:
    """Working days from the due day (not counted; a rest day moves it on) to `today` (counted)."""
    due_on = calendar.on_or_after(due_on)
    days = (due_on + timedelta(days=n) for n in range(1, (today - due_on).days + 1))
    return sum(1 for day in days if calendar.is_working(day))


def turn(catalogue: Catalogue, calendar: WorkingDays, today: date, due: Due, roster: Roster) -> Turn | None:
    """None while nobody's day has come, and when the one whose day it is has been told already."""
    case = due.case
    if case.due_on is None or calendar.on_or_after(case.due_on) > today:
        return None
    late = overdue_working_days(calendar, case.due_on, today)
    rungs = _climbed(catalogue, case)
    held = [(rung, one) for rung in rungs if (one := _reader(catalogue, rung, due, roster))]
    for rung, reader in reversed(held):
        # The days before a coordinator's are the team's; where no team has the case, there is nothing to wait for.
        at_once = rung is held[0][0] and not roster.listed(case)
        if late >= (rungs[0] if at_once else rung).after_working_days:
            return Turn(case, rung.number, reader, late) if rung.number > due.told_rung else None
    return None


def _climbed(catalogue: Catalogue, case: Case) -> list[Rung]:
    """The rungs of this case: of one that was postponed as often as may be, each stands where the one below would."""
    rungs = [rung for rung in ladder(catalogue) if rung.role != MEMBER or case.waits_for is None]
    if not life.is_at_limit(catalogue, case):
        return rungs
    # Its day itself is nobody's but the team's.
    sooner = [max(1, below.after_working_days) for below in rungs]
    higher = [
        Rung(rung.number, rung.role, min(rung.after_working_days, days))
        for rung, days in zip(rungs[1:], sooner, strict=False)
    ]
    return [*rungs[:1], *higher]


def _reader(catalogue: Catalogue, rung: Rung, due: Due, roster: Roster) -> Person | None:
    if rung.role != MEMBER:
        return roster.holder(rung.role, due.case)
    # What was passed to the leader is owed by the leader.
    is_leaders = due.case.next_step == catalogue.leader_step
    return roster.owing(due.case, None if is_leaders else due.reporter_id)


def without_owner(late: Sequence[Held], roster: Roster) -> int:
    """How many of these have neither a leader nor a municipal coordinator who could be told."""
    return sum(held.count for held in late if not any(roster.holder(role, held) for role in (LEADER, MUNICIPAL)))
