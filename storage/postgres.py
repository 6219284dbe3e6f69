"""PostgreSQL: the same SQL as for SQLite, its named parameters written as numbered ones with the type of each value.

What a newcomer gets wrong: asyncpg asks the server what type a parameter has, and the server cannot always tell
(`SELECT :id`), or says a narrower one than the value. So each is written with its type, and one text is prepared for
each combination of types that occurs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import lru_cache
from typing import Any

import asyncpg

from storage import migrate
from storage.database import Database, StorageError, Tx, to_its_end

CONNECTIONS = 8
STATEMENTS = 1000
"""So many stay prepared on a connection, more than there are."""
CHANNEL = "obhvat"
"""On which what was notified is told to other workers."""

_TYPES = {int: "bigint", bool: "bigint", str: "text", bytes: "bytea", float: "double precision"}
_PARAMETER = re.compile(r"'[^']*'|(?<![:\w]):([a-z]\w*)")
"""A quoted text is passed over."""


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
    return text, [int(value) if isinstance(value := values[name], bool) else value for name in names]


class Writing(Tx):
    def __init__(self, connection: Any) -> None:
        super().__init__()
        self._connection = connection

    async def rows(self, sql: str, **values: Any) -> list[asyncpg.Record]:
        text, bound = _bound(sql, values)
        found: list[asyncpg.Record] = await self._connection.fetch(text, *bound)
        return found

    async def row(self, sql: str, **values: Any) -> asyncpg.Record | None:
        text, bound = _bound(sql, values)
        return await self._connection.fetchrow(text, *bound)

    async def run(self, sql: str, **values: Any) -> None:
        text, bound = _bound(sql, values)
        await self._connection.execute(text, *bound)

    async def many(self, sql: str, values: Iterable[dict[str, Any]]) -> None:
        together: dict[str, list[list[Any]]] = {}
        for one in values:
            text, bound = _bound(sql, one)
            together.setdefault(text, []).append(bound)
        for text, rows in together.items():
            await self._connection.executemany(text, rows)


class Postgres(Database):
    """Opened by `open_postgres`."""

    def __init__(self, pool: asyncpg.Pool, listener: asyncpg.Connection) -> None:
        super().__init__()
        self._pool = pool
        self._listener = listener
        self._turn = asyncio.Lock()
        self._ours: set[int] = set()
        """The processes of the server that work for us: what they tell we know already."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        async with self._turn, self._pool.acquire() as connection:
            tx = Writing(connection)
            try:
                await connection.execute("BEGIN")
                yield tx
                self.committing("before")
                self._ours.add(connection.get_server_pid())
                for topic in tx.topics:
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, topic)
                await to_its_end(connection.execute("COMMIT"))
            except BaseException:
                if not connection.is_closed():
                    await to_its_end(connection.execute("ROLLBACK"))
                raise
            self._committed(tx)

    def glance(self) -> Tx:
        return Writing(self._pool)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        async with self._pool.acquire() as connection:
            yield Writing(connection)

    async def hear(self) -> None:
        """What other workers commit wakes us as well."""
        await self._listener.add_listener(CHANNEL, self._heard)

    def _heard(self, _connection: object, pid: int, _channel: str, topic: object) -> None:
        if pid not in self._ours:
            self._wake([str(topic)])

    async def close(self) -> None:
        await self._listener.close()
        await self._pool.close()


async def open_postgres(url: str) -> Database:
    """Raises StorageError."""
    await asyncio.to_thread(migrate.prepare_postgres, url)
    try:
        pool = await asyncpg.create_pool(
            url, min_size=2, max_size=CONNECTIONS, init=_prepare, statement_cache_size=STATEMENTS
        )
        listener = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as broken:
        raise StorageError(f"database.url: PostgreSQL cannot be used ({broken}).") from broken
    opened = Postgres(pool, listener)
    await opened.hear()
    return opened


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text"
    )  # The sum of whole numbers.


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)
