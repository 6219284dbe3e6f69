"""What messages have cost: how many were charged, by messenger and month (`2026-11`)."""

from __future__ import annotations

from storage.database import Tx


async def add(tx: Tx, channel: str, month: str, count: int) -> None:
    await tx.run(
        "INSERT INTO spending (channel, month, charged) VALUES (:channel, :month, :count) "
        "ON CONFLICT (channel, month) DO UPDATE SET charged = spending.charged + :count",
        channel=channel,
        month=month,
        count=count,
    )


async def charged(tx: Tx, channel: str, month: str) -> int:
    row = await tx.row(
        "SELECT charged FROM spending WHERE channel = :channel AND month = :month", channel=channel, month=month
    )
    return int(row["charged"]) if row else 0


async def alarm(tx: Tx, channel: str, month: str) -> bool:
    """True the first time in a month: whoever looks after the money is told once."""
    row = await tx.row(
        "INSERT INTO spending (channel, month, alarmed) VALUES (:channel, :month, 1) "
        "ON CONFLICT (channel, month) DO UPDATE SET alarmed = 1 WHERE spending.alarmed = 0 RETURNING month",
        channel=channel,
        month=month,
    )
    return row is not None


async def by_month(tx: Tx, limit: int = 3) -> list[tuple[str, str, int]]:
    """Month, channel and charged messages, the newest month first."""
    rows = await tx.rows(
        "SELECT month, channel, charged FROM spending WHERE charged > 0 ORDER BY month DESC, channel LIMIT :limit",
        limit=limit,
    )
    return [(row["month"], row["channel"], row["charged"]) for row in rows]
