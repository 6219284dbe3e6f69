"""People, how they are reached, and the invitations by which they join."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casework.records import LEADER, MEMBER, Person, Team
from casework.ways import Way
from storage import audit, guesses, hours, outbox
from storage.database import Row, Tx, from_micros, to_micros
from storage.journals import Kept

_PERSON = (
    "p.id, p.name, p.role, p.language, p.institution, p.municipality, p.accepted_at, p.active, p.digest_at, "
    "p.preferred, (SELECT b.until_on FROM absence b WHERE b.person_id = p.id AND b.state = 'now') AS away_until, "
    f"p.id IN (SELECT s.deputy_id FROM stands_in s JOIN person l ON l.id = s.person_id AND l.role = '{LEADER}') "
    "AS for_leader, p.own_days, p.open_from, p.open_until, p.zone, p.on_holidays, p.paused_until, p.told_from, "
    "t.id AS team_id, t.name AS team_name, t.municipality AS team_municipality, t.area AS team_area"
)
_TEAM = (
    "LEFT JOIN membership m ON m.person_id = p.id AND m.until IS NULL LEFT JOIN team t ON t.id = m.team_id"
)  # fmt: skip
_IN_ORDER = "m.since, t.id"
REACHED = (
    "p.active = 1 AND p.accepted_at IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id AND i.reachable = 1)"
)
"""Of a person `p`: whether a message comes to them."""
OWN_AND_OVERSEEN = (
    "(:everybody = 1 OR p.id = :me "
    "OR EXISTS (SELECT 1 FROM overseen_by o WHERE o.person_id = p.id AND o.overseer_id = :me))"
)
"""`:me`, whom they look after, or, to the region, everybody."""
UNREACHED = (
    "p.active = 1 AND p.id IN (SELECT i.person_id FROM identity i WHERE i.reachable = 0) "
    "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id AND i.reachable = 1) "
    "AND EXISTS (SELECT 1 FROM overseen_by o WHERE o.person_id = p.id AND o.overseer_id = :me)"
)
"""Somebody `:me` looks after, whom no messenger reaches any more."""
_OVERSEEN = "p.id IN (SELECT o.person_id FROM overseen_by o WHERE o.overseer_id = :me)"
INVITATION_LASTS = timedelta(days=7)
LONGEST_NAME = 80


async def with_journal(tx: Tx, channel: str, account: str) -> tuple[Person | None, Kept | None]:
    """Who writes from this account, and their open conversation: one statement, asked at every message.

    Whoever writes can be reached again, whatever was believed before.
    """
    rows = await tx.rows(
        f"SELECT {_PERSON}, i.reachable, j.id AS journal_id, j.name AS journal_name, j.body, j.title FROM identity i "
        f"JOIN person p ON p.id = i.person_id {_TEAM} "
        "LEFT JOIN journal j ON j.person_id = p.id AND j.state = 'open' "
        f"WHERE i.channel = :channel AND i.account = :account AND p.active = 1 ORDER BY {_IN_ORDER}",
        channel=channel,
        account=account,
    )
    if not rows:
        return None, None
    row = rows[0]
    if not row["reachable"]:
        await reachable(tx, channel, account)
    kept = Kept(row["journal_id"], row["id"], row["journal_name"], row["body"], row["title"])
    return _person(rows), kept if row["journal_id"] else None


async def get(tx: Tx, person_id: int) -> Person | None:
    return next(iter(await those(tx, "p.id = :id", id=person_id)), None)


async def those(tx: Tx, where: str, order: str = "p.id", **values: object) -> list[Person]:
    """Each once, with all their teams."""
    rows = await tx.rows(
        f"SELECT {_PERSON} FROM person p {_TEAM} WHERE {where} ORDER BY {order}, {_IN_ORDER}", **values
    )
    own: dict[int, list[Row]] = {}
    for row in rows:
        own.setdefault(row["id"], []).append(row)
    return [_person(of_one) for of_one in own.values()]


async def colleagues(tx: Tx, me: Person, team_id: int | None) -> list[tuple[int, str]]:
    """The other active members of a team, id and name, by name."""
    rows = await tx.rows(
        "SELECT p.id, p.name FROM membership m JOIN person p ON p.id = m.person_id "
        "WHERE m.team_id = :team AND m.until IS NULL AND p.active = 1 AND p.id <> :me ORDER BY p.name",
        team=team_id,
        me=me.id,
    )
    return [(row["id"], row["name"]) for row in rows]


async def named(tx: Tx, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and institution of each, also of those who left."""
    wanted = {f"p{n}": one for n, one in enumerate(ids)}
    among = ", ".join(f":{name}" for name in wanted) or "NULL"
    rows = await tx.rows(f"SELECT id, name, institution FROM person WHERE id IN ({among})", **wanted)
    return {row["id"]: (row["name"], row["institution"]) for row in rows}


