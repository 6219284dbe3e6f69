"""The part of the help that was made of good answers. What is withdrawn stays on record and is found by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.records import Person
from storage import audit
from storage.database import Tx, to_micros

MOST = 2000


@dataclass(frozen=True)
class Advice:
    id: int
    question: str
    answer: str


async def publish(tx: Tx, me: Person, answer_id: int, question: str, answer: str, now: datetime) -> bool:
    """False when this answer has been published already, by whomever; nothing is overwritten."""
    row = await tx.row(
        "INSERT INTO advice (answer_id, question, answer, published_by, published_at) "
        "VALUES (:answer_id, :question, :answer, :me, :now) ON CONFLICT DO NOTHING RETURNING id",
        answer_id=answer_id,
        question=question,
        answer=answer,
        me=me.id,
        now=to_micros(now),
    )
    if row:
        await audit.note(tx, now, me.id, "published an answer", detail=f"advice {row['id']}")
    return row is not None


async def published(tx: Tx) -> list[Advice]:
    """Newest first."""
    rows = await tx.rows(
        "SELECT id, question, answer FROM advice WHERE withdrawn_at IS NULL ORDER BY id DESC LIMIT :most", most=MOST
    )
    return [Advice(**dict(row)) for row in rows]


async def of(tx: Tx, ids: Sequence[int]) -> list[Advice]:
    """These, in this order, without the withdrawn."""
    by_id = {one.id: one for one in await published(tx)}
    return [by_id[one] for one in ids if one in by_id]


async def withdraw(tx: Tx, me: Person, advice_id: int, now: datetime) -> bool:
    row = await tx.row(
        "UPDATE advice SET withdrawn_at = :now WHERE id = :id AND withdrawn_at IS NULL RETURNING id",
        now=to_micros(now),
        id=advice_id,
    )
    if row:
        await audit.note(tx, now, me.id, "withdrew an answer", detail=f"advice {advice_id}")
    return row is not None
