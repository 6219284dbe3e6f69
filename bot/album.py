"""Photos as they are kept: sealed, each under the digest of its clean picture.

The digest tells whether a picture that somebody has is among them, and nothing of one that nobody has.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot import store
from bot.store import open_store
from storage import media
from storage.database import Database
from storage.sealing import HEAD, Sealer, Unopened

if TYPE_CHECKING:
    from obstore.store import LocalStore

SEALED, PLAIN = ".sealed", ".jpg"
"""How their names end, and how they did before they were sealed."""
SAMPLE = 100
"""So many photos are looked at when the bot starts; each is a file that must be opened."""
MEND = (
    "OBHVAT_SECRET_KEY: {count} photos in {folder} were sealed with a key that is not given. Add it as a further line, "
    "until `obhvat rotate-key` has sealed them anew."
)


async def put(folder: Path, sealer: Sealer, picture: bytes) -> str:
    """Returns under which name. Raises Unwritable."""
    name = f"{_digest(picture)}{SEALED}"
    await store.put(folder, name, sealer.seal(picture, _photo(name)))
    return name


async def get(folder: Path, sealer: Sealer, name: str) -> bytes:
    """The clean JPEG. Raises FileNotFoundError, Unopened."""
    kept = await open_store(folder)
    content = bytes(await (await kept.get_async(name)).bytes_async())
    return content if name.endswith(PLAIN) else sealer.open(content, _photo(name))


def intact(kept: LocalStore, sealer: Sealer | None, name: str) -> bytes | None:
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


async def seal_anew(folder: Path, sealer: Sealer, database: Database) -> int:
    """Seals with the first key what another one has sealed or none; how many photos that were. What does not open
    stays. The bot may run meanwhile; when this ends in the midst, the rest is sealed next time."""
    kept, done = await open_store(folder), 0
    for name in await asyncio.to_thread(_names, folder, PLAIN):
        sealed_as = await put(folder, sealer, await get(folder, sealer, name))
        async with database.transaction() as tx:
            await media.renamed(tx, name, sealed_as)
        await kept.delete_async(name)
        done += 1
    for name in await asyncio.to_thread(_names, folder, SEALED):
        if not sealer.is_fresh(_head(folder / name)):
            done += await _sealed_anew(folder, sealer, name)
    return done


def _names(folder: Path, ending: str) -> list[str]:
    return sorted(path.name for path in folder.glob(f"*{ending}"))


async def _sealed_anew(folder: Path, sealer: Sealer, name: str) -> int:
    try:
        await put(folder, sealer, await get(folder, sealer, name))
    except Unopened:
        return 0
    return 1


def mistakes(folder: Path, sealer: Sealer, *, all_photos: bool = True) -> list[str]:
    """What could not be opened, as a sentence. Reads only. Else a few are looked at, and all when one of them is wrong,
    so that it is told how many."""
    if not all_photos and all(sealer.has_key(_head(path)) for path in islice(_sealed(folder), SAMPLE)):
        return []
    closed = sum(not sealer.has_key(_head(path)) for path in _sealed(folder))
    return [MEND.format(count=closed, folder=folder)] if closed else []


def _sealed(folder: Path) -> Iterator[Path]:
    """One after the other: a folder of years is not listed for the first few."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(folder) as found:
        yield from (Path(one.path) for one in found if one.name.endswith(SEALED))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
