"""Everything of a SQLite file into an empty PostgreSQL, or nothing of it.

The rows are copied, read back, and compared with the file as it then is, by their number and a sum over all of them;
only then is it committed. What was written to the file meanwhile therefore stops it: end the bot first.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import asyncpg

from storage import migrate
from storage.database import StorageError
from storage.postgres import as_kept

ROWS = 2_000
"""At a time."""
SCHEMA = "alembic_version"


@dataclass(frozen=True)
class Sum:
    """Of a table: how many rows, and the sum of their digests, in whatever order they come."""

    rows: int = 0
    digests: int = 0

    def with_(self, rows: Iterable[Sequence[Any]]) -> Sum:
        number, total = self.rows, self.digests
        for row in rows:
            number += 1
            total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
        return Sum(number, total % 2**256)


async def move(path: Path, url: str) -> dict[str, Sum]:
    """What was moved, by table. Raises StorageError, and then nothing has been."""
    await asyncio.to_thread(migrate.prepare, path)
    await asyncio.to_thread(migrate.prepare_postgres, url)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA query_only = ON")
        target = await asyncpg.connect(url)
        try:
            async with target.transaction():
                done = await _moved(file, target)
            await target.execute("ANALYZE")  # else each query is planned as if the tables were empty
            return done
        finally:
            await target.close()


async def _moved(file: sqlite3.Connection, target: asyncpg.Connection) -> dict[str, Sum]:
    tables = _tables(file)
    for table in tables:
        if await target.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table})"):
            raise StorageError(f"--to: {table} already holds rows there. Name an empty database.")
    for table in tables:
        names = _columns(file, table)
        for rows in _of(file, table, names):
            await target.copy_records_to_table(table, records=rows, columns=names)
        if "id" in names and await target.fetchval("SELECT pg_get_serial_sequence($1, 'id')", table):
            await target.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"
            )
    # The number of a forgotten report is nobody else's.
    await target.execute(
        "SELECT setval(pg_get_serial_sequence('visit', 'id'), max(n)) FROM (SELECT max(id) AS n FROM visit "
        "UNION ALL SELECT last FROM numbered WHERE what = 'visit') AS given HAVING max(n) > 0"
    )
    return {table: await _compared(file, target, table) for table in tables}


async def _compared(file: sqlite3.Connection, target: asyncpg.Connection, table: str) -> Sum:
    names = _columns(file, table)
    here, there = Sum(), Sum()
    for rows in _of(file, table, names):
        here = here.with_(rows)
    cursor = await target.cursor(f"SELECT {', '.join(names)} FROM {table}")
    while rows := await cursor.fetch(ROWS):
        there = there.with_(rows)
    if here != there:
        raise StorageError(
            f"{table}: {here.rows} rows here, {there.rows} there, and they are not the same. Nothing was moved. "
            "End the bot, so that nothing is written meanwhile, and try again."
        )
    return here


def _tables(file: sqlite3.Connection) -> list[str]:
    """Each after those that it refers to."""
    names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    ours = [name for name in names if name != SCHEMA and not name.startswith("sqlite_")]
    refers = {name: {row[2] for row in file.execute(f"PRAGMA foreign_key_list({name})")} - {name} for name in ours}
    return list(TopologicalSorter(refers).static_order())


def _columns(file: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in file.execute(f"PRAGMA table_info({table})")]


def _of(file: sqlite3.Connection, table: str, names: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    cursor = file.execute(f"SELECT {', '.join(names)} FROM {table}")
    while rows := cursor.fetchmany(ROWS):
        yield [tuple(as_kept(value) for value in row) for row in rows]
