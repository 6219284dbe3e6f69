"""Who has had which summary of which period: claimed in the transaction that adds the outbox rows, so never twice."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from storage.database import Tx, in_list, to_micros

ALERT, DRAFTS = "alert", "drafts"
"""The jobs that tell the one message of a morning."""


async def claim(tx: Tx, job: str, person_id: int, period: str, now: datetime, detail: dict[str, Any]) -> bool:
    """True for the first to ask; `detail` is kept for comparing with the next period."""
    row = await tx.row(
        "INSERT INTO period_claim (job, person_id, period, at, detail) VALUES (:job, :person, :period, :now, :detail) "
        "ON CONFLICT DO NOTHING RETURNING period",
        job=job,
        person=person_id,
        period=period,
        now=to_micros(now),
        detail=json.dumps(detail),
    )
    return row is not None


async def forget_after(tx: Tx, today: date) -> None:
    """Claims of days that have not been: a clock that was ahead made them, and their summaries are still owed."""
    await tx.run("DELETE FROM period_claim WHERE period > :today AND period LIKE '____-__-__'", today=today.isoformat())


async def claimed(tx: Tx, job: str, person_id: int, period: str) -> bool:
    row = await tx.row(
        "SELECT 1 FROM period_claim WHERE job = :job AND person_id = :person AND period = :period",
        job=job,
        person=person_id,
        period=period,
    )
    return row is not None


async def readers(tx: Tx, jobs: Sequence[str], period: str) -> set[int]:
    """Everybody who has had any of these of that period."""
    named = {f"job{n}": job for n, job in enumerate(jobs)}
    rows = await tx.rows(
        "SELECT DISTINCT person_id FROM period_claim WHERE period = :period "
        f"AND job IN ({', '.join(f':{name}' for name in named) or 'NULL'})",
        period=period,
        **named,
    )
    return {row["person_id"] for row in rows}


async def claim_all(tx: Tx, job: str, period: str, now: datetime, details: Mapping[int, dict[str, Any]]) -> None:
    """For many people at once, of whom none has had it."""
    await tx.many(
        "INSERT INTO period_claim (job, person_id, period, at, detail) VALUES (:job, :person, :period, :now, :detail)",
        [
            {"job": job, "person": person, "period": period, "now": to_micros(now), "detail": json.dumps(detail)}
            for person, detail in details.items()
        ],
    )


async def before(tx: Tx, job: str, person_id: int, period: str) -> dict[str, Any]:
    """What the last claim before `period` kept; empty when there was none."""
    row = await tx.row(
        "SELECT detail FROM period_claim WHERE job = :job AND person_id = :person AND period < :period "
        "ORDER BY period DESC LIMIT 1",
        job=job,
        person=person_id,
        period=period,
    )
    found: dict[str, Any] = json.loads(row["detail"]) if row else {}
    return found


async def detail(tx: Tx, job: str, person_id: int, period: str) -> dict[str, Any]:
    """What the claim of that period kept; empty when there is none."""
    row = await tx.row(
        "SELECT detail FROM period_claim WHERE job = :job AND person_id = :person AND period = :period",
        job=job,
        person=person_id,
        period=period,
    )
    found: dict[str, Any] = json.loads(row["detail"]) if row else {}
    return found


async def had_a_morning(tx: Tx, person_ids: Collection[int], period: str) -> set[int]:
    """Who of them has had the message of that morning."""
    if not person_ids:
        return set()
    rows = await tx.rows(
        "SELECT person_id FROM period_claim WHERE job IN (:alert, :drafts) AND period = :period "
        f"AND person_id IN ({in_list(person_ids)})",
        alert=ALERT,
        drafts=DRAFTS,
        period=period,
    )
    return {row["person_id"] for row in rows}
