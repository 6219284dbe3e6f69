"""Who may be told something now: active, has accepted the note, is not away, and can be reached somewhere.

What a newcomer gets wrong: nobody here asks for everybody, for nine of ten go to the doors and mostly nothing is to be
told to them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from casework.escalation import Roster
from casework.records import INSTITUTION, LEADER, MUNICIPAL, REGIONAL, Person
from storage.absences import NOT_AWAY
from storage.database import Tx, in_list
from storage.people import REACHED, get, those

ON_DUTY = f"{REACHED} AND {NOT_AWAY}"
"""Of a person `p`."""


async def on_duty(tx: Tx, ids: Collection[int]) -> list[Person]:
    """Of these, oldest first."""
    return await those(tx, f"{ON_DUTY} AND p.id IN ({in_list(ids)})") if ids else []


async def at_institution(tx: Tx, institution: str) -> list[Person]:
    """Who of them is asked by the teams there."""
    return await those(
        tx, f"{ON_DUTY} AND p.role = :role AND p.institution = :institution", role=INSTITUTION, institution=institution
    )


async def answering(tx: Tx, teams: Collection[int] = (), ids: Collection[int] = ()) -> list[Person]:
    """Who of them holds a rung above the doors or stands in for somebody, one of ten, and with them whoever is in these
    teams or among these people."""
    return await those(
        tx,
        f"{ON_DUTY} AND p.id IN (SELECT r.id FROM person r WHERE r.role IN (:leader, :municipal, :regional) "
        f"OR r.id IN ({in_list(ids)}) UNION SELECT s.deputy_id FROM stands_in s "
        f"UNION SELECT k.person_id FROM membership k WHERE k.team_id IN ({in_list(teams)}) AND k.until IS NULL)",
        leader=LEADER,
        municipal=MUNICIPAL,
        regional=REGIONAL,
    )


async def roster(tx: Tx, here: Sequence[Person]) -> Roster:
    """Who is told of what is owed, with those who stand in for somebody; `here` are those who can be told."""
    present = {one.id: one for one in here}
    rows = await tx.rows("SELECT person_id, deputy_id FROM stands_in ORDER BY person_id")
    away = [(await get(tx, row["person_id"]), present.get(row["deputy_id"])) for row in rows]
    return Roster(list(present.values()), [(whose, told) for whose, told in away if whose and whose.active and told])


async def leading(tx: Tx) -> Roster:
    """For whoever asks who holds a rung above those who go to the doors."""
    return await roster(tx, await answering(tx))


async def leaders(tx: Tx, team_id: int) -> list[Person]:
    """Who is told what is for the leaders of the team, by name: they, or whoever of the team stands in for them."""
    return await those(
        tx,
        f"{ON_DUTY} AND p.id IN (SELECT k.person_id FROM membership k WHERE k.team_id = :team AND k.until IS NULL) "
        "AND p.id IN (SELECT coalesce(s.deputy_id, l.id) FROM membership k JOIN person l ON l.id = k.person_id "
        "AND l.active = 1 AND l.role = :leader LEFT JOIN stands_in s ON s.person_id = l.id "
        "WHERE k.team_id = :team AND k.until IS NULL)",
        "p.name, p.id",
        team=team_id,
        leader=LEADER,
    )


async def instead_of(tx: Tx, person_id: int) -> Person | None:
    """Who is told what is for this person: they, or whoever stands in for them; None when nobody can be."""
    found = await those(
        tx,
        f"{ON_DUTY} AND p.id = coalesce((SELECT s.deputy_id FROM stands_in s WHERE s.person_id = :id), :id)",
        id=person_id,
    )
    return next(iter(found), None)


async def coordinators(tx: Tx) -> list[Person]:
    """Those of them who coordinate."""
    return await those(tx, f"{ON_DUTY} AND p.role IN (:municipal, :regional)", municipal=MUNICIPAL, regional=REGIONAL)


async def region(tx: Tx) -> list[Person]:
    """Those of them who coordinate all of it."""
    return await those(tx, f"{ON_DUTY} AND p.role = :regional", regional=REGIONAL)


async def coordinator_of(tx: Tx, person_id: int) -> Person | None:
    """Who looks after somebody and can be told: the municipal coordinator, else the regional one."""
    return next(iter(await overseers(tx, person_id)), None)


async def overseers(tx: Tx, person_id: int) -> list[Person]:
    """All who look after somebody and can be told, or stand in for one who does; municipal coordinators first."""
    return await those(
        tx,
        f"{ON_DUTY} AND p.id IN (SELECT coalesce(s.deputy_id, o.overseer_id) FROM overseen_by o "
        "LEFT JOIN stands_in s ON s.person_id = o.overseer_id WHERE o.person_id = :person)",
        "p.role = :regional, p.id",
        person=person_id,
        regional=REGIONAL,
    )
