"""How long each kind of data is kept, and what goes when its time is over. The schedule asks once a day.

What a newcomer gets wrong: a case is closed since its last move, if it owes nothing more; and rows of people who left
stay, without their name, because reports say who made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import alerted, because, media
from storage.database import Tx, to_micros

YEAR = timedelta(days=365)
AT_ONCE = 20
"""Cases that are forgotten in one day: each looks through all texts."""
NOBODY = "—"
"""The name of somebody who left long ago."""
_CLOSED = "c.due_on IS NULL AND (SELECT max(m.at) FROM transition m WHERE m.case_id = c.id) < :before"


@dataclass(frozen=True)
class Terms:
    """Each counted from when it was over: sent, set aside, left, closed, noted."""

    messages: timedelta = timedelta(days=30)
    set_aside: timedelta = timedelta(days=90)
    summaries: timedelta = timedelta(days=400)
    photos: timedelta = 2 * YEAR
    questions: timedelta = 3 * YEAR
    people: timedelta = 2 * YEAR
    cases: timedelta = 5 * YEAR
    audit: timedelta = 6 * YEAR


async def end(tx: Tx, terms: Terms, now: datetime) -> None:
    """All but closed cases (`closed_before`)."""
    for statement, term in (
        ("DELETE FROM inbox WHERE state = 'done' AND received_at < :before", terms.messages),
        ("DELETE FROM outbox WHERE state <> 'waiting' AND created_at < :before", terms.messages),
        ("DELETE FROM link_code WHERE expires_at < :before", terms.messages),
        ("DELETE FROM invitation WHERE used_at IS NULL AND expires_at < :before", terms.messages),
        ("UPDATE invitation SET name = '' WHERE used_at < :before AND name <> ''", terms.messages),
        ("DELETE FROM inbox WHERE state = 'aside' AND received_at < :before", terms.set_aside),
        ("DELETE FROM period_claim WHERE at < :before", terms.summaries),
        ("DELETE FROM announced_to WHERE announcement_id IN (SELECT id FROM announcement WHERE sent_at < :before)",
         terms.questions),
        ("DELETE FROM announcement WHERE sent_at < :before", terms.questions),
        ("DELETE FROM advice WHERE withdrawn_at < :before", terms.questions),
        ("DELETE FROM audit WHERE at < :before", terms.audit),
    ):  # fmt: skip
        await tx.run(statement, before=to_micros(now - term))
    await because.forget_folded(tx, (now - terms.messages).date())
    await alerted.forget_before(tx, (now - terms.summaries).date())
    await _questions(tx, now - terms.questions)
    await _photos(tx, now - terms.photos)
    await _people(tx, now - terms.people)


async def _questions(tx: Tx, before: datetime) -> None:
    """Those with an answer that nobody made help of."""
    over = (
        "SELECT q.id FROM question q WHERE q.answered_at < :before AND NOT EXISTS "
        "(SELECT 1 FROM answer a JOIN advice v ON v.answer_id = a.id WHERE a.question_id = q.id)"
    )
    await tx.run(f"DELETE FROM answer WHERE question_id IN ({over})", before=to_micros(before))
    await tx.run(f"DELETE FROM question WHERE id IN ({over})", before=to_micros(before))


async def _photos(tx: Tx, before: datetime) -> None:
    """Of cases that were closed before that; their files go with the next sweep."""
    rows = await tx.rows(
        "DELETE FROM media WHERE visit_id IN (SELECT w.id FROM visit w JOIN child_case c ON c.id = w.case_id "
        f"WHERE {_CLOSED}) RETURNING stored_as",
        before=to_micros(before),
    )
    await media.drop(tx, [row["stored_as"] for row in rows])


async def _people(tx: Tx, before: datetime) -> None:
    """Who was released before that and has not come back: their name and their accounts."""
    rows = await tx.rows(
        "SELECT p.id FROM person p WHERE p.active = 0 AND p.name <> :nobody AND (SELECT max(a.at) FROM audit a "
        "WHERE a.what = 'released' AND a.detail = 'person ' || p.id) < :before",
        nobody=NOBODY,
        before=to_micros(before),
    )
    for row in rows:
        for table in ("identity", "journal", "unasked", "link_code", "subscription"):
            await tx.run(f"DELETE FROM {table} WHERE person_id = :id", id=row["id"])
        await tx.run("UPDATE invitation SET name = '' WHERE used_by = :id OR person_id = :id", id=row["id"])
        await tx.run("UPDATE person SET name = :nobody WHERE id = :id", nobody=NOBODY, id=row["id"])


async def closed_before(tx: Tx, moment: datetime) -> Sequence[int]:
    """Cases that were closed before that, the longest closed first, as many as are forgotten in one day."""
    rows = await tx.rows(
        f"SELECT c.id FROM child_case c WHERE {_CLOSED} ORDER BY c.id LIMIT :most",
        before=to_micros(moment),
        most=AT_ONCE,
    )
    return [row["id"] for row in rows]
