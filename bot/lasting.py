"""Stages outlive a database that cannot be written: a full disk, another program that keeps the file locked.

Nothing is lost by waiting: what a transaction did not keep was not acknowledged, and the messengers give it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from storage.database import Again, Unwritable

AGAIN_SECONDS = 1.0
AT_ONCE_SECONDS = 0.05


async def lasting(work: Callable[[], Awaitable[None]]) -> None:
    """As `work`, begun again as long as that is why it ended. Who tells the operator: `Database.troubled`."""
    while True:
        try:
            return await work()
        except Again:
            await asyncio.sleep(AT_ONCE_SECONDS)
        except Unwritable:
            await asyncio.sleep(AGAIN_SECONDS)
