"""Who is away from when until when, and who stands in for them.

What a newcomer gets wrong: somebody is away while a row says so (`now`), not while a day lies between two others. The
schedule turns the rows (`turn`), so that every query can ask it without knowing what day it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from casework.records import INSTITUTION, LEADER, MEMBER, MUNICIPAL, REGIONAL, Person
from storage import audit
from storage.database import Row, Tx, to_micros

PLANNED, NOW, RETURNED, OVER = "planned", "now", "returned", "over"
"""What becomes of one: it is to come, it is now, its last day has passed, and everybody knows."""
_ABSENCE = (
    "SELECT a.id, a.person_id, p.name, a.deputy_id, coalesce(d.name, '') AS deputy, a.from_on, a.until_on, a.state "
    "FROM absence a JOIN person p ON p.id = a.person_id LEFT JOIN person d ON d.id = a.deputy_id"
)
AWAY = "(SELECT w.person_id FROM absence w WHERE w.state = 'now')"
NOT_AWAY = f"p.id NOT IN {AWAY}"
"""Of a person `p`."""


@dataclass(frozen=True)
class Absence:
    """Local days, both included. Nobody stands in when `deputy_id` is None."""

    id: int
    person_id: int
    name: str
    deputy_id: int | None
    deputy: str
    from_on: date
    until_on: date
    state: str


async def make(
    tx: Tx, me: Person, person_id: int, from_on: date, until_on: date, deputy_id: int | None, *,
    today: date, now: datetime,
) -> Absence:  # fmt: skip
    """One that shares a day with another takes its place. One that begins today, or began, is now."""
    await tx.run(
        "UPDATE absence SET state = :over, ended_at = :now WHERE person_id = :person AND state IN (:planned, :running) "
        "AND from_on <= :until AND until_on >= :from_on",
        over=OVER,
        now=to_micros(now),
        person=person_id,
        planned=PLANNED,
        running=NOW,
        until=until_on.isoformat(),
        from_on=from_on.isoformat(),
    )
    row = await tx.one(
        "INSERT INTO absence (person_id, deputy_id, from_on, until_on, made_by, made_at, state) "
        "VALUES (:person, :deputy, :from_on, :until, :me, :now, :state) RETURNING id",
        person=person_id,
        deputy=deputy_id,
        from_on=from_on.isoformat(),
        until=until_on.isoformat(),
        me=me.id,
        now=to_micros(now),
        state=NOW if from_on <= today else PLANNED,
    )
    await _touched(tx, person_id)
    await audit.note(tx, now, me.id, "said who is away", detail=f"absence {row['id']}, person {person_id}")
    return await _one(tx, row["id"])


async def _touched(tx: Tx, person_id: int) -> None:
    """What they are told, and what others are told of their absences, may hold no more."""
    tx.touch(f"person {person_id}")
    for row in await tx.rows("SELECT id FROM absence WHERE person_id = :person", person=person_id):
        tx.touch(f"absence {row['id']}")


async def _one(tx: Tx, absence_id: int) -> Absence:
    return _absence(await tx.one(f"{_ABSENCE} WHERE a.id = :id", id=absence_id))


async def get(tx: Tx, absence_id: int) -> Absence | None:
    row = await tx.row(f"{_ABSENCE} WHERE a.id = :id", id=absence_id)
    return _absence(row) if row else None


async def running(tx: Tx) -> list[Absence]:
    """Everybody's that is now."""
    rows = await tx.rows(f"{_ABSENCE} WHERE a.state = :running ORDER BY a.from_on, a.id", running=NOW)
    return [_absence(row) for row in rows]


async def of(tx: Tx, person_id: int) -> list[Absence]:
    """That is now or to come, the first one first."""
    return await _found(tx, "a.person_id = :person AND a.state IN (:planned, :running)", person=person_id)


async def stood_in_by(tx: Tx, person_id: int) -> list[Absence]:
    """In which the person stands in for somebody, now or later."""
    return await _found(tx, "a.deputy_id = :person AND a.state IN (:planned, :running)", person=person_id)


async def _found(tx: Tx, where: str, *, person: int) -> list[Absence]:
    rows = await tx.rows(
        f"{_ABSENCE} WHERE {where} ORDER BY a.from_on, a.id", person=person, planned=PLANNED, running=NOW
    )
    return [_absence(row) for row in rows]


