"""What a coordinator told many at once: to whom it went, who could not be reached, and who has read it.

Only people somebody looks after (`overseen_by`) can be told by them, and only the sender sees who has read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.records import Person, Team
from storage import audit
from storage.database import Row, Tx, to_micros

_READERS = (
    "SELECT p.id, EXISTS (SELECT 1 FROM identity r WHERE r.person_id = p.id AND r.reachable = 1) AS reached "
    "FROM overseen_by o JOIN person p ON p.id = o.person_id AND p.accepted_at IS NOT NULL "
    "LEFT JOIN membership m ON m.person_id = p.id AND m.until IS NULL LEFT JOIN team t ON t.id = m.team_id "
    "WHERE o.overseer_id = :me"
)
_SENT = (
    "SELECT a.id, a.text, a.reminded_at IS NOT NULL AS reminded, count(*) AS readers, "
    "count(d.read_at) AS read, count(CASE WHEN d.reached = 0 THEN 1 END) AS unreached "
    "FROM announcement a JOIN announced_to d ON d.announcement_id = a.id WHERE a.sender_id = :me"
)
_UNREAD = (
    "SELECT p.id, p.name FROM announced_to d JOIN person p ON p.id = d.person_id AND p.active = 1 "
    "WHERE d.announcement_id = :id AND d.read_at IS NULL AND d.reached = 1 ORDER BY p.name, p.id"
)


@dataclass(frozen=True)
class Audience:
    """Everybody somebody looks after, or of them these roles, the teams of one municipality, or one team."""

    roles: tuple[str, ...] = ()
    municipality: str = ""
    team_id: int | None = None


@dataclass(frozen=True)
class Reach:
    """Whom one may choose among."""

    teams: list[Team]
    municipalities: list[str]


@dataclass(frozen=True)
class Reader:
    person_id: int
    reached: bool


@dataclass(frozen=True)
class Sent:
    id: int
    text: str
    reminded: bool
    readers: int
    read: int
    unreached: int


async def reach(tx: Tx, me: Person) -> Reach:
    rows = await tx.rows(
        "SELECT DISTINCT t.id, t.name, t.municipality, t.area FROM overseen_by o "
        "JOIN membership m ON m.person_id = o.person_id AND m.until IS NULL JOIN team t ON t.id = m.team_id "
        "WHERE o.overseer_id = :me ORDER BY t.name",
        me=me.id,
    )
    found = [Team(**dict(row)) for row in rows]
    return Reach(found, sorted({team.municipality for team in found}))


async def readers(tx: Tx, me: Person, audience: Audience) -> list[Reader]:
    """Each once, also who is in two teams."""
    roles = {f"r{number}": role for number, role in enumerate(audience.roles)}
    among = f" AND p.role IN ({', '.join(f':{name}' for name in roles) or 'NULL'})" if roles else ""
    rows = await tx.rows(
        f"{_READERS}{among} AND (:place = '' OR t.municipality = :place) AND (:team IS NULL OR t.id = :team) "
        "GROUP BY p.id ORDER BY p.id",
        me=me.id,
        place=audience.municipality,
        team=audience.team_id,
        **roles,
    )
    return [Reader(row["id"], bool(row["reached"])) for row in rows]


async def counts(tx: Tx, me: Person, audience: Audience) -> tuple[int, int]:
    """How many readers there are, and how many of them cannot be reached now."""
    found = await readers(tx, me, audience)
    return len(found), sum(not one.reached for one in found)


async def send(tx: Tx, me: Person, text: str, to: list[Reader], now: datetime) -> int:
    row = await tx.one(
        "INSERT INTO announcement (sender_id, text, sent_at) VALUES (:me, :text, :now) RETURNING id",
        me=me.id,
        text=text,
        now=to_micros(now),
    )
    await tx.many(
        "INSERT INTO announced_to (announcement_id, person_id, reached) VALUES (:id, :person, :reached)",
        [{"id": row["id"], "person": one.person_id, "reached": int(one.reached)} for one in to],
    )
    await audit.note(tx, now, me.id, "announced", detail=f"announcement {row['id']}, {len(to)} readers")
    return int(row["id"])


async def last_of(tx: Tx, me: Person, limit: int) -> list[Sent]:
    """Newest first."""
    rows = await tx.rows(f"{_SENT} GROUP BY a.id ORDER BY a.id DESC LIMIT :limit", me=me.id, limit=limit)
    return [_sent(row) for row in rows]


async def get(tx: Tx, me: Person, announcement_id: int) -> Sent | None:
    """For its sender."""
    row = await tx.row(f"{_SENT} AND a.id = :id GROUP BY a.id", me=me.id, id=announcement_id)
    return _sent(row) if row else None


async def unread(tx: Tx, announcement_id: int) -> list[tuple[int, str]]:
    """Who got it, is still here and has not read it: id and name, by name."""
    return [(row["id"], row["name"]) for row in await tx.rows(_UNREAD, id=announcement_id)]


async def read(tx: Tx, me: Person, announcement_id: int, now: datetime) -> bool:
    """False for whom it was not meant for. Said twice, the first time counts."""
    row = await tx.row(
        "UPDATE announced_to SET read_at = coalesce(read_at, :now) "
        "WHERE announcement_id = :id AND person_id = :me RETURNING read_at",
        id=announcement_id,
        me=me.id,
        now=to_micros(now),
    )
    if row and row["read_at"] == to_micros(now):
        await audit.note(tx, now, me.id, "read an announcement", detail=f"announcement {announcement_id}")
    return row is not None


async def remind(tx: Tx, me: Person, announcement_id: int, now: datetime) -> bool:
    """True the first time, for its sender."""
    row = await tx.row(
        "UPDATE announcement SET reminded_at = :now WHERE id = :id AND sender_id = :me AND reminded_at IS NULL "
        "RETURNING id",
        id=announcement_id,
        me=me.id,
        now=to_micros(now),
    )
    if row:
        await audit.note(tx, now, me.id, "reminded", detail=f"announcement {announcement_id}")
    return row is not None


def _sent(row: Row) -> Sent:
    return Sent(row["id"], row["text"], bool(row["reminded"]), row["readers"], row["read"], row["unreached"])
