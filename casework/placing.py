"""Which team each imported row goes to, and which rows are refused because of whose file it is.

What a newcomer gets wrong: a case has the municipality and the letters of its *team*, whatever its row says, so that
it is always seen by the people of exactly one municipality.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from casework.catalogue import Retention
from casework.imports import COLUMNS, CaseRow, Problem, TeamRow
from casework.records import LEADER, MUNICIPAL, REGIONAL, Person, Team


@dataclass(frozen=True)
class Reach:
    """Where a file may bring rows to: everywhere, one municipality, or some teams. `rest` is the team that gets the
    rows which name none."""

    municipality: str = ""
    teams: tuple[str, ...] = ()
    rest: str = ""


@dataclass(frozen=True)
class Placed:
    row: CaseRow
    team: Team


@dataclass(frozen=True)
class Plan:
    """What an import would do with its `teams` or its `cases`: `new` are not here yet, `changed` are here but read
    otherwise. `strange` are settlements in no team's area, with how often they stand in the file."""

    teams: tuple[TeamRow, ...] = ()
    cases: tuple[Placed, ...] = ()
    new: int = 0
    changed: int = 0
    rejects: tuple[Problem, ...] = ()
    strange: tuple[tuple[str, int], ...] = ()

    @property
    def here(self) -> int:
        """Rows that change nothing."""
        return len(self.teams) + len(self.cases) - self.new - self.changed


def reach_of(me: Person, rest: str = "") -> Reach | None:
    """None for whoever may not import."""
    if me.role == LEADER and me.teams:
        teams = tuple(team.name for team in me.teams)
        return Reach(teams=teams, rest=rest or (teams[0] if len(teams) == 1 else ""))
    if me.role == MUNICIPAL and me.municipality:
        return Reach(municipality=me.municipality, rest=rest)
    return Reach(rest=rest) if me.role == REGIONAL else None


def covers(reach: Reach, team: Team) -> bool:
    of_teams = not reach.teams or any(_same(name, team.name) for name in reach.teams)
    return of_teams and (not reach.municipality or _same(reach.municipality, team.municipality))


def place_cases(rows: Iterable[CaseRow], known: Mapping[str, Team], reach: Reach) -> tuple[list[Placed], list[Problem]]:
    """`known` are all teams by their name in small letters."""
    placed, rejects = [], []
    for row in rows:
        team = known.get((row.team or reach.rest).casefold())
        code = _wrong_case(row, team, reach)
        if team and not code:
            placed.append(Placed(row, team))
        else:
            column = "municipality" if code == "other_municipality" else "team"
            rejects.append(Problem(row.line, COLUMNS[column], code))
    return placed, rejects


def _wrong_case(row: CaseRow, team: Team | None, reach: Reach) -> str:
    if team is None:
        return "no_team" if row.team else "no_team_given"
    if not covers(reach, team):
        return "other_team" if reach.teams else "outside"
    if row.municipality and not _same(row.municipality, team.municipality):
        return "other_municipality"
    return ""


def at_risk(rows: Iterable[CaseRow], rules: Retention) -> tuple[list[CaseRow], list[Problem]]:
    """Without those of the register's sheet who missed less than what makes a child one at risk."""
    kept, rejects = [], []
    for row in rows:
        if below := _below(row, rules):
            rejects.append(below)
        else:
            kept.append(row)
    return kept, rejects


def _below(row: CaseRow, rules: Retention) -> Problem | None:
    """A row that tells hours and days is at risk by either."""
    missed = (("hours", row.hours, rules.absent_hours), ("days", row.days, rules.absent_days))
    told = [(column, value, least) for column, value, least in missed if value is not None]
    if not told or any(value >= least for _column, value, least in told):
        return None
    column, _value, least = told[0]
    return Problem(row.line, COLUMNS[column], f"below_{column}", f"{least:g}")


def place_teams(
    rows: Iterable[TeamRow], known: Mapping[str, Team], reach: Reach
) -> tuple[list[TeamRow], list[Problem]]:
    """A team of another municipality is neither added nor taken over."""
    placed, rejects = [], []
    for row in rows:
        wanted, held = Team(0, row.team, row.municipality), known.get(row.team.casefold())
        if not covers(reach, wanted) or (held and not covers(reach, held)):
            rejects.append(Problem(row.line, COLUMNS["municipality"], "outside"))
        else:
            name = held.name if held else row.team
            placed.append(replace(row, team=name, municipality=reach.municipality or row.municipality))
    return placed, rejects


def strange_settlements(placed: Sequence[Placed], known: Mapping[str, Team]) -> tuple[tuple[str, int], ...]:
    """Settlements that no team of their municipality has in its area; none where no area is written down."""
    areas: dict[str, str] = {}
    for team in known.values():
        areas[team.municipality] = f"{areas.get(team.municipality, '')} {team.area.casefold()}"
    counts = Counter(
        one.row.settlement
        for one in placed
        if areas[one.team.municipality].strip() and one.row.settlement.casefold() not in areas[one.team.municipality]
    )
    return tuple(counts.most_common())


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
