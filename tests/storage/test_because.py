"""What waits is found by what it is about, and asked by an index, however much else there is."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date
from typing import Any, cast

import pytest

from casework import catalogue
from storage import because, claims, outbox, ties
from storage.because import Tie
from storage.database import Tx
from storage.sqlite import Writing
from tests.engines import SQLITE

TODAY = date(2026, 11, 24)
KINDS = (
    because.DUE, because.OWED, because.LISTED, because.REFERRAL, because.OFFER, because.QUESTION, because.DRAFT,
    because.ABSENCE,
)  # fmt: skip
BIG = ("notice_tie", "outbox", "notice", "period_claim", "c", "r", "h", "q", "j", "b", "n", "t", "o")


async def plans(district: Any, ask: Callable[[Tx], Awaitable[Any]]) -> dict[str, list[str]]:
    """How each statement that `ask` makes is answered."""
    async with district.database.reading() as tx:
        [file] = await tx.rows("PRAGMA database_list")
    said: list[str] = []
    with closing(sqlite3.connect(file["file"])) as raw:
        raw.row_factory = sqlite3.Row
        raw.set_trace_callback(said.append)
        await ask(Writing(raw, cast(Any, None)))
        raw.set_trace_callback(None)
        return {sql: [row["detail"] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in said}


async def kept(district: Any) -> int:
    everything = [Tie(kind, "1", "x") for kind in KINDS]
    async with district.database.transaction() as tx:
        return await because.keep(tx, district.mila.id, "{}", everything)


@pytest.mark.only(SQLITE)
async def test_each_kind_of_cause_is_one_statement_and_reads_no_table_through(district: Any) -> None:
    notice, book = await kept(district), catalogue.load().lists

    async def ask(tx: Tx) -> None:
        gone = await ties.broken(tx, [notice], book, TODAY)
        assert {one.kind for one in gone[notice]} == set(KINDS)
        assert await because.about(tx, {"case 1", f"person {district.mila.id}"}) == [notice]
        assert await because.about(tx, {"case 2"}) == []
        await outbox.notices_of(tx, [1, 2])
        await outbox.rows_of(tx, notice)
        await claims.readers(tx, ("alert", "drafts"), TODAY.isoformat())

    found = await plans(district, ask)
    # One for what there is, one a kind but for lists, which ask who reads them and what that person may see.
    assert len(found) <= 1 + len(KINDS) + 1 + 5
    ours = {sql: plan for sql, plan in found.items() if "notice" in sql or "period_claim" in sql}
    assert len(ours) >= len(KINDS)
    for sql, plan in ours.items():
        assert not [line for line in plan if line.startswith("SCAN") and line.split()[1] in BIG], sql


@pytest.mark.only(SQLITE)
async def test_without_causes_nothing_is_asked(district: Any) -> None:
    async def ask(tx: Tx) -> None:
        assert await ties.broken(tx, [99], {}, TODAY) == {}

    assert len(await plans(district, ask)) == 1
