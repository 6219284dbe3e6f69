"""Teams: who covers which part of which municipality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.records import REGIONAL, Person, Team
from storage import audit
from storage.database import Tx, to_micros

_PUT = (
    "INSERT INTO team (name, municipality, area) VALUES (:name, :municipality, :area) "
    "ON CONFLICT (name) DO UPDATE SET municipality = :municipality, area = :area "
    "WHERE team.municipality <> :municipality OR team.area <> :area"
)


async def put(tx: Tx, name: str, municipality: str, area: str) -> bool:
    """Adds the team or brings it up to date; True when anything changed."""
    return await tx.row(f"{_PUT} RETURNING id", name=name, municipality=municipality, area=area) is not None


async def put_all(tx: Tx, named: Sequence[tuple[str, str, str]]) -> None:
    """Adds or brings up to date `(name, municipality, area)`."""
    await tx.many(_PUT, [{"name": name, "municipality": place, "area": area} for name, place, area in named])


async def by_name(tx: Tx) -> dict[str, Team]:
    """All teams by their name in small letters."""
    rows = await tx.rows("SELECT id, name, municipality, area FROM team ORDER BY name")
    return {row["name"].casefold(): Team(**dict(row)) for row in rows}


@dataclass(frozen=True)
class Load:
    """A team and how many open cases it has."""

    team: Team
    open: int


async def loads(tx: Tx, me: Person) -> list[Load]:
    """The teams to which a coordinator gives work, by municipality and name: of the own one, or of all."""
    rows = await tx.rows(
        "SELECT t.id, t.name, t.municipality, t.area, count(c.id) AS open FROM team t "
        "LEFT JOIN child_case c ON c.team_id = t.id AND c.due_on IS NOT NULL "
        "AND c.id IN (SELECT v.case_id FROM visible_to v WHERE v.person_id = :me) "
        "WHERE :everywhere = 1 OR t.municipality = :municipality GROUP BY t.id ORDER BY t.municipality, t.name",
        me=me.id,
        everywhere=me.role == REGIONAL,
        municipality=me.municipality,
    )
    return [Load(Team(row["id"], row["name"], row["municipality"], row["area"]), row["open"]) for row in rows]


async def every(tx: Tx) -> list[Team]:
    """By municipality and name."""
    return sorted((await by_name(tx)).values(), key=lambda team: (team.municipality, team.name))


async def join(tx: Tx, me: Person, person_id: int, team: Team, now: datetime) -> None:
    """From now on also of that team; somebody who is already stays so."""
    await tx.run(
        "INSERT INTO membership (person_id, team_id, since) VALUES (:person, :team, :now) ON CONFLICT DO NOTHING",
        person=person_id,
        team=team.id,
        now=to_micros(now),
    )
    await audit.note(tx, now, me.id, "put into a team", detail=f"person {person_id}, team {team.id}")


async def leave(tx: Tx, me: Person, person_id: int, team: Team, now: datetime) -> None:
    """No longer of that team; what they did there stays its work."""
    await tx.run(
        "UPDATE membership SET until = :now WHERE person_id = :person AND team_id = :team AND until IS NULL",
        person=person_id,
        team=team.id,
        now=to_micros(now),
    )
    tx.touch(f"person {person_id}")
    await audit.note(tx, now, me.id, "took out of a team", detail=f"person {person_id}, team {team.id}")
