"""Where pictures and files are kept, each under the digest of its content."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storage.database import Unwritable

if TYPE_CHECKING:
    from obstore.store import LocalStore


async def open_store(folder: Path) -> LocalStore:
    """Made when it is not there."""
    return await asyncio.to_thread(opened, folder)


def opened(folder: Path) -> LocalStore:
    """The same for a command, in which nobody waits beside."""
    from obstore.store import LocalStore  # here, because most days no file comes or goes

    return LocalStore(folder, mkdir=True)


async def put(folder: Path, key: str, content: bytes) -> None:
    """Raises Unwritable."""
    try:
        await (await open_store(folder)).put_async(key, content)
    except (_refusal(), OSError) as refused:
        raise Unwritable(f"photos.store: {folder} does not take a file; look whether its disk is full.") from refused


async def drop(folder: Path, keys: Iterable[str]) -> None:
    """What is not there any more is as good as deleted."""
    store = await open_store(folder)
    for key in keys:
        with suppress(FileNotFoundError):
            await store.delete_async(key)


@contextmanager
def sorted_errors() -> Iterator[None]:
    """What could not be read or written becomes an OSError that says so in one line, as of any other file."""
    try:
        yield
    except _refusal() as refused:
        raise OSError(None, str(refused).splitlines()[0]) from refused


def _refusal() -> type[Exception]:
    """What its errors are. Asked for by itself, `obstore.exceptions` would be an empty package for good while another
    thread has only begun with `obstore`; that waits until it is whole."""
    import obstore

    return obstore.exceptions.BaseError
