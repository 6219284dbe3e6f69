"""People whom no messenger reaches any more, for whoever looks after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.records import Person
from storage.database import Row, Tx, in_list, moment_of
from storage.people import UNREACHED


@dataclass(frozen=True)
class Unreached:
    """`place` is their teams, else their municipality; `open_cases` those that they visited last."""

    id: int
    name: str
    place: str
    since: datetime
    gone_for_good: bool
    open_cases: int


async def of(tx: Tx, me: Person, *, offset: int, limit: int) -> tuple[list[Unreached], int]:
    """The latest first, with the number of all of them."""
    rows = await tx.rows(
        "SELECT p.id, p.name, p.municipality, i.lost_at, i.lost_for_good, count(*) OVER () AS total, "
        "(SELECT count(*) FROM membership m JOIN child_case c ON c.team_id = m.team_id "
        "WHERE m.person_id = p.id AND m.until IS NULL AND c.due_on IS NOT NULL AND (SELECT w.reporter_id FROM visit w "
        "WHERE w.case_id = c.id ORDER BY w.id DESC LIMIT 1) = p.id) AS open_cases "
        # The messenger on which they were lost last says why.
        "FROM person p JOIN identity i ON i.person_id = p.id AND i.reachable = 0 AND NOT EXISTS (SELECT 1 "
        "FROM identity j WHERE j.person_id = p.id AND (j.lost_at > i.lost_at "
        "OR (j.lost_at = i.lost_at AND j.channel < i.channel))) "
        f"WHERE {UNREACHED} ORDER BY i.lost_at DESC, p.name, p.id LIMIT :limit OFFSET :offset",
        me=me.id,
        limit=limit,
        offset=offset,
    )
    teams = await _teams(tx, [row["id"] for row in rows])
    return [_unreached(row, teams) for row in rows], int(rows[0]["total"]) if rows else 0


async def _teams(tx: Tx, ids: Collection[int]) -> dict[int, list[str]]:
    rows = await tx.rows(
        "SELECT m.person_id, t.name FROM membership m JOIN team t ON t.id = m.team_id "
        f"WHERE m.person_id IN ({in_list(ids)}) AND m.until IS NULL ORDER BY m.since, t.name"
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row["person_id"]].append(row["name"])
    return found


async def count(tx: Tx, me: Person) -> int:
    row = await tx.one(f"SELECT count(*) AS n FROM person p WHERE {UNREACHED}", me=me.id)
    return int(row["n"])


def _unreached(row: Row, teams: Mapping[int, Sequence[str]]) -> Unreached:
    since = moment_of(row["lost_at"])
    place = ", ".join(teams.get(row["id"], ())) or row["municipality"]
    return Unreached(row["id"], row["name"], place, since, bool(row["lost_for_good"]), row["open_cases"])
