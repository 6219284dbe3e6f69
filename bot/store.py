"""Where pictures and files are kept, each under the digest of its content."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import LocalStore


async def open_store(folder: Path) -> LocalStore:
    """Made when it is not there."""
    from obstore.store import LocalStore  # here, because most days no file comes or goes

    return await asyncio.to_thread(LocalStore, folder, mkdir=True)


async def drop(folder: Path, keys: Iterable[str]) -> None:
    """What is not there any more is as good as deleted."""
    store = await open_store(folder)
    for key in keys:
        with suppress(FileNotFoundError):
            await store.delete_async(key)
