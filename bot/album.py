"""Photos as they are kept: sealed, each under the digest of its clean picture.

The digest tells whether a picture that somebody has is among them, and nothing of one that nobody has.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store import Store
from storage import media
from storage.database import Database
from storage.sealing import HEAD, Sealer, Unopened

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

SEALED, PLAIN = ".sealed", ".jpg"
"""How their names end, and how they did before they were sealed."""
AT_ONCE = 32
SAMPLE = 100
"""So many photos are looked at when the bot starts; each is a file that must be opened."""
MEND = (
    "OBHVAT_SECRET_KEY: {count} photos in {folder} were sealed with a key that is not given. Add it as a further line, "
    "until `obhvat rotate-key` has sealed them anew."
)


async def put(store: Store, sealer: Sealer, picture: bytes) -> str:
    """Returns under which name. Raises Unwritable."""
    name = f"{_digest(picture)}{SEALED}"
    await store.put(name, sealer.seal(picture, _photo(name)))
    return name


async def get(store: Store, sealer: Sealer, name: str) -> bytes:
    """The clean JPEG. Raises FileNotFoundError, Unopened, Unwritable."""
    content = await store.get(name)
    return content if name.endswith(PLAIN) else sealer.open(content, _photo(name))


def intact(kept: LocalStore | S3Store, sealer: Sealer | None, name: str) -> bytes | None:
    """What is kept, as it is; None for what is not there, or no longer what it was. Of what none of the keys has sealed
    that cannot be told."""
    try:
        content = bytes(kept.get(name).bytes())
    except FileNotFoundError:
        return None
    return content if is_intact(sealer, name, content) else None


def is_intact(sealer: Sealer | None, name: str, content: bytes) -> bool:
    if name.endswith(PLAIN):
        return _digest(content) == name.removesuffix(PLAIN)
    if sealer is None or not sealer.has_key(content):
        return bool(content)
    try:
        return _digest(sealer.open(content, _photo(name))) == name.removesuffix(SEALED)
    except Unopened:
        return False


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


def _photo(name: str) -> str:
    return f"photo {name}"


async def seal_anew(store: Store, sealer: Sealer, database: Database) -> int:
    """Seals with the first key what another one has sealed or none; how many photos that were. What does not open
    stays. The bot may run meanwhile; when this ends in the midst, the rest is sealed next time."""
    done = 0
    for name in await _names(store, PLAIN):
        sealed_as = await put(store, sealer, await get(store, sealer, name))
        async with database.transaction() as tx:
            await media.renamed(tx, name, sealed_as)
        await store.drop([name])
        done += 1
    async for name, head in _heads(store):
        if not sealer.is_fresh(head):
            done += await _sealed_anew(store, sealer, name)
    return done


async def _names(store: Store, ending: str) -> list[str]:
    return sorted(one.name for one in await store.names() if one.name.endswith(ending))


async def _heads(store: Store) -> AsyncIterator[tuple[str, bytes]]:
    """Of all that are sealed, several asked for at a time: each is a way to the bucket."""
    names = await _names(store, SEALED)
    for begin in range(0, len(names), AT_ONCE):
        for found in await asyncio.gather(*(_head(store, name) for name in names[begin : begin + AT_ONCE])):
            if found:
                yield found


async def _head(store: Store, name: str) -> tuple[str, bytes] | None:
    """None for what was forgotten since it was listed."""
    try:
        return name, await store.head(name, HEAD)
    except FileNotFoundError:
        return None


async def _sealed_anew(store: Store, sealer: Sealer, name: str) -> int:
    try:
        await put(store, sealer, await get(store, sealer, name))
    except (Unopened, FileNotFoundError):
        return 0
    return 1


async def closed(store: Store, sealer: Sealer) -> list[str]:
    """What could not be opened, as a sentence. Reads only."""
    return _told(store, [head async for _name, head in _heads(store)], sealer)


def closed_in(folder: Path, sealer: Sealer, *, all_photos: bool = True) -> list[str]:
    """The same of a folder, for the start of a bot: without the library of the store. Else a few are looked at, and all
    when one of them is wrong, so that it is told how many."""
    if not all_photos and all(sealer.has_key(_beginning(path)) for path in islice(_sealed(folder), SAMPLE)):
        return []
    return _told(folder, map(_beginning, _sealed(folder)), sealer)


def _told(place: Store | Path, heads: Iterable[bytes], sealer: Sealer) -> list[str]:
    count = sum(not sealer.has_key(head) for head in heads)
    return [MEND.format(count=count, folder=place)] if count else []


def _sealed(folder: Path) -> Iterator[Path]:
    """One after the other: a folder of years is not listed for the first few."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(folder) as found:
        yield from (Path(one.path) for one in found if one.name.endswith(SEALED))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
