"""A digest costs what the day's work costs, not what lies before it: counted in statements and in how they are read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench import nation
from bench.nation import SMALL, Counted, Size
from casework.records import MUNICIPAL, REGIONAL
from storage import people
from storage.database import open_database
from tests.engines import SQLITE

HISTORY = ("visit", "lateness", "transition", "visit_version", "audit", "inbox", "outbox")
"""What grows with the years."""


async def statements(folder: Path, size: Size, role: str) -> list[tuple[str, list[str]]]:
    """Those of one digest, each with its plan."""
    path = folder / f"{size.visits}.db"
    if not path.exists():
        await (await open_database(f"sqlite:///{path}")).close()
        nation.fill(path, size)
    database = await open_database(f"sqlite:///{path}")
    async with database.transaction() as tx:
        me = next(one for one in await people.coordinators(tx) if one.role == role)
        counted = Counted(tx)
        assert await nation.composed(tx, nation.rules(), me)
        seen = counted.ends()
        plans = [[row["detail"] for row in await tx.rows(f"EXPLAIN QUERY PLAN {sql}")] for sql in seen]
    await database.close()
    return list(zip(seen, plans, strict=True))


@pytest.mark.only(SQLITE)
@pytest.mark.parametrize("role", [MUNICIPAL, REGIONAL])
async def test_a_digest_reads_no_history_through(tmp_path: Path, role: str) -> None:
    found = await statements(tmp_path, SMALL, role)
    assert 8 <= len(found) <= 14
    read = [sql for sql, _plan in found if "visit" in sql]
    assert read
    for sql, plan in found:
        aliases = {name for table in HISTORY for name in (table, *re.findall(rf"(?:FROM|JOIN) {table} (\w+)", sql))}
        for step in plan:
            # Of the inbox this index has only what is set aside.
            whole = step.split()[:2] if "inbox_aside" not in step else []
            assert not any(whole == ["SCAN", name] for name in aliases), (sql, step)
            # A case leads to its visits only one by one, never to all of them at once.
            assert "visit_case" not in step, (sql, step)


@pytest.mark.only(SQLITE)
@pytest.mark.parametrize("role", [MUNICIPAL, REGIONAL])
async def test_more_history_means_neither_more_statements_nor_other_ways(tmp_path: Path, role: str) -> None:
    little = await statements(tmp_path, SMALL, role)
    much = await statements(tmp_path, replace(SMALL, visits=10 * SMALL.visits), role)
    assert [plan for _sql, plan in little] == [plan for _sql, plan in much]


async def test_the_work_of_the_day_is_the_same_whatever_lies_before_it() -> None:
    more = replace(SMALL, visits=10 * SMALL.visits)
    for kind in (nation._cases, nation._visits_today, nation._people, nation._members):
        assert list(kind(SMALL)) == list(kind(more))
