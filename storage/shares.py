"""Which part of the work is this worker's.

All that comes and goes lies in one of `LANES` lanes, by who wrote it or to whom it goes. Each lane belongs to one
worker at a time, so the messages of one person are handled by one worker, in their order. Who has the first lane leads:
it does what only one may do, as to make digests and to ask a messenger for news.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Collection

LANES = 64
"""Many more than workers, so that each has nearly the same."""
ALL = frozenset(range(LANES))
LEAD = 0


def lane_of(channel: str, address: str) -> int:
    """Of a sender or a chat; for a person on one messenger these are the same."""
    return zlib.crc32(f"{channel} {address}".encode()) % LANES


def within(lanes: Collection[int], column: str) -> str:
    """The condition, to be put behind others, that a row lies in one of these."""
    if len(lanes) == LANES:
        return ""
    return f"AND {column} IN ({', '.join(map(str, sorted(lanes))) or 'NULL'}) "


class Shares:
    """Of a worker that is alone: all of it, always. `storage.leases` is that of one among several."""

    def __init__(self) -> None:
        self.lanes = ALL
        self.open = asyncio.Event()
        """Who leads has made everything ready, so that work may begin."""
        self.changed: list[Callable[[], None]] = []
        """Called when `lanes` has, and now and then."""
        self.in_flight: Callable[[], Collection[int]] = frozenset
        """Says the lanes in which a call to a messenger is under way: none of these is given away."""
        self._leads = asyncio.Event()
        self._follows = asyncio.Event()
        self._lead(True)

    @property
    def leads(self) -> bool:
        return self._leads.is_set()

    async def leading(self) -> None:
        """Waits until this worker leads."""
        await self._leads.wait()

    async def following(self) -> None:
        """Waits until it does not, or may not."""
        await self._follows.wait()

    def ready(self) -> None:
        """Who leads says that everything is."""
        self.open.set()

    async def run(self) -> None:
        """For ever, as long as the worker works."""

    def _lead(self, leads: bool) -> None:
        (self._leads if leads else self._follows).set()
        (self._follows if leads else self._leads).clear()
