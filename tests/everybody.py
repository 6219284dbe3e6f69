"""All who may be told something. The bot asks only of those for whom it has something."""

from __future__ import annotations

from casework.escalation import Roster
from casework.records import Person
from storage import duty
from storage.database import Tx


async def on_duty(tx: Tx) -> list[Person]:
    return await duty.on_duty(tx, [row["id"] for row in await tx.rows("SELECT id FROM person")])


async def roster(tx: Tx) -> Roster:
    return await duty.roster(tx, await on_duty(tx))
