"""One SQLite file: one writing connection, a few reading ones, and transactions that survive a pulled plug.

Times are stored as integer microseconds since 1970 UTC, days as ISO text. SQL is written in the dialect that SQLite
and PostgreSQL share, with named parameters.

What a newcomer gets wrong: a small statement of a transaction runs where it stands. It takes 10-20 microseconds, and
the way to another thread and back takes 80; only what may wait for the disk goes there: the commit, long lists of rows,
and the reading connections.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiosqlite

from storage import migrate
from storage.migrate import SchemaError

READERS = 2
PATIENCE_SECONDS = 10
"""So long another program may keep the file locked."""
ASK_AGAIN_SECONDS = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = sqlite3.Row
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


class StorageError(SchemaError):
    """The database cannot be used; the message says why and what would mend it."""


class Unwritable(StorageError):
    """Nothing of a transaction was kept, for a reason that lies outside: it may be tried again once that is mended."""


def to_micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


class Tx:
    """A transaction; everything in it happens or nothing does."""

    def __init__(self, raw: sqlite3.Connection, thread: aiosqlite.Connection) -> None:
        self._raw = raw
        self._thread = thread
        self._depth = 0
        self.then: list[Callable[[], None]] = []
        self.topics: set[str] = set()
        self.touched: set[str] = set()

    def when_committed(self, then: Callable[[], None]) -> None:
        """For what is remembered outside the database and may only change with it."""
        self.then.append(then)

    def notify(self, topic: str) -> None:
        """Wakes who listens, once the transaction is committed: `inbox`, `outbox`, `hushed`, `media`, `files`."""
        self.topics.add(topic)

    def touch(self, thing: str) -> None:
        """Something of which notices may tell has changed: `case 12`, `referral 3`, `person 5` (`storage.because`)."""
        self.touched.add(thing)

    async def rows(self, sql: str, **values: Any) -> list[Row]:
        return self._raw.execute(sql, values).fetchall()

    async def row(self, sql: str, **values: Any) -> Row | None:
        found: Row | None = self._raw.execute(sql, values).fetchone()
        return found

    async def one(self, sql: str, **values: Any) -> Row:
        """The only row; for `RETURNING` and aggregates, which always give one."""
        found: Row = self._raw.execute(sql, values).fetchall()[0]
        return found

    async def run(self, sql: str, **values: Any) -> None:
        self._raw.execute(sql, values)

    async def many(self, sql: str, values: Iterable[dict[str, Any]]) -> None:
        rows = list(values)
        if len(rows) > MANY:
            await self._thread.executemany(sql, rows)
        elif rows:
            self._raw.executemany(sql, rows)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone, and only that."""
        self._depth += 1
        name = f"s{self._depth}"
        self._raw.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException as failed:
            # When the disk fails, SQLite may undo the whole transaction; what came after would be one of its own.
            if not self._raw.in_transaction:
                raise _of_the_disk(failed) or Unwritable(UNDONE) from failed
            self._raw.execute(f"ROLLBACK TO {name}")
            self._raw.execute(f"RELEASE {name}")
            raise
        else:
            self._raw.execute(f"RELEASE {name}")
        finally:
            self._depth -= 1


class Looking(Tx):
    """Reads beside the writer, each on a thread of its own: they may be long."""

    async def rows(self, sql: str, **values: Any) -> list[Row]:
        return list(await self._thread.execute_fetchall(sql, values))

    async def row(self, sql: str, **values: Any) -> Row | None:
        found = await self.rows(sql, **values)
        return found[0] if found else None

    async def one(self, sql: str, **values: Any) -> Row:
        return (await self.rows(sql, **values))[0]


class Database:
    """Opened by `open_database`. `committing` is called before and after every commit."""

    def __init__(
        self, writer: Connection, glancing: Connection, readers: list[Connection], opened: AsyncExitStack
    ) -> None:
        self._raw, self._thread = writer
        self._glancing = glancing
        self._listening: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._turn = asyncio.Lock()
        self._opened = opened
        self._readers: asyncio.Queue[Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)
        self.committing: Callable[[str], None] = lambda _when: None
        self.trouble = ""
        """Why the last transaction could not be written; empty when it was."""
        self.troubled: Callable[[str], None] = lambda _why: None
        """Called with `trouble` when that becomes or ceases to be so."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Writes, one transaction at a time; durable when the block has been left. Raises Unwritable."""
        async with self._turn:
            tx = Tx(self._raw, self._thread)
            try:
                await self._begin()
                yield tx
                self.committing("before")
                if not self._raw.in_transaction:
                    raise Unwritable(UNDONE)
                await _to_its_end(self._thread.commit())
            except BaseException as failed:
                # Also what could not be committed: the next transaction must not begin inside it.
                await _to_its_end(self._thread.rollback())
                if unwritable := _of_the_disk(failed):
                    self._note(str(unwritable))
                    raise unwritable from failed.__cause__ or failed
                raise
            self._note("")
            self.committing("after")
            for then in tx.then:
                then()
            for topic in tx.topics:
                for wake in self._listening[topic]:
                    wake()

    def _note(self, trouble: str) -> None:
        changed = bool(trouble) != bool(self.trouble)
        self.trouble = trouble
        if changed:
            self.troubled(trouble)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Calls `wake` after each commit that notified `topic`."""
        self._listening[topic].append(wake)

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
        """For short reads where they stand, of what has been committed; a long one belongs to `reading`."""
        return Tx(*self._glancing)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """Reads beside the writer; each statement sees what was committed before it began."""
        reader = await self._readers.get()
        try:
            yield Looking(*reader)
        finally:
            self._readers.put_nowait(reader)

    async def close(self) -> None:
        await self._opened.aclose()


def _of_the_disk(failed: BaseException) -> Unwritable | None:
    """The one seam where an error of the file gets its meaning; None for every other."""
    if isinstance(failed, Unwritable):
        return failed
    # Errors of the module itself have no code.
    code = getattr(failed, "sqlite_errorcode", 0) & 0xFF if isinstance(failed, sqlite3.Error) else 0
    return Unwritable(f"database.url: {OF_THE_DISK[code]} ({failed}).") if code in OF_THE_DISK else None


async def _to_its_end(ending: Coroutine[Any, Any, None]) -> None:
    """Also when cancelled meanwhile: the next transaction must not begin inside this one."""
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


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
    async with AsyncExitStack() as opened:
        try:
            writer, glancing, *readers = [await _connect(path, opened) for _ in range(READERS + 2)]
        except sqlite3.Error as broken:
            raise StorageError(f"database.url: {path} cannot be opened ({broken}).") from broken
        await writer[1].execute_fetchall("PRAGMA busy_timeout=0")
        return Database(writer, glancing, readers, opened.pop_all())


async def _connect(path: Path, opened: AsyncExitStack) -> Connection:
    """The connection itself, and the same one on a thread of its own, which `opened` ends."""
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS)
    raw.row_factory = Row
    thread = await aiosqlite.Connection(lambda: raw, iter_chunk_size=64)
    opened.push_async_callback(thread.close)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE_SECONDS}000"):
        await thread.execute_fetchall(f"PRAGMA {pragma}")
    return raw, thread
