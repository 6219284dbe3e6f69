"""The first stage: what arrived is stored before anybody is told that it did.

What a newcomer gets wrong: nothing is written here. Arrivals wait in memory, unacknowledged, for the next turn of
`converse`, which stores them and answers what it can in the same transaction: one write to the disk, not two.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from storage.inbox import Arrival


class Receiver:
    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.stored: Callable[[str, float], None] = lambda _channel, _seconds: None
        """Called for each that is stored, with how long it took."""
        self._waiting: list[Arrival] = []
        self._stored: asyncio.Future[None] | None = None

    async def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Returns when they are stored, raises when they could not be: then they were not, and come again."""
        if self._stored is None:
            self._stored = asyncio.get_running_loop().create_future()
        came_at = time.monotonic()
        self._waiting.extend(arrivals)
        self.arrived.set()
        # Shielded: one caller that goes away must not cancel what the others wait for.
        await asyncio.shield(self._stored)
        for one in arrivals:
            self.stored(one.channel, time.monotonic() - came_at)

    def take(self) -> tuple[list[Arrival], asyncio.Future[None] | None]:
        """What has come since the last turn, and who is to be told when it is stored."""
        taken = self._waiting, self._stored
        self._waiting, self._stored = [], None
        return taken