async def overseen(tx: Tx, me: Person, person_id: int) -> Person | None:
    """Somebody the coordinator looks after; None for everybody else."""
    found = await those(tx, f"p.id = :person AND {_OVERSEEN}", me=me.id, person=person_id)
    return next(iter(found), None)


async def everybody_overseen(tx: Tx, me: Person) -> list[Person]:
    """Of those who go to the doors, by name."""
    return await those(
        tx, f"p.role IN (:leader, :member) AND {_OVERSEEN}", "p.name, p.id", me=me.id, leader=LEADER, member=MEMBER
    )


async def of_team(tx: Tx, team_id: int) -> list[Person]:
    """Its leaders first, by name."""
    return await those(
        tx,
        "p.active = 1 AND p.id IN (SELECT k.person_id FROM membership k WHERE k.team_id = :team AND k.until IS NULL)",
        "p.role = :member, p.name, p.id",
        team=team_id,
        member=MEMBER,
    )


async def ways(tx: Tx, person_id: int) -> list[Way]:
    """Where a person can be reached."""
    rows = await tx.rows(
        "SELECT channel, chat, wrote_at FROM identity WHERE person_id = :person AND reachable = 1 ORDER BY channel",
        person=person_id,
    )
    return [Way(row["channel"], row["chat"], from_micros(row["wrote_at"]) if row["wrote_at"] else None) for row in rows]


async def accounts(tx: Tx, channel: str, ids: Collection[int]) -> dict[int, str]:
    """Of those of these people who can be reached on that messenger, what it calls them."""
    wanted = {f"p{n}": one for n, one in enumerate(ids)}
    among = ", ".join(f":{name}" for name in wanted) or "NULL"
    rows = await tx.rows(
        "SELECT person_id, account FROM identity "
        f"WHERE channel = :channel AND reachable = 1 AND person_id IN ({among})",
        channel=channel,
        **wanted,
    )
    return {row["person_id"]: row["account"] for row in rows}


async def wrote(tx: Tx, channel: str, account: str, at: datetime) -> None:
    """Begins a session, where messages outside of one are charged."""
    await tx.run(
        "UPDATE identity SET wrote_at = :at WHERE channel = :channel AND account = :account AND wrote_at < :at",
        at=to_micros(at),
        channel=channel,
        account=account,
    )


async def reach_at(tx: Tx, person_id: int, channel: str, account: str, chat: str) -> None:
    """This account is this person, also when it was somebody else's or theirs is another one now."""
    await tx.run(
        "DELETE FROM identity WHERE person_id = :person AND channel = :channel", person=person_id, channel=channel
    )
    await tx.run(
        "INSERT INTO identity (channel, account, chat, person_id) VALUES (:channel, :account, :chat, :person) "
        "ON CONFLICT (channel, account) DO UPDATE SET person_id = :person, chat = :chat, reachable = 1",
        channel=channel,
        account=account,
        chat=chat,
        person=person_id,
    )


async def prefer(tx: Tx, person_id: int, channel: str) -> None:
    await tx.run("UPDATE person SET preferred = :channel WHERE id = :id", channel=channel, id=person_id)


async def set_role(tx: Tx, me: Person, person_id: int, role: str, now: datetime) -> None:
    await tx.run("UPDATE person SET role = :role WHERE id = :id", role=role, id=person_id)
    await audit.note(tx, now, me.id, f"made a {role}", detail=f"person {person_id}")


async def release(tx: Tx, me: Person, person_id: int, now: datetime) -> None:
    """They work with us no longer: they are answered as a stranger, are told nothing that still waits for them, and
    what they had not saved goes."""
    await tx.run("UPDATE person SET active = 0 WHERE id = :id", id=person_id)
    tx.touch(f"person {person_id}")
    for row in await tx.rows("SELECT id FROM question WHERE asker_id = :id AND answered_at IS NULL", id=person_id):
        tx.touch(f"question {row['id']}")
    await tx.run(
        "UPDATE membership SET until = :now WHERE person_id = :id AND until IS NULL", id=person_id, now=to_micros(now)
    )
    await tx.run("DELETE FROM journal WHERE person_id = :id", id=person_id)
    await outbox.cancel_of(tx, person_id)
    await audit.note(tx, now, me.id, "released", detail=f"person {person_id}")


async def set_language(tx: Tx, person_id: int, language: str) -> None:
    await tx.run("UPDATE person SET language = :language WHERE id = :id", language=language, id=person_id)


async def accept(tx: Tx, person_id: int, now: datetime) -> None:
    """The confidentiality note was accepted."""
    await tx.run("UPDATE person SET accepted_at = :now WHERE id = :id", now=to_micros(now), id=person_id)
    await audit.note(tx, now, person_id, "accepted the confidentiality note")


