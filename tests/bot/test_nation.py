"""A digest and the morning's alerts cost what the day's work costs, not what lies before it: counted in statements and
in how they are read.

What a newcomer gets wrong: SQLite plans without looking at what is in a table, until somebody lets it ANALYZE; so the
million, which is in `make long`, is played with and without.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench import nation
from bench.nation import COUNTRY, SMALL, TODAY, UNTIL, Counted, Size
from casework.records import MUNICIPAL, REGIONAL
from handlers.morning import alerts
from storage import duty
from storage.database import open_database
from tests.engines import SQLITE
from tests.long import but_for

HISTORY = ("visit", "lateness", "transition", "visit_version", "audit", "inbox", "outbox")
"""What grows with the years."""


SIZES = {"a hundred thousand visits": replace(SMALL, visits=100_000), "a million visits": COUNTRY}
ALERTS = "alerts"
Found = list[tuple[str, list[str]]]
"""Statements, each with its plan."""


async def statements(folder: Path, size: Size, whose: str, *, analyzed: bool = False) -> Found:
    """Those of one digest, or of the alerts of a morning."""
    path = folder / f"{size.visits}.db"
    if not path.exists():
        await (await open_database(f"sqlite:///{path}")).close()
        nation.fill(path, size)
        with closing(sqlite3.connect(path)) as file:
            file.executescript("ANALYZE" if analyzed else "")
    database, work = await open_database(f"sqlite:///{path}"), nation.rules()
    async with database.transaction() as tx:
        coordinators = await duty.coordinators(tx)
        counted = Counted(tx)
        if whose == ALERTS:
            assert await alerts.morning(tx, work, TODAY, UNTIL)
        else:
            assert await nation.composed(tx, work, next(one for one in coordinators if one.role == whose))
        seen = counted.ends()
        plans = [[row["detail"] for row in await tx.rows(f"EXPLAIN QUERY PLAN {sql}")] for sql in seen]
    await database.close()
    return list(zip(seen, plans, strict=True))


def read_through(found: Found) -> list[tuple[str, str]]:
    """Each step that reads all of what grows with the years, and its statement."""
    steps = []
    for sql, plan in found:
        aliases = {name for table in HISTORY for name in (table, *re.findall(rf"(?:FROM|JOIN) {table} (\w+)", sql))}
        for step in plan:
            # Of the inbox this index has only what is set aside.
            whole = step.split()[:2] if "inbox_aside" not in step else []
            if any(whole == ["SCAN", name] for name in aliases):
                steps.append((step, sql))
    return steps


@pytest.mark.only(SQLITE)
@pytest.mark.parametrize("role", [MUNICIPAL, REGIONAL])
async def test_a_digest_reads_no_history_through(tmp_path: Path, role: str) -> None:
    found = await statements(tmp_path, SMALL, role)
    assert 8 <= len(found) <= 14
    assert [sql for sql, _plan in found if "visit" in sql]
    assert read_through(found) == []
    # A case leads to its visits only one by one, never to all of them at once.
    assert [(sql, step) for sql, plan in found for step in plan if "visit_case" in step] == []


@pytest.mark.only(SQLITE)
@pytest.mark.timeout(600)
@pytest.mark.parametrize("analyzed", [False, True], ids=["as it is", "analyzed"])
@pytest.mark.parametrize("size", but_for(SIZES, lambda size: size != "a million visits"))
async def test_neither_a_digest_nor_the_alerts_read_history_through(
    tmp_path: Path, size: str, *, analyzed: bool
) -> None:
    for whose in (MUNICIPAL, REGIONAL, ALERTS):
        found = await statements(tmp_path, SIZES[size], whose, analyzed=analyzed)
        assert [sql for sql, _plan in found if "lateness" in sql or "visit" in sql], whose
        assert read_through(found) == []


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
