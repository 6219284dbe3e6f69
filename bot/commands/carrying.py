"""`obhvat move --photos-to PLACE`: all photos and files into another store, read back and compared.

Nothing is deleted where they were, and what is there already is not carried again: after a fault the same command
ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import typer

from bot.forgotten import OUTGOING
from bot.settings import storing
from bot.settings.config import Config, ConfigError
from bot.store import Store
from storage.sealing import HEAD, NONCE

AT_ONCE = 16
TOLD_APART_BYTES = HEAD + NONCE
"""No two sealed things begin with the same ones; whatever else lies there has the digest of its content for a name."""


async def carry(read: Config, place: str, environ: Mapping[str, str]) -> None:
    """The bot must be stopped, or what it forgets meanwhile stays at the new place. Raises ConfigError, Unwritable."""
    mistakes: list[str] = []
    to = storing.named(read.file.photos, place, environ, mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    for store in (read.store, to):
        await asyncio.to_thread(store.expect_there)
    carried = [await _carried(read.store, to, under) for under in ("", OUTGOING)]
    typer.echo(f"{sum(carried)} photos and files carried to {to}; what was there already is as it is here.")
    typer.echo(f"Now put it into the configuration: photos.store = {place!r}")


async def _carried(source: Store, to: Store, under: str) -> int:
    """How many of this folder were not there."""
    names = [f"{under}/{one.name}" if under else one.name for one in await source.names(under)]
    there = {f"{under}/{one.name}" if under else one.name for one in await to.names(under)}
    if strange := there.difference(names):
        raise ConfigError([f"{to}: {len(strange)} things lie there that are not in {source}. Name an empty place."])
    turn = asyncio.Semaphore(AT_ONCE)
    return sum(await asyncio.gather(*(_one(turn, source, to, name, is_there=name in there) for name in names)))


async def _one(turn: asyncio.Semaphore, source: Store, to: Store, name: str, *, is_there: bool) -> bool:
    async with turn:
        if is_there and await to.head(name, TOLD_APART_BYTES) == await source.head(name, TOLD_APART_BYTES):
            return False
        content = await source.get(name)
        await to.put(name, content)
        if await to.get(name) != content:
            raise ConfigError([f"{to}: {name} is not there what it was. Nothing was changed here; try again."])
        return True
