"""The shares of one worker among several of a PostgreSQL database (`storage.shares`).

Each share is an advisory lock of a session, which the server frees when the session's connection ends, however that
comes about. So a worker that dies is missed as soon as the server misses its connection, and nobody keeps a clock.

What a newcomer gets wrong: a worker that has lost its connection may still be at work, because a transaction or a call
is under way. What it writes then meets what the next owner of the lane has written, and one of the two is undone
(`Again`); what it sends may come twice, as after a crash between a call and its record.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from storage.shares import ALL, LANES, LEAD, Shares

WORKERS, OWNED, READY = 20_261_129, 20_261_130, 20_261_131
"""Kinds of locks: a worker is here, a lane is its own, who leads has made everything ready."""
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 5.0
"""A server that is silent for longer may have given our lanes to somebody else."""
SOON_MISSED = {"tcp_keepalives_idle": "4", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "2"}
"""So that the server notices within eight seconds when a worker's machine is gone."""
STANDS_STILL = "SET idle_session_timeout = '6s'"
"""A worker looks every second: the server parts with one that does not, because its process is stopped."""
LOOK_AT_ALL = 5
"""After so many looks whoever listens is woken anyway: nothing waits for ever because a word was lost."""
CHANNEL = "obhvat"
"""On which what was notified is told to other workers: the topic, and by whom."""
SHARES = "shares"
"""Told there when lanes have become free, or who leads is ready."""
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

HELD = """
SELECT classid, objid, pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
AND classid = ANY($1::oid[]) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
TAKE = "SELECT lane FROM unnest($2::int[]) AS lane WHERE pg_try_advisory_lock($1::int, lane)"
GIVE = "SELECT pg_advisory_unlock($1::int, lane) FROM unnest($2::int[]) AS lane"
TELL = "SELECT pg_notify($1, $2)"


class Leases(Shares):
    """`turn` is held by whoever writes: no lane leaves in the midst of a transaction. `heard` gets what somebody has
    told, also we ourselves; `broke` why the server is not reached. Until `run`, all of the work is this worker's, as a
    command wants it."""

    def __init__(
        self, url: str, turn: asyncio.Lock, heard: Callable[[str], None], broke: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._url = url
        self._turn = turn
        self._heard = heard
        self._broke = broke
        self._line: asyncpg.Connection[Any] | None = None
        self._look = asyncio.Event()
        self._works = self._is_ready = False
        self._held: frozenset[int] = frozenset()
        """The lanes whose locks we have; some of them may be leaving."""

    def ready(self) -> None:
        self._is_ready = True
        self._look.set()

    def are_ours(self, lanes: Collection[int]) -> bool:
        """Nobody else need hear of what is in these."""
        return self._works and self.lanes.issuperset(lanes)

    async def connect(self) -> None:
        """Raises OSError, asyncpg.PostgresError."""
        self._line = await asyncpg.connect(self._url, server_settings=SOON_MISSED, command_timeout=ANSWER_SECONDS)
        self._line.add_termination_listener(lambda _line: self._look.set())
        await self._line.add_listener(CHANNEL, self._hear)

    async def close(self) -> None:
        if self._line:
            with suppress(*BROKEN):
                await self._line.close(timeout=ANSWER_SECONDS)

    def _hear(self, _line: object, _process: int, _channel: str, said: object) -> None:
        if said == SHARES:
            self._look.set()
        else:
            self._heard(str(said))

    async def run(self) -> None:
        """For ever: our part, which is nothing while the server is not reached."""
        self._works = True
        self._own(frozenset())
        self._lead(False)
        while True:
            try:
                async with self._connected() as line:
                    await line.execute(STANDS_STILL)
                    await line.execute("SELECT pg_advisory_lock($1::int, pg_backend_pid())", WORKERS)
                    for look in itertools.count(1):
                        self._look.clear()
                        await self._take_part(line)
                        if look % LOOK_AT_ALL == 0:
                            self._tell_changed()
                        with suppress(TimeoutError):
                            async with asyncio.timeout(LOOK_SECONDS):
                                await self._look.wait()
            except BROKEN as broken:
                self._broke(f"database.url: PostgreSQL is not reached ({type(broken).__name__}).")
            await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        if self._line is None or self._line.is_closed():
            await self.connect()
        assert self._line is not None
        try:
            yield self._line
        finally:
            self._held, self._is_ready = frozenset(), False
            self._own(frozenset())
            self._lead(False)
            self._line.terminate()

    async def _take_part(self, line: asyncpg.Connection[Any]) -> None:
        locks = await line.fetch(HELD, [WORKERS, OWNED, READY])
        taken = {lock["objid"] for lock in locks if lock["classid"] == OWNED}
        workers = sum(lock["classid"] == WORKERS for lock in locks)
        if LEAD not in taken:
            await self._take(line, [LEAD])
        if LEAD in self._held:
            if self._is_ready and not any(lock["classid"] == READY for lock in locks):
                await line.execute("SELECT pg_try_advisory_lock($1::int, 0)", READY)
                await line.execute(TELL, CHANNEL, SHARES)
            self._lead(True)
        if not (self._is_ready or any(lock["classid"] == READY for lock in locks)):
            self._own(frozenset())  # who led is gone, and the next one is not ready
            return
        fair = -(-LANES // workers)
        await self._take(line, sorted(ALL - taken - {LEAD})[: max(0, fair - len(self._held))])
        staying = frozenset(sorted(self._held)[:fair])
        if self.lanes <= staying:
            self._own(staying)
        else:
            try:
                async with asyncio.timeout(LOOK_SECONDS), self._turn:
                    self._own(staying)
            except TimeoutError:
                return  # a long transaction; at the next look
        await self._give(line, self._held - staying - frozenset(self.in_flight()))
        self.open.set()

    async def _take(self, line: asyncpg.Connection[Any], lanes: Collection[int]) -> None:
        if lanes:
            self._held |= {row["lane"] for row in await line.fetch(TAKE, OWNED, lanes)}

    async def _give(self, line: asyncpg.Connection[Any], lanes: Collection[int]) -> None:
        if lanes:
            await line.execute(GIVE, OWNED, lanes)
            self._held -= frozenset(lanes)
            await line.execute(TELL, CHANNEL, SHARES)

    def _own(self, lanes: frozenset[int]) -> None:
        if lanes != self.lanes:
            self.lanes = lanes
            self._tell_changed()

    def _tell_changed(self) -> None:
        for changed in self.changed:
            changed()
