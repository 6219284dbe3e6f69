"""A wake-up call for any number of waiters.

What a newcomer gets wrong: a pulse has no memory. Look at the state first, wait only if it is not yet
what you want, and look again after waking.
"""

from __future__ import annotations

import asyncio


class Pulse:
    """Wakes everyone who waits now, and nobody who comes later."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, seconds: float | None = None) -> bool:
        """True when woken, False when the time ran out."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            done, _ = await asyncio.wait({waiter}, timeout=seconds)
        finally:
            self._waiters.discard(waiter)
        return bool(done)
