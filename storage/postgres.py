"""PostgreSQL: the same SQL as for SQLite, its named parameters written as numbered ones with the type of each value.

What a newcomer gets wrong: asyncpg asks the server what type a parameter has, and the server cannot always tell
(`SELECT :id`), or says a narrower one than the value. So each is written with its type, and one text is prepared for
each combination of types that occurs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncpg

from storage import migrate
from storage.database import Database, StorageError, Tx, beside, to_its_end

CONNECTIONS = 8
STATEMENTS = 1000
"""So many stay prepared on a connection, more than there are."""
CHANNEL = "obhvat"
"""On which what was notified is told to other workers."""
GONE = (
    asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError, OSError,
)  # fmt: skip
WORKER = 20_261_129
"""The number of the lock that the worker holds which works; the server frees it when its connection ends."""
SOON_MISSED = {"tcp_keepalives_idle": "4", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "2"}
"""So that it notices within eight seconds when a worker's machine is gone."""

_TYPES = {int: "bigint", bool: "bigint", str: "text", bytes: "bytea", float: "double precision"}
_PARAMETER = re.compile(r"'[^']*'|(?<![:\w]):([a-z]\w*)")
"""A quoted text is passed over."""

_PARTS = re.compile(r"\[[^]]*\]|.", re.DOTALL)
_ANY = {"*": ".*", "?": "."}


@lru_cache(maxsize=4096)
def numbered(sql: str, types: tuple[tuple[str, type], ...]) -> tuple[str, list[str]]:
    """The statement as PostgreSQL reads it, and the names of its parameters in order."""
    known, order = dict(types), dict[str, int]()

    def write(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        if known[name] is type(None):
            return "NULL"
        number = order.setdefault(name, len(order) + 1)
        return f"CAST(${number} AS {_TYPES[known[name]]})"

    return _PARAMETER.sub(write, sql), list(order)


def _bound(sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    text, names = numbered(sql, tuple((name, type(value)) for name, value in values.items()))
    return text, [as_kept(values[name]) for name in names]


def as_kept(value: Any) -> Any:
    """As PostgreSQL takes it. A text cannot hold NUL there; nobody can write that, but a messenger may bring it."""
    if isinstance(value, bool):
        return int(value)
    return value.replace("\x00", "") if isinstance(value, str) and "\x00" in value else value


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except GONE as broken:
        raise StorageError(f"database.url: the connection to PostgreSQL broke ({broken}).") from broken


class Writing(Tx):
    row_id = "CAST(ctid AS text)"
    is_row = "ctid = CAST(:row AS tid)"

    def __init__(self, connection: Any) -> None:
        super().__init__()
        self._connection = connection

    def matches(self, text: str, name: str) -> str:
        return f"{text} ~ :{name}"

    def pattern(self, like: str) -> str:
        parts = _PARTS.findall(like)
        return f"^{''.join(_ANY.get(part) or (part if len(part) > 1 else re.escape(part)) for part in parts)}$"

    async def rows(self, sql: str, **values: Any) -> list[asyncpg.Record]:
        text, bound = _bound(sql, values)
        with _there():
            found: list[asyncpg.Record] = await self._connection.fetch(text, *bound)
        return found

    async def row(self, sql: str, **values: Any) -> asyncpg.Record | None:
        text, bound = _bound(sql, values)
        with _there():
            return await self._connection.fetchrow(text, *bound)

    async def run(self, sql: str, **values: Any) -> None:
        text, bound = _bound(sql, values)
        with _there():
            await self._connection.execute(text, *bound)

    def _see_whether_it_is_open(self, failed: BaseException) -> None:
        return

    async def many(self, sql: str, values: Iterable[dict[str, Any]]) -> None:
        together: dict[str, list[list[Any]]] = {}
        for one in values:
            text, bound = _bound(sql, one)
            together.setdefault(text, []).append(bound)
        with _there():
            for text, rows in together.items():
                await self._connection.executemany(text, rows)


class Postgres(Database):
    """Opened by `open_postgres`."""

    def __init__(self, pool: asyncpg.Pool, listener: asyncpg.Connection, path: Path) -> None:
        super().__init__(path)
        self._pool = pool
        self._listener = listener
        self._turn = asyncio.Lock()
        self._lost = asyncio.Event()
        listener.add_termination_listener(lambda _connection: self._lost.set())
        self._ours: set[int] = set()
        """The processes of the server that work for us: what they tell we know already."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        async with self._turn, self._acquired() as connection:
            tx = Writing(connection)
            try:
                await tx.run("BEGIN")
                yield tx
                self.committing("before")
                self._ours.add(connection.get_server_pid())
                for topic in tx.topics:
                    await tx.run("SELECT pg_notify(:channel, :topic)", channel=CHANNEL, topic=topic)
                await to_its_end(tx.run("COMMIT"))
            except BaseException:
                if not connection.is_closed():
                    await to_its_end(tx.run("ROLLBACK"))
                raise
            self._committed(tx)

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Any]:
        with _there():
            connection = await self._pool.acquire()
        try:
            yield connection
        finally:
            with _there():
                await self._pool.release(connection)

    def glance(self) -> Tx:
        return Writing(self._pool)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        async with self._acquired() as connection:
            yield Writing(connection)

    async def becomes_ours(self) -> None:
        with _there():
            await self._listener.execute("SELECT pg_advisory_lock($1)", WORKER)

    async def stays_ours(self) -> None:
        await self._lost.wait()
        raise StorageError("database.url: the connection to PostgreSQL broke; another worker may have taken over.")

    async def hear(self) -> None:
        """What other workers commit wakes us as well."""
        await self._listener.add_listener(CHANNEL, self._heard)

    def _heard(self, _connection: object, pid: int, _channel: str, topic: object) -> None:
        if pid not in self._ours:
            self._wake([str(topic)])

    async def scrub(self) -> None:
        """The tables, not what the server has written ahead or copied to others: that goes with its own terms."""
        async with self._turn, self._acquired() as connection:
            await Writing(connection).run("VACUUM FULL")

    async def close(self) -> None:
        await self._listener.close()
        await self._pool.close()


async def open_postgres(url: str) -> Database:
    """Raises StorageError."""
    await asyncio.to_thread(migrate.prepare_postgres, url)
    try:
        pool = await asyncpg.create_pool(
            url, min_size=0, max_size=CONNECTIONS, init=_prepare, statement_cache_size=STATEMENTS
        )
        listener = await asyncpg.connect(url, server_settings=SOON_MISSED)
    except (OSError, asyncpg.PostgresError) as broken:
        raise StorageError(f"database.url: PostgreSQL cannot be used ({broken}).") from broken
    opened = Postgres(pool, listener, beside(url))
    await opened.hear()
    return opened


async def _prepare(connection: asyncpg.Connection) -> None:
    # The sum of whole numbers.
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text")


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)
