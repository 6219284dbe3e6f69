"""One SQLite file: one writing connection, a few reading ones, and transactions that survive a pulled plug.

Times are stored as integer microseconds since 1970 UTC, days as ISO text. SQL is written in the dialect that SQLite
and PostgreSQL share, with named parameters.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiosqlite

from storage import migrate
from storage.migrate import SchemaError

READERS = 2
BUSY_TIMEOUT_MS = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = sqlite3.Row


class StorageError(SchemaError):
    """The database cannot be used; the message says why and what would mend it."""


def to_micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


class Tx:
    """A transaction; everything in it happens or nothing does."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._depth = 0

    async def rows(self, sql: str, **values: Any) -> list[Row]:
        return list(await self._connection.execute_fetchall(sql, values))

    async def row(self, sql: str, **values: Any) -> Row | None:
        found = await self.rows(sql, **values)
        return found[0] if found else None

    async def one(self, sql: str, **values: Any) -> Row:
        """The only row; for `RETURNING` and aggregates, which always give one."""
        found = await self.rows(sql, **values)
        return found[0]

    async def run(self, sql: str, **values: Any) -> None:
        await self._connection.execute_fetchall(sql, values)

    async def many(self, sql: str, values: Iterable[dict[str, Any]]) -> None:
        rows = list(values)
        if rows:
            await self._connection.executemany(sql, rows)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone, and only that."""
        self._depth += 1
        name = f"s{self._depth}"
        await self.run(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            await self.run(f"ROLLBACK TO {name}")
            await self.run(f"RELEASE {name}")
            raise
        else:
            await self.run(f"RELEASE {name}")
        finally:
            self._depth -= 1


class Database:
    """Opened by `open_database`. `committed` is called after every commit, with the number of commits so far."""

    def __init__(self, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._turn = asyncio.Lock()
        self._all_readers = readers
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)
        self.committing: Callable[[str], None] = lambda _when: None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Writes, one transaction at a time; durable when the block has been left."""
        async with self._turn:
            await self._writer.execute_fetchall("BEGIN IMMEDIATE")
            try:
                yield Tx(self._writer)
            except BaseException:
                await asyncio.shield(self._writer.rollback())
                raise
            self.committing("before")
            await asyncio.shield(self._writer.commit())
            self.committing("after")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """Reads beside the writer; each statement sees what was committed before it began."""
        reader = await self._readers.get()
        try:
            yield Tx(reader)
        finally:
            self._readers.put_nowait(reader)

    async def close(self) -> None:
        for connection in (*self._all_readers, self._writer):
            await connection.close()


def path_of(url: str) -> Path:
    """The file of `sqlite:///obhvat.db` (relative) or `sqlite:////var/lib/obhvat.db`."""
    scheme, _, rest = url.partition(":///")
    if scheme != "sqlite" or not rest:
        raise StorageError(f"database.url: {url!r} is not understood. For example: sqlite:///obhvat.db")
    return Path(rest)


async def open_database(url: str) -> Database:
    """Opens the file, bringing its schema up to date. Raises StorageError."""
    path = path_of(url)
    await asyncio.to_thread(migrate.prepare, path)
    connections: list[aiosqlite.Connection] = []
    try:
        for _ in range(READERS + 1):
            connections.append(await _connect(path))
    except sqlite3.Error as broken:
        for connection in connections:
            await connection.close()
        raise StorageError(f"database.url: {path} cannot be opened ({broken}).") from broken
    return Database(connections[0], connections[1:])


async def _connect(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = Row
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    return connection
