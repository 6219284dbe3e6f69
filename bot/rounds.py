"""Stages that work in rounds: until nothing is left, then until they are woken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

LOOK_AGAIN_SECONDS = 30.0


async def rounds(wake: asyncio.Event, one_round: Callable[[], Awaitable[int]]) -> None:
    """For ever. What failed and waits for another try is found by looking again without being woken."""
    while True:
        # Before the round: what comes during it wakes the next one.
        wake.clear()
        if await one_round():
            continue
        try:
            async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                await wake.wait()
        except TimeoutError:
            continue
