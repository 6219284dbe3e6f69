"""Teams: who covers which part of which municipality."""

from __future__ import annotations

from casework.records import Team
from storage.database import Tx


async def put(tx: Tx, name: str, municipality: str, area: str) -> bool:
    """Adds the team or brings it up to date; True when anything changed."""
    row = await tx.row(
        "INSERT INTO team (name, municipality, area) VALUES (:name, :municipality, :area) "
        "ON CONFLICT (name) DO UPDATE SET municipality = :municipality, area = :area "
        "WHERE municipality <> :municipality OR area <> :area RETURNING id",
        name=name,
        municipality=municipality,
        area=area,
    )
    return row is not None


async def by_name(tx: Tx) -> dict[str, Team]:
    """All teams by their name in small letters."""
    rows = await tx.rows("SELECT id, name, municipality, area FROM team ORDER BY name")
    return {row["name"].casefold(): Team(**dict(row)) for row in rows}
