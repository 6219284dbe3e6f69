"""What storage asks of a database, whichever it is: transactions, reads beside them, and who is woken by a commit.

Times are stored as integer microseconds since 1970 UTC, days as ISO text, yes and no as 1 and 0. SQL is written in the
dialect that SQLite and PostgreSQL share, with named parameters.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from storage.migrate import SchemaError
from storage.shares import ALL, Shares

AGAIN_WITHIN = 0.02
"""Seconds at most until what another worker was in the way of is done again, for each time that it was."""
AGAIN_AT_MOST = 50

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StorageError(SchemaError):
    """The database cannot be used; the message says why and what would mend it."""


class Unwritable(StorageError):
    """Nothing of a transaction was kept, for a reason that lies outside: it may be tried again once that is mended."""


class Again(Unwritable):
    """Another worker has changed meanwhile what this transaction was about: to be done again, at once (`write`)."""


class Row(Protocol):
    """What each engine gives: a value by name or place, all of them in order, `dict(row)`."""

    def __getitem__(self, name: Any, /) -> Any: ...
    def __iter__(self) -> Any: ...
    def keys(self) -> Any: ...


def to_micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def from_micros(micros: int | None) -> datetime | None:
    return None if micros is None else moment_of(micros)


def in_list(ids: Iterable[int]) -> str:
    """For `IN (…)`: numbers of our own, so many that they could not all be values of a statement."""
    return ", ".join(str(int(one)) for one in ids) or "NULL"


class Tx(ABC):
    """A transaction; everything in it happens or nothing does."""

    row_id: str
    """What names a row of a table without an id, until it is changed."""
    is_row: str
    """The condition that it is `:row`."""

    def __init__(self) -> None:
        self._depth = 0
        self.then: list[Callable[[], None]] = []
        self.topics: set[str] = set()
        self.offered: dict[str, list[Any]] = {}
        self.told: dict[str, set[int]] = {}
        """What other workers are told, and of which lanes."""
        self.touched: set[str] = set()

    def when_committed(self, then: Callable[[], None]) -> None:
        """For what is remembered outside the database and may only change with it."""
        self.then.append(then)

    def notify(self, topic: str, lanes: Collection[int] = ALL) -> None:
        """Wakes who listens, once the transaction is committed: `inbox`, `outbox`, `hushed`, `media`, `files`."""
        self.topics.add(topic)
        self.tell(topic, lanes)

    def offer(self, topic: str, thing: Any, lanes: Collection[int]) -> None:
        """As `notify`, and whoever can take it gets what is new: a row that this transaction changes no more."""
        self.offered.setdefault(topic, []).append(thing)
        self.tell(topic, lanes)

    def tell(self, topic: str, lanes: Collection[int] = ALL) -> None:
        """Wakes other workers of whom one of these lanes may be."""
        self.told.setdefault(topic, set()).update(lanes)

    def touch(self, thing: str) -> None:
        """Something of which notices may tell has changed: `case 12`, `referral 3`, `person 5` (`storage.because`)."""
        self.touched.add(thing)

    @abstractmethod
    def matches(self, text: str, name: str) -> str:
        """The condition that a text is like the value of that name, which `pattern` has made."""

    @abstractmethod
    def pattern(self, like: str) -> str:
        """Of letters, `*` for any of them, `?` for one, `[xX]` for one of these."""

    @abstractmethod
    def number_of(self, table: str) -> str:
        """The expression for the number of a new row: the next one, never one that has been given out, also when its
        row is gone. Several workers leave gaps."""

    @abstractmethod
    async def rows(self, sql: str, **values: Any) -> Sequence[Row]: ...

    @abstractmethod
    async def row(self, sql: str, **values: Any) -> Row | None: ...

    @abstractmethod
    async def run(self, sql: str, **values: Any) -> None: ...

    @abstractmethod
    async def many(self, sql: str, values: Iterable[dict[str, Any]]) -> None: ...

    async def one(self, sql: str, **values: Any) -> Row:
        """The only row; for `RETURNING` and aggregates, which always give one."""
        return (await self.rows(sql, **values))[0]

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone, and only that."""
        self._depth += 1
        name = f"s{self._depth}"
        before = len(self.then), {topic: len(things) for topic, things in self.offered.items()}
        await self.run(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException as failed:
            self._see_whether_it_is_open(failed)
            await self.run(f"ROLLBACK TO {name}")
            await self.run(f"RELEASE {name}")
            self._forget_since(*before)
            raise
        else:
            await self.run(f"RELEASE {name}")
        finally:
            self._depth -= 1

    def _forget_since(self, then: int, offered: Mapping[str, int]) -> None:
        """What was to follow from what has been undone. Whoever was to be woken looks in vain, that is all."""
        del self.then[then:]
        for topic, things in self.offered.items():
            del things[offered.get(topic, 0) :]

    @abstractmethod
    def _see_whether_it_is_open(self, failed: BaseException) -> None:
        """Raises Unwritable when the engine has undone the whole transaction."""


class Database(ABC):
    """Opened by `open_database`. `committing` is called before and after every commit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """What lies beside it is named after this; see `beside`."""
        self.shares = Shares()
        self._listening: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._taking: dict[str, Callable[[Sequence[Any]], None]] = {}
        self.committing: Callable[[str], None] = lambda _when: None
        self.trouble = ""
        """Why the last transaction could not be written; empty when it was."""
        self.troubled: Callable[[str], None] = lambda _why: None
        """Called with `trouble` when that becomes or ceases to be so."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Writes, one transaction at a time; durable when the block has been left. Raises Unwritable."""

    @abstractmethod
    def glance(self) -> Tx:
        """For short reads of what has been committed; a long one belongs to `reading`."""

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Tx]:
        """Reads beside the writer; each statement sees what was committed before it began."""

    @abstractmethod
    async def becomes_ours(self) -> None:
        """To be called by who works with it. Raises StorageError where only one may and another one does."""

    @abstractmethod
    async def scrub(self) -> None:
        """Leaves no byte of what was deleted. Takes about a second for 100 MB, in which nobody else writes. Raises
        StorageError."""

    @abstractmethod
    async def close(self) -> None: ...

    async def write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """As a transaction of its own, begun again as long as other workers are in its way. Raises Unwritable."""
        for times in range(AGAIN_AT_MOST):
            try:
                async with self.transaction() as tx:
                    return await work(tx)
            except Again:
                await asyncio.sleep(random.uniform(0, AGAIN_WITHIN * times))
        async with self.transaction() as tx:
            return await work(tx)

    def listen(self, topic: str, wake: Callable[[], None], take: Callable[[Sequence[Any]], None] | None = None) -> None:
        """Calls `wake` after each commit that notified `topic`; `take`, which one may have, with what was offered."""
        self._listening[topic].append(wake)
        if take:
            self._taking[topic] = take

    def _note(self, trouble: str) -> None:
        changed = bool(trouble) != bool(self.trouble)
        self.trouble = trouble
        if changed:
            self.troubled(trouble)

    def _committed(self, tx: Tx) -> None:
        self._note("")
        self.committing("after")
        for then in tx.then:
            then()
        self._wake(tx.topics)
        for topic, things in tx.offered.items():
            if take := self._taking.get(topic):
                take(things)

    def _wake(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for wake in self._listening[topic]:
                wake()


async def to_its_end(ending: Coroutine[Any, Any, Any]) -> None:
    """Also when cancelled meanwhile: the next transaction must not begin inside this one."""
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def path_of(url: str) -> Path:
    """The file of `sqlite:///obhvat.db` (relative) or `sqlite:////var/lib/obhvat.db`. Raises StorageError."""
    if is_postgres(url):
        raise StorageError("database.url: this needs a SQLite file. PostgreSQL has its own tools: pg_dump, pg_restore.")
    scheme, _, rest = url.partition(":///")
    if scheme != "sqlite" or not rest:
        raise _not_understood(url)
    return Path(rest)


def _not_understood(url: str) -> StorageError:
    return StorageError(
        f"database.url: {url!r} is not understood. For example: sqlite:///obhvat.db or postgresql://host/obhvat"
    )


def beside(url: str) -> Path:
    """What lies beside the database (its key, the list of what was forgotten) is named after this: the file, or, for
    PostgreSQL, the database's name in the folder in which the bot runs. Raises StorageError."""
    if not is_postgres(url):
        return path_of(url)
    try:
        return Path(urlsplit(url).path.strip("/") or "obhvat")
    except ValueError as nonsense:
        raise _not_understood(url) from nonsense


def is_postgres(url: str) -> bool:
    return url.startswith(("postgresql://", "postgres://"))


async def open_database(url: str) -> Database:
    """Opens it, bringing its schema up to date. Raises StorageError."""
    # Each engine is imported where it is used: the other one need not be installed.
    if is_postgres(url):
        from storage import postgres

        return await postgres.open_postgres(url)
    from storage import sqlite

    return await sqlite.open_file(path_of(url))
