"""Cases by municipality and team, as a coordinator walks from the whole to one case: one statement a screen.

What a newcomer gets wrong: the figures are of open cases and of the visits of this week, so what they cost follows the
work of the day and not the years behind it.
"""

from __future__ import annotations

from datetime import date

from casework.areas import Area, Figures
from casework.records import REGIONAL, Case, Person
from storage import cases
from storage.database import Tx

_SEEN = "EXISTS (SELECT 1 FROM visible_to v WHERE v.case_id = c.id AND v.person_id = :me)"
_VISITED = "(SELECT DISTINCT case_id FROM visit WHERE visited_on BETWEEN :since AND :today)"
"""First of all, or the visits of all years would be looked through for the cases of a municipality."""
_LONGEST_FIRST = "c.due_on, c.prefix, c.running"
Listed = tuple[list[Case], int]
"""A page, and how many there are on all of them."""


async def figures(tx: Tx, me: Person, since: date, today: date) -> list[Area]:
    """Of every team within reach, and of the cases without one; by municipality and team, those without one last."""
    # One condition or none: an OR would keep the index out of it.
    of_cases, of_teams = ("", "") if me.role == REGIONAL else (
        "AND c.municipality = :municipality", "WHERE t.municipality = :municipality"
    )  # fmt: skip
    within = {} if me.role == REGIONAL else {"municipality": me.municipality}
    rows = await tx.rows(
        "SELECT f.municipality, coalesce(f.team_id, 0) AS team_id, coalesce(t.name, '') AS team, sum(f.open) AS open, "
        "sum(f.overdue) AS overdue, sum(f.visited) AS visited FROM ("
        "SELECT c.municipality, c.team_id, count(*) AS open, count(CASE WHEN c.due_on < :today THEN 1 END) AS overdue, "
        f"0 AS visited FROM child_case c WHERE c.due_on IS NOT NULL {of_cases} AND {_SEEN} "
        "GROUP BY c.municipality, c.team_id "
        f"UNION ALL SELECT c.municipality, c.team_id, 0, 0, count(*) FROM {_VISITED} d "
        f"JOIN child_case c ON c.id = d.case_id WHERE {_SEEN} {of_cases} GROUP BY c.municipality, c.team_id "
        f"UNION ALL SELECT t.municipality, t.id, 0, 0, 0 FROM team t {of_teams}"
        ") f LEFT JOIN team t ON t.id = f.team_id GROUP BY f.municipality, f.team_id, t.name "
        "ORDER BY f.municipality, f.team_id IS NULL, t.name",
        me=me.id,
        today=today.isoformat(),
        since=since.isoformat(),
        **within,
    )
    return [
        Area(row["municipality"], row["team_id"], row["team"], Figures(row["open"], row["overdue"], row["visited"]))
        for row in rows
    ]


async def overdue(tx: Tx, me: Person, today: date, *, offset: int, limit: int) -> Listed:
    """The longest first."""
    values = {"today": today.isoformat()}
    return await cases.page(tx, me, "c.due_on < :today", values, _LONGEST_FIRST, offset, limit)


async def of_team(tx: Tx, me: Person, team_id: int, *, offset: int, limit: int) -> Listed:
    """Open ones: the longest overdue first, then as they fall due."""
    where = "c.team_id = :team AND c.due_on IS NOT NULL"
    return await cases.page(tx, me, where, {"team": team_id}, _LONGEST_FIRST, offset, limit)


async def of_no_team(tx: Tx, me: Person, municipality: str, *, offset: int, limit: int) -> Listed:
    """Of a municipality, in the same order."""
    where = "c.team_id IS NULL AND c.municipality = :place AND c.due_on IS NOT NULL"
    return await cases.page(tx, me, where, {"place": municipality}, _LONGEST_FIRST, offset, limit)
