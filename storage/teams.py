"""Teams: who covers which part of which municipality."""

from __future__ import annotations

from collections.abc import Sequence

from casework.records import Team
from storage.database import Tx

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
