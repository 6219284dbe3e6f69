"""Of which alarms the operator has been told: a bot that is started again must not tell them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx, from_micros, moment_of, to_micros


@dataclass(frozen=True)
class Alarm:
    """`what` as in `bot.watch.judge`; `told_at` is None until the operator could be told."""

    what: str
    since: datetime
    told_at: datetime | None = None
    over_at: datetime | None = None
    """When it was found to be over; then that is still to be told."""


async def standing(tx: Tx) -> dict[str, Alarm]:
    rows = await tx.rows("SELECT what, since, told_at, over_at FROM alarm ORDER BY since, what")
    return {
        row["what"]: Alarm(
            row["what"], moment_of(row["since"]), from_micros(row["told_at"]), from_micros(row["over_at"])
        )
        for row in rows
    }  # fmt: skip


async def keep(tx: Tx, alarms: list[Alarm]) -> None:
    """These, and no others."""
    await tx.run("DELETE FROM alarm")
    await tx.many(
        "INSERT INTO alarm (what, since, told_at, over_at) VALUES (:what, :since, :told, :over)",
        [
            {
                "what": one.what,
                "since": to_micros(one.since),
                "told": to_micros(one.told_at) if one.told_at else None,
                "over": to_micros(one.over_at) if one.over_at else None,
            }
            for one in alarms
        ],
    )
