"""Several workers of one PostgreSQL share its lanes: each lane has one owner at most, and none stays without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from storage.database import Again, Database, Tx, Unwritable, open_database
from storage.leases import OWNED, WORKERS
from storage.shares import ALL, LANES, LEAD
from tests.engines import url_of

TAKEN_OVER_WITHIN = 10
"""Seconds."""
HOLDING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objid = :what"


class Worker:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.moved = asyncio.Event()
        database.shares.changed.append(self.moved.set)

    @property
    def lanes(self) -> frozenset[int]:
        return self.database.shares.lanes

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(TAKEN_OVER_WITHIN):
            while not reached():
                self.moved.clear()
                await self.moved.wait()


@asynccontextmanager
async def worker(folder: Path, *, ready: bool = True) -> AsyncIterator[Worker]:
    """At work until the block is left; then its connections are gone, as when its process has ended."""
    database = await open_database(url_of(folder))
    one = Worker(database)
    running = asyncio.create_task(database.shares.run())
    preparing = asyncio.create_task(_prepares(database)) if ready else None
    await one.until(lambda: one.lanes != ALL)  # as a command, which has no part, it would have everything
    try:
        yield one
    finally:
        running.cancel()
        if preparing:
            preparing.cancel()
        await database.close()


async def _prepares(database: Database) -> None:
    while True:
        await database.shares.leading()
        database.shares.ready()
        await database.shares.following()


async def test_a_worker_alone_has_everything_and_leads(tmp_path: Path) -> None:
    async with worker(tmp_path) as only:
        await only.until(lambda: only.lanes == ALL)
        assert only.database.shares.leads


async def test_two_have_half_each_and_three_a_third_and_one_leads(tmp_path: Path) -> None:
    async with worker(tmp_path) as first:
        await first.until(lambda: first.lanes == ALL)
        async with worker(tmp_path) as second:
            await second.until(lambda: len(second.lanes) == LANES // 2)
            assert first.lanes == ALL - second.lanes
            async with worker(tmp_path) as third:
                await third.until(lambda: len(third.lanes) >= LANES - 2 * (LANES // 3 + 1))
                several = (first, second, third)
                assert sum(len(one.lanes) for one in several) == len(
                    frozenset[int]().union(*(o.lanes for o in several))
                )
                assert [one.database.shares.leads for one in several] == [True, False, False]
            await second.until(lambda: len(second.lanes) == LANES // 2)
        await first.until(lambda: first.lanes == ALL)


async def test_who_leads_is_followed_by_the_next_and_all_lanes_are_taken_over(tmp_path: Path) -> None:
    async with AsyncExitStack() as ends:
        first = await ends.enter_async_context(worker(tmp_path))
        await first.until(lambda: first.lanes == ALL)
        async with worker(tmp_path) as second:
            await second.until(lambda: len(second.lanes) == LANES // 2)
            await ends.aclose()
            await second.until(lambda: second.lanes == ALL)
            assert second.database.shares.leads


async def test_nobody_works_before_who_leads_is_ready(tmp_path: Path) -> None:
    async with worker(tmp_path, ready=False) as first:
        await asyncio.wait_for(first.database.shares.leading(), TAKEN_OVER_WITHIN)
        async with worker(tmp_path) as second:
            await _both_here(second.database)
            assert (first.lanes, second.lanes) == (frozenset(), frozenset())
            assert not second.database.shares.open.is_set()
            first.database.shares.ready()
            await second.until(lambda: len(second.lanes) == LANES // 2)


async def test_a_lane_in_which_a_call_is_under_way_is_kept_until_it_has_ended(tmp_path: Path) -> None:
    async with worker(tmp_path) as first:
        await first.until(lambda: first.lanes == ALL)
        under_way = {LANES - 1}
        first.database.shares.in_flight = lambda: under_way
        async with worker(tmp_path) as second:
            await second.until(lambda: len(second.lanes) == LANES // 2 - 1)
            assert LANES - 1 not in first.lanes | second.lanes
            under_way.clear()
            await second.until(lambda: len(second.lanes) == LANES // 2)


async def test_a_lane_does_not_leave_in_the_midst_of_a_transaction(tmp_path: Path) -> None:
    async with worker(tmp_path) as first:
        await first.until(lambda: first.lanes == ALL)
        async with worker(tmp_path) as second:
            async with first.database.transaction() as tx:
                await _both_here(first.database)
                await tx.run("SELECT pg_sleep(2)")  # two looks of the shares
                assert (first.lanes, second.lanes) == (ALL, frozenset())
            await second.until(lambda: len(second.lanes) == LANES // 2)


async def test_who_loses_the_connection_has_nothing_and_comes_back(tmp_path: Path) -> None:
    async with worker(tmp_path) as first:
        await first.until(lambda: first.lanes == ALL)
        [holder] = await _holding(first.database, OWNED, LEAD)
        await first.database.glance().row("SELECT pg_terminate_backend(CAST(:pid AS integer))", pid=holder)
        await first.until(lambda: not first.lanes)
        assert not first.database.shares.leads
        assert first.database.trouble.startswith("database.url: PostgreSQL is not reached")
        await first.until(lambda: first.lanes == ALL)


async def _holding(database: Database, kind: int, what: int | None = None) -> list[int]:
    sql = HOLDING if what is not None else HOLDING.removesuffix(" AND objid = :what")
    given = {"kind": kind} if what is None else {"kind": kind, "what": what}
    return [row["pid"] for row in await database.glance().rows(sql, **given)]


async def _both_here(database: Database) -> None:
    async with asyncio.timeout(TAKEN_OVER_WITHIN):
        while len(await _holding(database, WORKERS)) < 2:
            continue


async def test_of_two_who_change_the_same_row_the_later_one_is_told_and_does_it_again(tmp_path: Path) -> None:
    async with worker(tmp_path) as first, worker(tmp_path) as second:
        async with first.database.transaction() as tx:
            await tx.run("INSERT INTO team (name, municipality) VALUES ('Б-1', '1')")
        with pytest.raises(Again):
            await _overtaken(first.database, by_the_other=second.database)
        assert not first.database.trouble
        await asyncio.gather(*(one.database.write(_counted) for one in (first, second) * 10))
        async with first.database.reading() as tx:
            assert (await tx.one("SELECT municipality FROM team"))["municipality"] == "22"


async def _overtaken(database: Database, *, by_the_other: Database) -> None:
    async with database.transaction() as tx:
        await tx.rows("SELECT municipality FROM team")
        async with by_the_other.transaction() as other:
            await _counted(other)
        await _counted(tx)


async def _counted(tx: Tx) -> None:
    seen = int((await tx.one("SELECT municipality FROM team"))["municipality"])
    await tx.run("UPDATE team SET municipality = :next WHERE municipality = :seen", next=f"{seen + 1}", seen=f"{seen}")


async def test_a_statement_over_a_broken_connection_can_be_tried_again(tmp_path: Path) -> None:
    async with worker(tmp_path) as only:
        with pytest.raises(Unwritable, match="the connection to PostgreSQL broke"):
            async with only.database.transaction() as tx:
                await tx.run("SELECT pg_terminate_backend(pg_backend_pid())")
        assert only.database.trouble
        async with only.database.transaction() as tx:
            await tx.run("SELECT 1")
        assert not only.database.trouble
