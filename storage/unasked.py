"""What a person sent last without being asked, a row each, as plain text that only `handlers.report.pile` reads."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx, to_micros


async def get(tx: Tx, person_id: int) -> str:
    """Empty when there is nothing."""
    row = await tx.row("SELECT body FROM unasked WHERE person_id = :person", person=person_id)
    return str(row["body"]) if row else ""


async def keep(tx: Tx, person_id: int, body: str, now: datetime) -> None:
    """In the place of what was kept before."""
    await tx.run(
        "INSERT INTO unasked (person_id, body, updated_at) VALUES (:person, :body, :now) "
        "ON CONFLICT (person_id) DO UPDATE SET body = :body, updated_at = :now",
        person=person_id,
        body=body,
        now=to_micros(now),
    )


async def forget(tx: Tx, person_id: int) -> None:
    await tx.run("DELETE FROM unasked WHERE person_id = :person", person=person_id)


async def forget_before(tx: Tx, moment: datetime) -> None:
    await tx.run("DELETE FROM unasked WHERE updated_at < :before", before=to_micros(moment))
