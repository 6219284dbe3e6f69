"""How many notices somebody was sent on a day without having asked for them."""

from __future__ import annotations

from datetime import date

from storage.database import Tx


async def count(tx: Tx, person_id: int, day: date, *, urgent: bool) -> int:
    """Counts one more; how many they are with it, without the urgent ones."""
    row = await tx.one(
        "INSERT INTO told_a_day (person_id, day, count, urgent) VALUES (:person, :day, :plain, :urgent) "
        "ON CONFLICT (person_id, day) DO UPDATE SET count = told_a_day.count + :plain, "
        "urgent = told_a_day.urgent + :urgent RETURNING count",
        person=person_id,
        day=day.isoformat(),
        plain=int(not urgent),
        urgent=int(urgent),
    )
    return int(row["count"])


async def forget_before(tx: Tx, day: date) -> None:
    await tx.run("DELETE FROM told_a_day WHERE day < :day", day=day.isoformat())
