"""How SQLite finds what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.database import Row, Tx


class Explained:
    """Reads as a transaction does, and keeps how each statement is found."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.plans: list[list[str]] = []

    async def rows(self, sql: str, **values: Any) -> Sequence[Row]:
        plan = await self._tx.rows(f"EXPLAIN QUERY PLAN {sql}", **values)
        self.plans.append([row["detail"] for row in plan])
        return await self._tx.rows(sql, **values)

    async def row(self, sql: str, **values: Any) -> Row | None:
        found = await self.rows(sql, **values)
        return found[0] if found else None

    async def one(self, sql: str, **values: Any) -> Row:
        return (await self.rows(sql, **values))[0]
