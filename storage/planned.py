"""Who goes where with whom: what was planned for a day, and who was there the last time.

What a newcomer gets wrong: a plan keeps whom it named, and is read without those who are away that day, work with us no
longer or have left the team.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework.brief import Going, Named, Place, Promised
from casework.records import Case, Person
from storage import audit, cases, people
from storage.database import Tx, in_list, to_micros

_OF_TEAM = (
    "p.active = 1 AND p.accepted_at IS NOT NULL AND EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id "
    "AND m.until IS NULL AND m.team_id = {team}) AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.person_id = p.id "
    "AND a.state IN ('planned', 'now') AND a.from_on <= :day AND a.until_on >= :day)"
)
"""Of a person `p`: whether they are of the team, and there that day."""


@dataclass(frozen=True)
class Made:
    """What is planned for a place, and by whom last."""

    going: Going
    made_by: int


@dataclass(frozen=True)
class Waiting:
    """A settlement of a team with so many visits that are due by that day."""

    day: date
    team_id: int
    place: str
    visits: int


async def on(tx: Tx, day: date, team_ids: Collection[int] | None = None) -> list[Made]:
    """By team and place; of all teams without `team_ids`."""
    of_teams = "" if team_ids is None else f"AND n.team_id IN ({in_list(team_ids)}) "
    rows = await tx.rows(
        "SELECT n.team_id, n.place, p.id, p.name, n.made_by FROM plan n "
        f"JOIN person p ON p.id = n.person_id WHERE n.day = :day {of_teams}"
        f"AND {_OF_TEAM.format(team='n.team_id')} ORDER BY n.team_id, n.place, p.name, p.id",
        day=day.isoformat(),
    )
    found: dict[Place, list[Named]] = defaultdict(list)
    by: dict[Place, int] = {}
    for row in rows:
        found[row["team_id"], row["place"]].append((row["id"], row["name"]))
        by[row["team_id"], row["place"]] = row["made_by"]
    return [Made(Going(place, tuple(own)), by[place]) for place, own in found.items()]


async def put(
    tx: Tx, me: Person, day: date, place: Place, person_ids: Iterable[int], *, today: date, now: datetime
) -> None:
    """In place of what was planned there for that day; nobody means that nothing is. Days that have passed go."""
    team_id, settlement = place
    at = {"day": day.isoformat(), "team": team_id, "place": settlement}
    await tx.run("DELETE FROM plan WHERE day < :today", today=today.isoformat())
    await tx.run("DELETE FROM plan WHERE day = :day AND team_id = :team AND place = :place", **at)
    await tx.many(
        "INSERT INTO plan (day, team_id, place, person_id, made_by, made_at) "
        "VALUES (:day, :team, :place, :person, :me, :now)",
        [{**at, "person": one, "me": me.id, "now": to_micros(now)} for one in person_ids],
    )
    await audit.note(tx, now, me.id, "planned who goes", detail=f"team {team_id}, {day.isoformat()}")


async def present(tx: Tx, team_id: int, day: date) -> list[tuple[int, str]]:
    """Who of the team is there that day, number and name, by name."""
    rows = await tx.rows(
        f"SELECT p.id, p.name FROM person p WHERE {_OF_TEAM.format(team=':team')} ORDER BY p.name, p.id",
        team=team_id,
        day=day.isoformat(),
    )
    return [(row["id"], row["name"]) for row in rows]


async def waiting(tx: Tx, me: Person, steps: Sequence[str], days: Sequence[date]) -> list[Waiting]:
    """Where visits of the person's teams are due by each of the days, day by day, by settlement."""
    named = {f"s{n}": step for n, step in enumerate(steps)}
    found = []
    for day in days:
        rows = await tx.rows(
            "SELECT c.team_id, coalesce(nullif(c.settlement, ''), c.municipality) AS place, "
            "count(*) AS visits FROM child_case c JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me "
            "WHERE c.due_on <= :day AND c.waits_for IS NULL "
            f"AND c.next_step IN ({', '.join(f':{name}' for name in named) or 'NULL'}) GROUP BY 1, 2 ORDER BY 2, 1",
            me=me.id,
            day=day.isoformat(),
            **named,
        )
        found += [Waiting(day, row["team_id"], row["place"], row["visits"]) for row in rows]
    return found


async def owed_at(tx: Tx, today: date, going: Collection[Going]) -> list[Case]:
    """For the schedule, not for a person: all that the teams owe who are planned to go somewhere."""
    if not going:
        return []
    teams = in_list(sorted({one.place[0] for one in going}))
    rows = await tx.rows(
        f"SELECT id FROM child_case WHERE due_on <= :today AND team_id IN ({teams})", today=today.isoformat()
    )
    return await cases.among(tx, [row["id"] for row in rows])


async def promised(tx: Tx, first: date, last: date) -> list[Promised]:
    """For the schedule, not for a person: what the last visit of an open case was promised for one of these days. Not
    what was put off since, nor what waits for an institution."""
    rows = await tx.rows(
        "SELECT w.case_id, w.outcome, w.reporter_id FROM visit w JOIN child_case c ON c.id = w.case_id "
        "WHERE w.promised_on BETWEEN :first AND :last AND c.due_on IS NOT NULL AND c.waits_for IS NULL "
        "AND c.postponed = 0 AND w.id = (SELECT max(n.id) FROM visit n WHERE n.case_id = w.case_id)",
        first=first.isoformat(),
        last=last.isoformat(),
    )
    told = {row["case_id"]: row for row in rows}
    found = await cases.among(tx, told) if told else []
    return [Promised(case, told[case.id]["outcome"], told[case.id]["reporter_id"]) for case in found]


async def together(tx: Tx, case_ids: Collection[int]) -> dict[Place, tuple[Named, ...]]:
    """For the schedule, not for a person: who was at each place of these cases the last time."""
    if not case_ids:
        return {}
    rows = await tx.rows(
        "SELECT c.team_id, coalesce(nullif(c.settlement, ''), c.municipality) AS place, w.report FROM child_case c "
        "JOIN visit w ON w.id = (SELECT max(n.id) FROM visit n WHERE n.case_id = c.id) "
        f"WHERE c.id IN ({in_list(case_ids)}) ORDER BY w.visited_on, w.id"
    )
    went = {(row["team_id"], row["place"]): json.loads(row["report"])["went"] for row in rows}
    names = await people.named(tx, {one for own in went.values() for one in own})
    return {place: tuple((one, names[one][0]) for one in own if one in names) for place, own in went.items()}
