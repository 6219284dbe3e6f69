"""PostgreSQL: the same SQL as for SQLite, its named parameters written as numbered ones with the type of each value.

What a newcomer gets wrong: asyncpg asks the server what type a parameter has, and the server cannot always tell
(`SELECT :id`), or says a narrower one than the value. So each is written with its type, and one text is prepared for
each combination of types that occurs.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import asyncpg

from storage import migrate
from storage.database import Again, Database, StorageError, Tx, Unwritable, beside, to_its_end
from storage.leases import CHANNEL, Leases

T = TypeVar("T")
CONNECTIONS = 8
STATEMENTS = 1000
"""So many stay prepared on a connection, more than there are."""
GONE = (
    asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError, asyncpg.IdleInTransactionSessionTimeoutError, OSError,
)  # fmt: skip
"""The third is what asyncpg says when the server ends in the midst of an answer."""
UNDONE_AFTER = {"idle_in_transaction_session_timeout": "20s"}
"""Whoever stops in the midst of a transaction keeps others from what it has changed, for so long."""
FULL = (asyncpg.InsufficientResourcesError, asyncpg.ReadOnlySQLTransactionError)
"""No room on its disk, too many connections, or it is a copy that only reads."""
IN_THE_WAY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
ANSWER_SECONDS = 60.0
"""A statement that takes longer is given up with its connection: nobody can tell whether the server is still there."""
SCRUB_SECONDS = 3600.0

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
    except IN_THE_WAY as other:
        raise Again(f"database.url: another worker was in the way ({other}).") from other
    except GONE as broken:
        raise Unwritable(f"database.url: the connection to PostgreSQL broke ({broken}).") from broken
    except FULL as refused:
        raise Unwritable(f"database.url: PostgreSQL takes nothing ({refused}).") from refused


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

    def number_of(self, table: str) -> str:
        return f"nextval(pg_get_serial_sequence('{table}', 'id'))"

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

    async def begin(self) -> None:
        try:
            await self.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        except asyncpg.ActiveSQLTransactionError as open_still:
            # Whoever had the connection before was broken off, and it has not ended all that it was told.
            self._connection.terminate()
            raise Again("database.url: a connection to PostgreSQL was left in a transaction.") from open_still

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

    def __init__(self, pool: asyncpg.Pool, url: str) -> None:
        super().__init__(beside(url))
        self._pool = pool
        self._turn = asyncio.Lock()
        self.shares: Leases = Leases(url, self._turn, self._heard, self._note)
        self._name = secrets.token_hex(8)
        """Under which it tells others something: what it hears from itself it knows already."""

    async def write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """A key that is there already may have come from another worker meanwhile; then it is seen the second time.

        https://www.postgresql.org/docs/15/mvcc-serialization-failure-handling.html (30 November 2026)
        """
        try:
            return await super().write(work)
        except asyncpg.UniqueViolationError:
            return await super().write(work)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Whoever of several workers commits first is right: the other's is undone, and raises Again, as soon as it
        changes a row that it has not seen as it is."""
        try:
            async with self._turn, self._acquired() as connection:
                tx = Writing(connection)
                async with self._begun(tx):
                    yield tx
                    self.committing("before")
                    await self._tell(tx)
                self._committed(tx)
        except Again:
            raise
        except Unwritable as broken:
            self._note(str(broken))
            raise

    @asynccontextmanager
    async def _begun(self, tx: Writing) -> AsyncIterator[None]:
        try:
            await tx.begin()
            yield
            await to_its_end(tx.run("COMMIT"))
        except BaseException:
            with suppress(Unwritable):  # the server has undone it when the connection is gone
                await to_its_end(tx.run("ROLLBACK"))
            raise

    async def _tell(self, tx: Writing) -> None:
        """Other workers, what concerns them."""
        if topics := [topic for topic, lanes in tx.told.items() if not self.shares.are_ours(lanes)]:
            for topic in topics:
                await tx.run("SELECT pg_notify(:channel, :said)", channel=CHANNEL, said=f"{topic} {self._name}")

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
        """Several may: each has its part (`shares`)."""

    def _heard(self, said: str) -> None:
        """What other workers commit wakes us as well."""
        topic, _, by = said.partition(" ")
        if by != self._name:
            self._wake([topic])

    async def scrub(self) -> None:
        """The tables, not what the server has written ahead or copied to others: that goes with its own terms."""
        async with self._turn, self._acquired() as connection:
            with _there():
                await connection.execute("VACUUM FULL", timeout=SCRUB_SECONDS)

    async def close(self) -> None:
        await self.shares.close()
        await self._pool.close()


async def open_postgres(url: str) -> Database:
    """Raises StorageError."""
    await asyncio.to_thread(migrate.prepare_postgres, url)
    try:
        pool = await asyncpg.create_pool(
            url, min_size=0, max_size=CONNECTIONS, init=_prepare, reset=_left_as_it_is, statement_cache_size=STATEMENTS,
            command_timeout=ANSWER_SECONDS, server_settings=UNDONE_AFTER,
        )  # fmt: skip
        opened = Postgres(pool, url)
        await opened.shares.connect()
    except (OSError, asyncpg.PostgresError) as broken:
        raise StorageError(f"database.url: PostgreSQL cannot be used ({broken}).") from broken
    return opened


async def _left_as_it_is(_connection: object) -> None:
    """Nothing is set on a connection that another one would have to be rid of; asking the server to do so would double
    the way of every short read."""


async def _prepare(connection: asyncpg.Connection) -> None:
    # The sum of whole numbers.
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text")


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)
