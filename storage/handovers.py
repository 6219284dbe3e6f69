"""Cases that are offered to another team or municipality: offered, answered once, or withdrawn.

What a newcomer gets wrong: until the other side accepts, the case is not theirs to see. What they are told of it is
the card that is kept with the offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from casework import numbers
from casework.moving import Card
from casework.records import LEADER, MUNICIPAL, OPEN, REGIONAL, WITHDRAWN, Case, Person
from storage import audit
from storage.absences import NOT_AWAY
from storage.database import Row, Tx, from_micros, to_micros

ACCEPTED, SENT_BACK = "accepted", "sent back"
_CARDS = TypeAdapter(Card)
_TO = (
    "p.active = 1 AND p.accepted_at IS NOT NULL AND EXISTS (SELECT 1 FROM person q "
    "LEFT JOIN stands_in s ON s.person_id = q.id WHERE q.active = 1 AND p.id IN (q.id, s.deputy_id) "
    "AND ((q.role = :municipal AND q.municipality = h.to_municipality) "
    "OR (q.role = :leader AND EXISTS (SELECT 1 FROM membership m WHERE m.person_id = q.id AND m.until IS NULL "
    "AND m.team_id = h.to_team))))"
)
"""Whose it is to answer, beside the region: the leader of the other team, the coordinator of its municipality, and
whoever stands in for one of them."""


@dataclass(frozen=True)
class Offer:
    """`to_team` is None when the other municipality's coordinator is to find one."""

    id: int
    case_id: int
    number: str
    settlement: str
    from_team: int | None
    from_name: str
    to_team: int | None
    to_name: str
    to_municipality: str
    card: Card
    offered_by: int
    offerer: str
    offered_at: datetime
    state: str
    answerer: str


async def offer(
    tx: Tx, me: Person, case: Case, card: Card, now: datetime, *, to_team: int | None, to_municipality: str
) -> int | None:
    """None when the case is offered to somebody already."""
    row = await tx.row(
        "INSERT INTO handover (case_id, from_team, to_team, to_municipality, card, offered_by, offered_at) "
        "VALUES (:case_id, :from_team, :to_team, :to_municipality, :card, :me, :now) ON CONFLICT DO NOTHING "
        "RETURNING id",
        case_id=case.id,
        from_team=case.team_id,
        to_team=to_team,
        to_municipality=to_municipality,
        card=_CARDS.dump_json(card).decode(),
        me=me.id,
        now=to_micros(now),
    )
    if row is None:
        return None
    await audit.note(tx, now, me.id, "offered", case.id, f"handover {row['id']}")
    return int(row["id"])


async def get(tx: Tx, me: Person, handover_id: int) -> Offer | None:
    """For those who may answer; nobody answers to what they offered themselves, but the region."""
    found = await _offers(
        tx,
        "JOIN person p ON p.id = :me WHERE h.id = :id "
        f"AND ((p.role = :regional AND p.active = 1) OR (h.offered_by <> p.id AND {_TO}))",
        me=me.id,
        id=handover_id,
        regional=REGIONAL,
        municipal=MUNICIPAL,
        leader=LEADER,
    )
    return found[0] if found else None


async def readers(tx: Tx, handover_id: int) -> list[int]:
    """Who can be told of it and may answer, by id; without them, the region's coordinators."""
    reached = "EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id AND i.reachable = 1)"
    rows = await tx.rows(
        f"SELECT p.id, p.role FROM handover h JOIN person p ON (({_TO}) OR p.role = :regional) AND {reached} "
        f"AND {NOT_AWAY} "
        "WHERE h.id = :id AND p.id <> h.offered_by ORDER BY p.id",
        id=handover_id,
        regional=REGIONAL,
        municipal=MUNICIPAL,
        leader=LEADER,
    )
    own = [row["id"] for row in rows if row["role"] != REGIONAL]
    return own or [row["id"] for row in rows]


async def open_of(tx: Tx, case_id: int) -> Offer | None:
    """For whoever may see the case, which the caller asks."""
    found = await _offers(tx, "WHERE h.case_id = :id AND h.state = :open", id=case_id, open=OPEN)
    return found[0] if found else None


async def waiting_everywhere(tx: Tx) -> list[Offer]:
    """For the schedule, oldest first; not of cases that were closed meanwhile."""
    return await _offers(tx, "WHERE h.state = :open AND c.due_on IS NOT NULL", open=OPEN)


async def rewrite(tx: Tx, offer: Offer, card: Card) -> None:
    """The case has moved on since it was offered."""
    await tx.run("UPDATE handover SET card = :card WHERE id = :id", card=_CARDS.dump_json(card).decode(), id=offer.id)


async def end(tx: Tx, offer: Offer, state: str, by: int | None, now: datetime, reason: str = "") -> bool:
    """True for the first who ends it."""
    row = await tx.row(
        "UPDATE handover SET state = :state, answered_by = :by, answered_at = :now, reason = :reason "
        "WHERE id = :id AND state = :open RETURNING id",
        state=state,
        by=by,
        now=to_micros(now),
        reason=reason,
        id=offer.id,
        open=OPEN,
    )
    if row:
        tx.touch(f"handover {offer.id}")
        await audit.note(tx, now, by, f"{state} a hand-over", offer.case_id, f"handover {offer.id}")
    return row is not None


async def withdraw(tx: Tx, case_id: int, by: int | None, now: datetime) -> Offer | None:
    """The open offer of a case, which is one no more; None when there was none."""
    found = await open_of(tx, case_id)
    return found if found and await end(tx, found, WITHDRAWN, by, now) else None


async def _offers(tx: Tx, where: str, **values: object) -> list[Offer]:
    rows = await tx.rows(
        "SELECT h.id, h.case_id, c.prefix, c.running, c.settlement, h.from_team, f.name AS from_name, h.to_team, "
        "t.name AS to_name, h.to_municipality, h.card, h.offered_by, o.name AS offerer, h.offered_at, h.state, "
        "a.name AS answerer FROM handover h JOIN child_case c ON c.id = h.case_id "
        "JOIN person o ON o.id = h.offered_by LEFT JOIN team f ON f.id = h.from_team "
        f"LEFT JOIN team t ON t.id = h.to_team LEFT JOIN person a ON a.id = h.answered_by {where} ORDER BY h.id",
        **values,
    )
    return [_offer(row) for row in rows]


def _offer(row: Row) -> Offer:
    offered_at = from_micros(row["offered_at"])
    assert offered_at is not None
    return Offer(
        row["id"], row["case_id"], numbers.write(row["prefix"], row["running"]), row["settlement"], row["from_team"],
        row["from_name"] or "", row["to_team"], row["to_name"] or "", row["to_municipality"],
        _CARDS.validate_json(row["card"]), row["offered_by"], row["offerer"], offered_at, row["state"],
        row["answerer"] or "",
    )  # fmt: skip
