"""Stages outlive a database that cannot be written: a full disk, another program that keeps the file locked.

Nothing is lost by waiting: what a transaction did not keep was not acknowledged, and the messengers give it again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from storage.database import Unwritable

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 30.0


async def lasting(work: Callable[[], Awaitable[None]]) -> None:
    """As `work`, begun again as long as that is why it ended. Who tells the operator: `Database.troubled`."""
    pause = FIRST_SECONDS
    while True:
        begun = time.monotonic()
        try:
            return await work()
        except Unwritable:
            # One that had gone well for long begins with short pauses again.
            pause = min(LONGEST_SECONDS, pause * 2) if time.monotonic() - begun < LONGEST_SECONDS else FIRST_SECONDS
            await asyncio.sleep(pause)
