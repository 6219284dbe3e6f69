"""What must be done again until nothing of a forgotten case is left: after a kill, and after an older backup was put
back, by hand too.

The list of what was forgotten (keyed hashes, one a line) lies beside the database as well, where a backup that is put
back does not overwrite it. Who restores on another machine takes it along: `obhvat.db.forgotten`.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

import structlog

from bot.logs import plain
from bot.store import Store
from storage import forgetting, media
from storage.database import Database, StorageError
from storage.sealing import Sealer

log = structlog.get_logger()
OUTGOING = "outgoing"
"""The folder of forms and tables that Viber's phones may still fetch."""


async def apply_forgotten(database: Database, photos: Store, sealer: Sealer, now: datetime) -> int:
    """How many cases were forgotten again, because a backup has brought them back; and ends what was begun. To be
    called at start, and after anything was put in the place of the database. Writes nothing when there is nothing."""
    beside = await asyncio.to_thread(_beside, database.path)
    async with database.reading() as tx:
        known = await forgetting.marks(tx)
        back = await forgetting.come_back(tx, sealer.recognising, known | beside)
    if back or beside - known:
        async with database.transaction() as tx:
            await forgetting.add_marks(tx, beside - known, now)
            for case_id in back:
                await forgetting.forget(tx, sealer, await forgetting.traits_of(tx, sealer, case_id), now)
    await finish_or_later(database, photos)
    return len(back)


async def finish_or_later(database: Database, photos: Store) -> None:
    """For the bot, which must not end because somebody else reads its file."""
    try:
        await finish(database, photos)
    except StorageError as busy:
        log.warning("bytes of what was forgotten may still lie in the file", why=plain(str(busy)))


async def finish(database: Database, photos: Store) -> None:
    """Deletes the files of what was forgotten, and its bytes in the database. Raises StorageError."""
    async with database.reading() as tx:
        known, unfinished = await forgetting.marks(tx), await forgetting.is_unfinished(tx)
        waiting = await media.waits_to_be_dropped(tx)
    await asyncio.to_thread(_keep_beside, database.path, known)
    if waiting:
        await _drop_files(database, photos)
    if unfinished:
        # Forms and tables that Viber's phones may still fetch; nobody can tell of whom they are.
        await photos.drop([f"{OUTGOING}/{one.name}" for one in await photos.names(OUTGOING)])
        await database.scrub()
        async with database.transaction() as tx:
            await forgetting.finished(tx)


async def _drop_files(database: Database, photos: Store) -> None:
    """Photos whose rows were deleted."""
    async with database.transaction() as tx:
        names = await media.to_drop(tx)
    if names:
        await photos.drop(names)
        async with database.transaction() as tx:
            await media.dropped(tx, names)


def _beside(database: Path) -> set[str]:
    path = _list_of(database)
    return set(path.read_text("ascii").split()) if path.exists() else set()


def _keep_beside(database: Path, marks: set[str]) -> None:
    """Whole or not at all, and on the disk before anything else is done."""
    if marks == _beside(database):
        return
    path, half = _list_of(database), Path(f"{database}.forgotten.part")
    with half.open("w", encoding="ascii") as file:
        file.write("".join(f"{mark}\n" for mark in sorted(marks)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


def _list_of(database: Path) -> Path:
    return Path(f"{database}.forgotten")
