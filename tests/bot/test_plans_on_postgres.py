"""On PostgreSQL too a digest and the morning's alerts read no history through, whatever the years have left.

`tests/bot/test_nation.py` says the same of SQLite. The million is in `make long`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bench import nation
from bench.nation import TODAY, UNTIL, Size
from casework.records import MUNICIPAL, REGIONAL
from handlers.morning import alerts
from storage import duty
from storage.database import open_database
from storage.move import move
from storage.postgres import Writing
from tests.bot.test_nation import HISTORY, SIZES
from tests.engines import POSTGRES, USUAL, engine, url_of
from tests.long import but_for

Plan = dict[str, Any]

MESSAGES = """
INSERT INTO inbox (channel, arrival, sender, payload, received_at, state)
SELECT 'telegram', n, n % 1000, '', n, 'done' FROM generate_series(1, {count}) AS n;
INSERT INTO outbox (channel, chat, method, payload, priority, not_before, created_at, state)
SELECT 'telegram', n % 1000, 'sendMessage', '', 0, 0, n, 'sent' FROM generate_series(1, {count}) AS n;
ANALYZE
"""
"""As many are done with as there are visits."""
SET_ASIDE = "inbox_aside"
"""An index that has only what is set aside."""


class Explained(Writing):
    """Reads as a transaction does, and keeps how each statement is found."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.plans: list[tuple[str, Plan]] = []

    async def rows(self, sql: str, **values: Any) -> list[asyncpg.Record]:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            [plan] = await super().rows(f"EXPLAIN (FORMAT JSON) {sql}", **values)
            self.plans.append((sql, json.loads(plan[0])[0]["Plan"]))
        return await super().rows(sql, **values)

    async def row(self, sql: str, **values: Any) -> asyncpg.Record | None:
        found = await self.rows(sql, **values)
        return found[0] if found else None


@pytest.fixture(autouse=True)
def _on_postgres() -> Iterator[None]:
    engine.name = POSTGRES
    yield
    engine.name = USUAL


@asynccontextmanager
async def moved(folder: Path, size: Size) -> AsyncIterator[Explained]:
    file = folder / "nation.db"
    await (await open_database(f"sqlite:///{file}")).close()
    nation.fill(file, size)
    await move(file, url_of(folder))
    connection = await asyncpg.connect(url_of(folder))
    try:
        await connection.execute(MESSAGES.format(count=size.visits))
        yield Explained(connection)
    finally:
        await connection.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", but_for(SIZES, lambda size: size != "a million visits"))
async def test_neither_a_digest_nor_the_alerts_read_history_through(tmp_path: Path, size: str) -> None:
    async with moved(tmp_path, SIZES[size]) as tx:
        work = nation.rules()
        for role in (MUNICIPAL, REGIONAL):
            me = next(one for one in await duty.coordinators(tx) if one.role == role)
            assert await nation.composed(tx, work, me)
        assert await alerts.morning(tx, work, TODAY, UNTIL)
    asked_of = {table for sql, _plan in tx.plans for table in HISTORY if table in sql}
    assert {"visit", "lateness"} <= asked_of
    for sql, plan in tx.plans:
        for step in _steps(plan):
            assert step.get("Relation Name") not in HISTORY or _is_narrow(step), (sql, step)


def _steps(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)


def _is_narrow(step: Plan) -> bool:
    """Found by an index, of which only a part is read; a bitmap is made of such."""
    return "Index Cond" in step or step["Node Type"] == "Bitmap Heap Scan" or step.get("Index Name") == SET_ASIDE
