"""The figures of a coordinator's week and of those it is compared with, by their days: a look costs what those weeks
brought, whatever was before them.

What a newcomer gets wrong: it is for one person, so only what `visible_to` gives them is counted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from casework.calendar import local_day
from casework.catalogue import Catalogue
from casework.charts import Week
from casework.records import CORRECTION, Person
from casework.weekly import Figures, met
from storage import people
from storage.charts import moments, with_weeks
from storage.database import Tx, from_micros

_SEEN = "EXISTS (SELECT 1 FROM visible_to v WHERE v.case_id = {case} AND v.person_id = :me)"
_STANDS = (
    "coalesce((SELECT n.cause FROM transition n WHERE n.case_id = m.case_id AND n.id > m.id AND n.status <> m.status "
    "ORDER BY n.id LIMIT 1), '') <> :correction"
)
"""Of a move `m`: what a correction took back next was a mistake."""


async def figures(
    tx: Tx, me: Person, book: Catalogue, weeks: Sequence[Week], zone: ZoneInfo, outcomes: dict[tuple[int, str], int]
) -> list[Figures]:
    """Of each of the weeks. `outcomes` are its visits by number of the week and outcome."""
    moved = await _moved(tx, me, book, weeks, zone)
    promised = await _promises(tx, me, book, weeks, zone)
    first = await _first_visits(tx, me, weeks, zone)
    found = []
    for n in range(len(weeks)):
        own = {code: count for (week, code), count in outcomes.items() if week == n}
        returned, retained = (moved.get((n, status), 0) for status in (book.retention.status, book.retention.kept))
        due, kept = promised.get(n, (0, 0))
        found.append(Figures(sum(own.values()), met(book, own), returned, retained, due, kept, tuple(sorted(first[n]))))
    return found


async def _moved(
    tx: Tx, me: Person, book: Catalogue, weeks: Sequence[Week], zone: ZoneInfo
) -> dict[tuple[int, str], int]:
    rows = await tx.rows(
        f"{with_weeks(weeks, zone)} SELECT k.n, m.status, count(DISTINCT m.case_id) AS cases FROM week k "
        "JOIN transition m ON m.at >= k.since AND m.at < k.until "
        f"WHERE m.status IN (:status, :kept) AND m.was <> m.status AND {_STANDS} "
        f"AND {_SEEN.format(case='m.case_id')} GROUP BY k.n, m.status",
        me=me.id,
        status=book.retention.status,
        kept=book.retention.kept,
        correction=CORRECTION,
    )
    return {(row["n"], row["status"]): row["cases"] for row in rows}


async def _promises(
    tx: Tx, me: Person, book: Catalogue, weeks: Sequence[Week], zone: ZoneInfo
) -> dict[int, tuple[int, int]]:
    rows = await tx.rows(
        f"{with_weeks(weeks, zone)} SELECT k.n, count(DISTINCT w.case_id) AS promised, "
        "count(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM transition m WHERE m.case_id = w.case_id "
        "AND m.status = :status AND m.was <> :status AND m.at >= w.saved_at AND m.at < k.until) "
        "THEN w.case_id END) AS kept FROM week k JOIN visit w ON w.promised_on BETWEEN k.first AND k.last "
        f"WHERE {_SEEN.format(case='w.case_id')} GROUP BY k.n",
        me=me.id,
        status=book.retention.status,
    )
    return {row["n"]: (row["promised"], row["kept"]) for row in rows}


async def _first_visits(tx: Tx, me: Person, weeks: Sequence[Week], zone: ZoneInfo) -> dict[int, list[int]]:
    rows = await tx.rows(
        f"{with_weeks(weeks, zone)} SELECT k.n, min(w.visited_on) AS day, c.created_at FROM week k "
        "JOIN visit w ON w.visited_on BETWEEN k.first AND k.last JOIN child_case c ON c.id = w.case_id "
        "WHERE NOT EXISTS (SELECT 1 FROM visit n WHERE n.case_id = w.case_id AND n.visited_on < k.first) "
        f"AND {_SEEN.format(case='w.case_id')} GROUP BY k.n, c.id",
        me=me.id,
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        came = from_micros(row["created_at"])
        assert came is not None
        found[row["n"]].append(max(0, (date.fromisoformat(row["day"]) - local_day(came, zone)).days))
    return found


async def idle(tx: Tx, me: Person, week: Week) -> list[str]:
    """Teams with an open case and without a visit, by municipality and name."""
    rows = await tx.rows(
        "SELECT t.name FROM team t WHERE EXISTS (SELECT 1 FROM child_case c JOIN visible_to v ON v.case_id = c.id "
        "AND v.person_id = :me WHERE c.team_id = t.id AND c.due_on IS NOT NULL) AND t.id NOT IN "
        "(SELECT w.team_id FROM visit w WHERE w.visited_on BETWEEN :first AND :last AND w.team_id IS NOT NULL) "
        "ORDER BY t.municipality, t.name",
        me=me.id,
        first=week.first.isoformat(),
        last=week.last.isoformat(),
    )
    return [row["name"] for row in rows]


async def brought_back(tx: Tx, me: Person, book: Catalogue, week: Week, zone: ZoneInfo) -> list[str]:
    """For each child that came back: who was there at the last visit before it."""
    since, until = moments(week, zone)
    values: dict[str, Any] = {"status": book.retention.status, "correction": CORRECTION, "since": since, "until": until}
    rows = await tx.rows(
        "SELECT DISTINCT m.case_id, w.report FROM transition m JOIN visit w ON w.id = (SELECT max(n.id) FROM visit n "
        "WHERE n.case_id = m.case_id AND n.saved_at <= m.at) WHERE m.at >= :since AND m.at < :until "
        f"AND m.status = :status AND m.was <> m.status AND {_STANDS} AND {_SEEN.format(case='m.case_id')}",
        me=me.id,
        **values,
    )
    went = [one for row in rows for one in json.loads(row["report"])["went"]]
    names = await people.named(tx, set(went)) if went else {}
    return [names[one][0] for one in went if one in names]
