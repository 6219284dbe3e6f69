"""One SQLite file: one writing connection, a few reading ones, and transactions that survive a pulled plug.

What a newcomer gets wrong: a small statement of a transaction runs where it stands. It takes 10-20 microseconds, and
the way to another thread and back takes 80; only what may wait for the disk goes there: the commit, long lists of rows,
and the reading connections.
"""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from storage import migrate
from storage.database import Database, StorageError, Tx, Unwritable, to_its_end

READERS = 2
PATIENCE_SECONDS = 10
"""So long another program may keep the file locked."""
ASK_AGAIN_SECONDS = 0.02
SCRUB_SECONDS = 3
"""So long readers are waited for while nobody can write: less than others have patience."""
LATER = "The bot does it by night, or at its next start."

Connection = tuple[sqlite3.Connection, aiosqlite.Connection]
STATEMENTS = 1000
"""So many stay prepared on a connection, more than there are: a person by id takes 10 microseconds, else 220."""
MANY = 100
"""Rows in one statement from which writing them is left to the other thread."""


OF_THE_DISK = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked; end that one",
    sqlite3.SQLITE_READONLY: "it may only be read; give this user the right to write to it and to its folder",
    sqlite3.SQLITE_IOERR: "the disk does not take it; look whether it is full or broken",
    sqlite3.SQLITE_FULL: "the disk is full; make room on it",
    sqlite3.SQLITE_CANTOPEN: "a file beside it cannot be opened; look at the rights of its folder",
}
"""What no change of ours would mend, by the low byte of the code (sqlite.org/rescode.html)."""
UNDONE = "database.url: what was being written was undone in the middle; look whether the disk is full or broken."


def _of_the_disk(failed: BaseException) -> Unwritable | None:
    """The one seam where an error of the file gets its meaning; None for every other."""
    if isinstance(failed, Unwritable):
        return failed
    # Errors of the module itself have no code.
    code = getattr(failed, "sqlite_errorcode", 0) & 0xFF if isinstance(failed, sqlite3.Error) else 0
    return Unwritable(f"database.url: {OF_THE_DISK[code]} ({failed}).") if code in OF_THE_DISK else None


class Writing(Tx):
    """Runs each statement where it stands."""

    row_id = "rowid"
    is_row = "rowid = :row"

    def __init__(self, raw: sqlite3.Connection, thread: aiosqlite.Connection) -> None:
        super().__init__()
        self._raw = raw
        self._thread = thread

    def matches(self, text: str, name: str) -> str:
        return f"{text} GLOB :{name}"

    def pattern(self, like: str) -> str:
        return like

    def number_of(self, table: str) -> str:
        return (
            f"(SELECT coalesce(max(n), 0) + 1 FROM (SELECT max(id) AS n FROM {table} "
            f"UNION ALL SELECT last FROM numbered WHERE what = '{table}') AS given)"
        )

    async def rows(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        return self._raw.execute(sql, values).fetchall()

    async def row(self, sql: str, **values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._raw.execute(sql, values).fetchone()
        return found

    async def run(self, sql: str, **values: Any) -> None:
        self._raw.execute(sql, values)

    def _see_whether_it_is_open(self, failed: BaseException) -> None:
        # When the disk fails, SQLite may undo the whole transaction; what came after would be one of its own.
        if not self._raw.in_transaction:
            raise _of_the_disk(failed) or Unwritable(UNDONE) from failed

    async def many(self, sql: str, values: Iterable[dict[str, Any]]) -> None:
        rows = list(values)
        if len(rows) > MANY:
            await self._thread.executemany(sql, rows)
        elif rows:
            self._raw.executemany(sql, rows)


class Looking(Writing):
    """Reads beside the writer, each on a thread of its own: they may be long."""

    async def rows(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        return list(await self._thread.execute_fetchall(sql, values))

    async def row(self, sql: str, **values: Any) -> sqlite3.Row | None:
        found = await self.rows(sql, **values)
        return found[0] if found else None


class File(Database):
    """Opened by `open_file`."""

    def __init__(
        self, writer: Connection, glancing: Connection, readers: list[Connection], opened: AsyncExitStack
    ) -> None:
        super().__init__(Path(writer[0].execute("PRAGMA database_list").fetchone()["file"]))
        self._raw, self._thread = writer
        self._glancing = glancing
        self._turn = asyncio.Lock()
        self._opened = opened
        self._readers: asyncio.Queue[Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        async with self._turn:
            tx = Writing(self._raw, self._thread)
            try:
                await self._begin()
                yield tx
                self.committing("before")
                if not self._raw.in_transaction:
                    raise Unwritable(UNDONE)
                await to_its_end(self._thread.commit())
            except BaseException as failed:
                # Also what could not be committed: the next transaction must not begin inside it.
                await to_its_end(self._thread.rollback())
                if unwritable := _of_the_disk(failed):
                    self._note(str(unwritable))
                    raise unwritable from failed.__cause__ or failed
                raise
            self._committed(tx)

    async def _begin(self) -> None:
        """At once if nobody else writes to the file, else as soon as they have ended.

        It asks again and again. A `BEGIN` that waits on the other thread would begin a transaction of nobody when the
        one who wanted it is stopped meanwhile.
        """
        patient_until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as locked:
                # The low byte: some reasons for being locked have a number of their own.
                if locked.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patient_until:
                    raise
            await asyncio.sleep(ASK_AGAIN_SECONDS)

    def glance(self) -> Tx:
        """Where it stands: nothing can happen between it and what follows."""
        return Writing(*self._glancing)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        reader = await self._readers.get()
        try:
            yield Looking(*reader)
        finally:
            self._readers.put_nowait(reader)

    async def becomes_ours(self) -> None:
        """Held as long as the process lives, however it ends; commands that only read or import are not in the way.

        Who waits is told at once: two would send every message twice. Raises StorageError.
        """
        self._opened.enter_context(_alone(self.path))

    async def scrub(self) -> None:
        """Writes the file anew and empties what was written ahead."""
        async with self._turn:
            await asyncio.to_thread(_scrub, self.path)

    async def close(self) -> None:
        await self._opened.aclose()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with open(f"{path}.running", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise StorageError(f"database.url: another obhvat runs with {path}. Stop it first.") from taken
        yield


def _scrub(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=SCRUB_SECONDS)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
            busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as failed:
        raise StorageError(f"database.url: {path} cannot be written anew ({failed}). {LATER}") from failed
    if busy:
        raise StorageError(f"database.url: {path} is read all the time, so it was not written anew. {LATER}")


async def open_file(path: Path) -> Database:
    """Raises StorageError."""
    await asyncio.to_thread(migrate.prepare, path)
    async with AsyncExitStack() as opened:
        try:
            writer, glancing, *readers = [await _connect(path, opened) for _ in range(READERS + 2)]
        except sqlite3.Error as broken:
            raise StorageError(f"database.url: {path} cannot be opened ({broken}).") from broken
        await writer[1].execute_fetchall("PRAGMA busy_timeout=0")
        return File(writer, glancing, readers, opened.pop_all())


async def _connect(path: Path, opened: AsyncExitStack) -> Connection:
    """The connection itself, and the same one on a thread of its own, which `opened` ends."""
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS)
    raw.row_factory = sqlite3.Row
    thread = await aiosqlite.Connection(lambda: raw, iter_chunk_size=64)
    opened.push_async_callback(thread.close)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={PATIENCE_SECONDS}000",
    ):
        await thread.execute_fetchall(f"PRAGMA {pragma}")
    return raw, thread