async def unreachable(tx: Tx, channel: str, chat: str, now: datetime, *, for_good: bool = False) -> int | None:
    """Marks who blocked us, or, `for_good`, whose account is gone; the person, the first time."""
    row = await tx.row(
        "UPDATE identity SET reachable = 0, lost_at = :now, lost_for_good = :for_good "
        "WHERE channel = :channel AND chat = :chat AND reachable = 1 RETURNING person_id",
        channel=channel,
        chat=chat,
        now=to_micros(now),
        for_good=int(for_good),
    )
    return int(row["person_id"]) if row else None


async def reachable(tx: Tx, channel: str, account: str) -> None:
    """They wrote to us, so they can be reached again."""
    await tx.run(
        "UPDATE identity SET reachable = 1 WHERE channel = :channel AND account = :account AND reachable = 0",
        channel=channel,
        account=account,
    )


@dataclass(frozen=True)
class Invitation:
    role: str
    team_id: int | None
    municipality: str
    name: str = ""
    institution: str = ""
    person_id: int | None = None
    """Somebody who is here already and comes back from another account; serves only while they cannot be reached."""


async def invite(tx: Tx, code: str, invitation: Invitation, expires_at: datetime) -> None:
    """Only the digest of `code` is kept."""
    await tx.run(
        "INSERT INTO invitation (digest, role, team_id, municipality, name, institution, person_id, expires_at) "
        "VALUES (:digest, :role, :team_id, :municipality, :name, :institution, :person_id, :expires)",
        digest=_digest(code),
        expires=to_micros(expires_at),
        **vars(invitation),
    )


async def join(tx: Tx, code: str, channel: str, account: str, chat: str, name: str, now: datetime) -> Person | None:
    """Uses an invitation up; None when it is unknown, used or too old, its person can be reached after all, or whoever
    comes has guessed too often."""
    if (await guesses.tries(tx, channel, account, now)).are_too_many_for_an_invitation:
        return None
    found = await tx.row(
        "UPDATE invitation SET used_at = :now WHERE digest = :digest AND used_at IS NULL AND expires_at > :now "
        "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.person_id = invitation.person_id AND i.reachable = 1) "
        "RETURNING role, team_id, municipality, name, institution, person_id",
        now=to_micros(now),
        digest=_digest(code),
    )
    if found is None:
        await guesses.wrong(tx, channel, account, now)
        return None
    invited = Invitation(**dict(found))
    if invited.person_id is not None:
        await audit.note(tx, now, invited.person_id, "came back by a new link")
    person_id = invited.person_id or await add(tx, invited, invited.name or name, now)
    await tx.run("UPDATE invitation SET used_by = :id WHERE digest = :digest", id=person_id, digest=_digest(code))
    await reach_at(tx, person_id, channel, account, chat)
    return await get(tx, person_id)


async def add(tx: Tx, invited: Invitation, name: str, now: datetime) -> int:
    """Not every messenger tells a name, and an empty one cannot stand on a button; nor can one that goes on for lines,
    or turns what stands beside it around."""
    name = "".join(sign for sign in " ".join(name.split()) if sign.isprintable())[:LONGEST_NAME].strip()
    row = await tx.one(
        "INSERT INTO person (name, role, institution, municipality, created_at) "
        "VALUES (:name, :role, :institution, :municipality, :now) RETURNING id",
        name=name or "—",
        role=invited.role,
        institution=invited.institution,
        municipality=invited.municipality,
        now=to_micros(now),
    )
    if invited.team_id is not None:
        await tx.run(
            "INSERT INTO membership (person_id, team_id, since) VALUES (:person, :team, :now)",
            person=row["id"],
            team=invited.team_id,
            now=to_micros(now),
        )
    await audit.note(tx, now, row["id"], "joined", detail=invited.role)
    return int(row["id"])


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _person(rows: Sequence[Row]) -> Person:
    """The rows of one person, one for each team."""
    row = rows[0]
    teams = tuple(
        Team(one["team_id"], one["team_name"], one["team_municipality"], one["team_area"])
        for one in rows
        if one["team_id"]
    )
    return Person(
        row["id"], row["name"], row["role"], row["language"], row["institution"], teams, row["municipality"],
        from_micros(row["accepted_at"]), bool(row["active"]), row["digest_at"], row["preferred"],
        away_until=date.fromisoformat(row["away_until"]) if row["away_until"] else None,
        for_leader=bool(row["for_leader"]),
        hours=hours.read(row),
        paused_until=date.fromisoformat(row["paused_until"]) if row["paused_until"] else None,
        told_from=from_micros(row["told_from"]),
    )  # fmt: skip