async def end(tx: Tx, me: Person, absence_id: int, now: datetime) -> Absence | None:
    """Undone before its last day; None when that has been done."""
    row = await tx.row(
        "UPDATE absence SET state = :over, ended_at = :now WHERE id = :id AND state IN (:planned, :running) "
        "RETURNING id",
        over=OVER,
        now=to_micros(now),
        id=absence_id,
        planned=PLANNED,
        running=NOW,
    )
    if row is None:
        return None
    tx.touch(f"absence {absence_id}")
    await audit.note(tx, now, me.id, "ended an absence", detail=f"absence {absence_id}")
    return await _one(tx, absence_id)


async def turn(tx: Tx, today: date) -> None:
    """Those whose last day has passed are over, and then those begin whose first day has come."""
    await tx.run(
        "UPDATE absence SET state = :returned WHERE state IN (:planned, :running) AND until_on < :today",
        returned=RETURNED,
        planned=PLANNED,
        running=NOW,
        today=today.isoformat(),
    )
    begun = await tx.rows(
        "UPDATE absence SET state = :running WHERE state = :planned AND from_on <= :today RETURNING person_id",
        running=NOW,
        planned=PLANNED,
        today=today.isoformat(),
    )
    for row in begun:
        await _touched(tx, row["person_id"])


async def returned(tx: Tx) -> list[Absence]:
    """Those whose last day has passed since this was asked before."""
    rows = await tx.rows(
        "UPDATE absence SET state = :over WHERE state = :returned RETURNING id", over=OVER, returned=RETURNED
    )
    return [await _one(tx, row["id"]) for row in rows]


async def was_away(tx: Tx, person_id: int, day: date, moment: datetime) -> bool:
    """Whether somebody who is here now was away at that moment of the day, which is one of their own clock.

    What nobody has ended lasts its whole last day there, whenever the schedule turned it.
    """
    row = await tx.one(
        "SELECT count(*) AS n FROM absence WHERE person_id = :person AND from_on <= :day AND until_on >= :day "
        "AND made_at <= :moment AND coalesce(ended_at, :moment + 1) > :moment",
        person=person_id,
        day=day.isoformat(),
        moment=to_micros(moment),
    )
    return bool(row["n"])


_OF_A_TEAM = (
    "p.role IN ('leader', 'member') AND EXISTS (SELECT 1 FROM membership m JOIN membership o ON o.team_id = m.team_id "
    "WHERE m.person_id = w.id AND m.until IS NULL AND o.person_id = p.id AND o.until IS NULL)"
)
_CAN_STAND_IN = {
    MEMBER: _OF_A_TEAM,
    LEADER: _OF_A_TEAM,
    MUNICIPAL: "p.role = 'region' OR p.role = 'coordinator' AND p.municipality = w.municipality",
    REGIONAL: "p.role = 'region'",
    INSTITUTION: (
        "p.role = 'institution' AND p.institution = w.institution AND p.municipality IN ('', w.municipality)"
    ),
}
"""By role, whoever may see the work of `w` already: standing in changes who is told, never who may see. Who shares one
of two teams stands in there."""


async def who_can_stand_in(tx: Tx, whose: Person) -> list[tuple[int, str]]:
    """Id and name, leaders and coordinators first, by name."""
    if whose.role not in _CAN_STAND_IN:
        return []
    rows = await tx.rows(
        f"SELECT p.id, p.name FROM person w JOIN person p ON p.id <> w.id AND ({_CAN_STAND_IN[whose.role]}) "
        "WHERE w.id = :whose AND p.active = 1 AND p.accepted_at IS NOT NULL "
        "ORDER BY p.role = :member, p.role = :region, p.name, p.id",
        whose=whose.id,
        member=MEMBER,
        region=REGIONAL,
    )
    return [(row["id"], row["name"]) for row in rows]


def _absence(row: Row) -> Absence:
    return Absence(
        row["id"], row["person_id"], row["name"], row["deputy_id"], row["deputy"], date.fromisoformat(row["from_on"]),
        date.fromisoformat(row["until_on"]), row["state"],
    )  # fmt: skip
