"""What a coordinator asks somebody about a case, and the answer: one answer to each, and nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from casework import numbers
from casework.records import LEADER, MUNICIPAL, Case, Person
from storage import audit
from storage.database import Row, Tx, from_micros, to_micros
from storage.people import REACHED

_INQUIRY = (
    "SELECT q.id, q.case_id, c.prefix, c.running, q.asker_id, a.name AS asker, q.asked_id, k.name AS asked, q.text, "
    "q.asked_at, q.answer, q.answered_at FROM inquiry q JOIN child_case c ON c.id = q.case_id "
    "JOIN person a ON a.id = q.asker_id JOIN person k ON k.id = q.asked_id"
)


@dataclass(frozen=True)
class Known:
    """Somebody who knows of a case."""

    id: int
    name: str
    role: str
    reached: bool
    away_until: date | None

    @property
    def coordinates(self) -> bool:
        return self.role == MUNICIPAL

    @property
    def can_be_told(self) -> bool:
        return self.reached and self.away_until is None


@dataclass(frozen=True)
class Inquiry:
    """`answer` is empty while there is none."""

    id: int
    case_id: int
    number: str
    """Of its case: `БЯ-014`."""
    asker_id: int
    asker: str
    asked_id: int
    asked: str
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None


async def who_knows(tx: Tx, me: Person, case: Case, leader_step: str) -> list[Known]:
    """Who owes the step first: whoever was there last, else the leader, who also owes `leader_step`; then their team,
    and the coordinators of the municipality. Without the one who looks."""
    rows = await tx.rows(
        f"SELECT p.id, p.name, p.role, ({REACHED}) AS reached, "
        "(SELECT b.until_on FROM absence b WHERE b.person_id = p.id AND b.state = 'now') AS away_until "
        "FROM person p LEFT JOIN (SELECT w.reporter_id FROM visit w WHERE w.case_id = :case_id "
        "ORDER BY w.id DESC LIMIT 1) l ON l.reporter_id = p.id "
        "WHERE p.active = 1 AND p.id <> :me AND (p.id IN (SELECT m.person_id FROM membership m "
        "WHERE m.team_id = :team AND m.until IS NULL) OR (p.role = :municipal AND p.municipality = :place)) "
        "ORDER BY p.role = :municipal, CASE WHEN :leader_first = 1 OR l.reporter_id IS NULL THEN 1 ELSE 0 END, "
        "CASE WHEN p.role = :leader THEN 0 ELSE 1 END, p.name, p.id",
        case_id=case.id,
        me=me.id,
        team=case.team_id,
        place=case.municipality,
        municipal=MUNICIPAL,
        leader=LEADER,
        leader_first=case.next_step == leader_step,
    )
    return [
        Known(
            row["id"], row["name"], row["role"], bool(row["reached"]),
            date.fromisoformat(row["away_until"]) if row["away_until"] else None,
        )
        for row in rows
    ]  # fmt: skip


async def ask(tx: Tx, me: Person, case: Case, asked_id: int, text: str, now: datetime) -> int:
    row = await tx.one(
        "INSERT INTO inquiry (case_id, asker_id, asked_id, text, asked_at) "
        "VALUES (:case_id, :me, :asked, :text, :now) RETURNING id",
        case_id=case.id,
        me=me.id,
        asked=asked_id,
        text=text,
        now=to_micros(now),
    )
    await audit.note(tx, now, me.id, "asked about a case", case.id, f"inquiry {row['id']}")
    return int(row["id"])


async def last(tx: Tx, me: Person, case_id: int) -> Inquiry | None:
    """The newest about a case that the person may see."""
    row = await tx.row(
        f"{_INQUIRY} JOIN visible_to v ON v.case_id = q.case_id AND v.person_id = :me "
        "WHERE q.case_id = :id ORDER BY q.id DESC LIMIT 1",
        me=me.id,
        id=case_id,
    )
    return _inquiry(row) if row else None


async def to(tx: Tx, me: Person, inquiry_id: int) -> Inquiry | None:
    """For whoever was asked."""
    row = await tx.row(f"{_INQUIRY} WHERE q.id = :id AND q.asked_id = :me", id=inquiry_id, me=me.id)
    return _inquiry(row) if row else None


async def answer(tx: Tx, me: Person, inquiry: Inquiry, text: str, now: datetime) -> None:
    """By whoever was asked, once."""
    await tx.run(
        "UPDATE inquiry SET answer = :text, answered_at = :now "
        "WHERE id = :id AND asked_id = :me AND answered_at IS NULL",
        text=text,
        now=to_micros(now),
        id=inquiry.id,
        me=me.id,
    )
    await audit.note(tx, now, me.id, "answered about a case", inquiry.case_id, f"inquiry {inquiry.id}")


def _inquiry(row: Row) -> Inquiry:
    asked_at = from_micros(row["asked_at"])
    assert asked_at is not None
    return Inquiry(
        row["id"], row["case_id"], numbers.write(row["prefix"], row["running"]), row["asker_id"], row["asker"],
        row["asked_id"], row["asked"], row["text"], asked_at, row["answer"], from_micros(row["answered_at"]),
    )  # fmt: skip
