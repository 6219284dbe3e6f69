"""The figures of the charts, added up here by week, team and step: what is read is what is drawn, not every visit.

What a newcomer gets wrong: a chart is for one person, so only what `visible_to` gives them is counted, also of a season
that has ended: the cases that are theirs now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework.calendar import midnight
from casework.catalogue import Catalogue
from casework.charts import Course, Owed, TeamWeeks, Week
from casework.records import CORRECTION, Person
from storage.database import Tx, to_micros

_SEEN = "SELECT 1 FROM visible_to v WHERE v.case_id = w.case_id AND v.person_id = :me"
_VISITS = f"FROM week k JOIN visit w ON w.visited_on BETWEEN k.first AND k.last WHERE EXISTS ({_SEEN})"
"""The visits of each week, found by their day: those of other seasons are not looked at."""


_FIRST_VISITS = """
SELECT k.n, count(*) AS cases
  FROM (SELECT w.case_id, min(w.visited_on) AS day FROM visit w
         WHERE w.visited_on BETWEEN :first AND :last AND +w.case_id IN (SELECT id FROM caseload)
         GROUP BY w.case_id) f
  JOIN week k ON f.day BETWEEN k.first AND k.last
 GROUP BY k.n
"""
"""The signs keep the index by case out of it, by which the visits of all years would be read."""

_RETURNS = """
SELECT k.n, count(*) AS cases
  FROM (SELECT min(m.id) AS id FROM transition m
         WHERE m.status = :status AND m.was <> :status AND m.at >= :since AND m.at < :until
           AND coalesce((SELECT n.cause FROM transition n
                          WHERE n.case_id = m.case_id AND n.id > m.id AND n.status <> :status AND n.at < :until
                          ORDER BY n.id LIMIT 1), '') <> :correction
           AND +m.case_id IN (SELECT id FROM caseload)
         GROUP BY m.case_id) f
  JOIN transition m ON m.id = f.id JOIN week k ON m.at >= k.since AND m.at < k.until
 GROUP BY k.n
"""
"""The same signs. What a correction took back next was a mistake, not a return."""


async def course(tx: Tx, me: Person, book: Catalogue, weeks: Sequence[Week], zone: ZoneInfo) -> Course:
    """Counted as the season report does (`casework/season.py`): cases that were open at any time, returned children."""
    caseload, values = _caseload(me, book, weeks, zone)
    cases = await tx.one(f"{caseload} SELECT count(*) AS n FROM caseload", **values)
    visited = await tx.rows(caseload + _FIRST_VISITS, **values)
    status = book.retention.status
    returned = await tx.rows(caseload + _RETURNS, **values, status=status, correction=CORRECTION)
    return Course(cases["n"], *({row["n"]: row["cases"] for row in rows} for rows in (visited, returned)))


def _caseload(me: Person, book: Catalogue, weeks: Sequence[Week], zone: ZoneInfo) -> tuple[str, dict[str, Any]]:
    """The cases of a season, as the beginning of a statement, and its values."""
    closed = {f"closed{n}": code for n, code in enumerate(one.code for one in book.statuses.values() if one.closed)}
    among = ", ".join(f":{name}" for name in closed) or "NULL"
    statement = (
        f"{with_weeks(weeks, zone)}, caseload AS (SELECT c.id FROM child_case c "
        "JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me WHERE c.created_at < :until "
        "AND coalesce((SELECT m.status FROM transition m WHERE m.case_id = c.id AND m.at < :since "
        f"ORDER BY m.id DESC LIMIT 1), '') NOT IN ({among}))"
    )
    whole = Week(weeks[0].first, weeks[-1].last)
    since, until = moments(whole, zone)
    days = {"first": whole.first.isoformat(), "last": whole.last.isoformat()}
    return statement, {"me": me.id, "since": since, "until": until, **days, **closed}


async def outcomes(tx: Tx, me: Person, weeks: Sequence[Week], zone: ZoneInfo) -> dict[tuple[int, str], int]:
    """How many visits, by number of the week and outcome."""
    rows = await tx.rows(
        f"{with_weeks(weeks, zone)} SELECT k.n, w.outcome, count(*) AS visits {_VISITS} GROUP BY k.n, w.outcome",
        me=me.id,
    )
    return {(row["n"], row["outcome"]): row["visits"] for row in rows}


async def teams(tx: Tx, me: Person, weeks: Sequence[Week], zone: ZoneInfo, today: date) -> list[TeamWeeks]:
    """Those that have a case or a visit, by municipality and name; visits without a team come last."""
    made: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for row in await tx.rows(
        f"{with_weeks(weeks, zone)} SELECT k.n, coalesce(w.team_id, 0) AS team, count(*) AS visits {_VISITS} "
        "GROUP BY k.n, w.team_id",
        me=me.id,
    ):
        made[row["team"]][row["n"]] = row["visits"]
    rows = await tx.rows(
        "SELECT t.id, t.name, count(CASE WHEN c.due_on < :today THEN 1 END) AS overdue, count(c.id) AS cases "
        "FROM team t LEFT JOIN (child_case c JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me) "
        "ON c.team_id = t.id AND c.due_on IS NOT NULL GROUP BY t.id ORDER BY t.municipality, t.name",
        me=me.id,
        today=today.isoformat(),
    )
    told = [(row["id"], row["name"], row["overdue"]) for row in rows if row["cases"] or row["id"] in made]
    without = [(0, "", 0)] if 0 in made else []
    numbers = range(len(weeks))
    return [
        TeamWeeks(name, overdue, tuple(made[team].get(n, 0) for n in numbers)) for team, name, overdue in told + without
    ]


async def overdue(tx: Tx, me: Person, today: date) -> list[Owed]:
    rows = await tx.rows(
        "SELECT c.next_step, c.due_on, count(*) AS cases FROM child_case c "
        "JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me WHERE c.due_on < :today "
        "GROUP BY c.next_step, c.due_on",
        me=me.id,
        today=today.isoformat(),
    )
    return [Owed(row["next_step"], date.fromisoformat(row["due_on"]), row["cases"]) for row in rows]


def with_weeks(weeks: Iterable[Week], zone: ZoneInfo) -> str:
    """The weeks as a table: their days, and the moments at which they begin and have ended."""
    rows = (
        "({}, '{}', '{}', {}, {})".format(n, week.first.isoformat(), week.last.isoformat(), *moments(week, zone))
        for n, week in enumerate(weeks)
    )
    return f"WITH week (n, first, last, since, until) AS (VALUES {', '.join(rows)})"


def moments(week: Week, zone: ZoneInfo) -> tuple[int, int]:
    """When it begins, and when it has ended."""
    return to_micros(midnight(week.first, zone)), to_micros(midnight(week.last + timedelta(days=1), zone))
