"""Who changed or looked at what; rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx, to_micros


async def note(
    tx: Tx, now: datetime, person_id: int | None, what: str, case_id: int | None = None, detail: str = ""
) -> None:
    await tx.run(
        "INSERT INTO audit (at, person_id, what, case_id, detail) VALUES (:at, :person, :what, :case_id, :detail)",
        at=to_micros(now),
        person=person_id,
        what=what,
        case_id=case_id,
        detail=detail,
    )


async def of_case(tx: Tx, case_id: int) -> list[tuple[str, int | None]]:
    """What happened to a case and who did it, oldest first."""
    rows = await tx.rows("SELECT what, person_id FROM audit WHERE case_id = :case_id ORDER BY id", case_id=case_id)
    return [(row["what"], row["person_id"]) for row in rows]
