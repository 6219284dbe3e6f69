"""`obhvat export-person WHO`: all that is kept on one of us, or on a child, for whoever has the right to know it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from bot import album
from bot.commands.forgetting import only
from bot.settings.config import Config, ConfigError, folder_mistake
from bot.store import Store
from casework import numbers
from storage import audit, forgetting, kept_on
from storage.database import Database, Tx, open_database
from storage.keys import open_sealer
from storage.sealing import Sealer


async def export(read: Config, who: str, folder: Path, now: datetime) -> None:
    """Writes a JSON file, and of a child the photos beside it; that it was done is recorded. Raises ConfigError."""
    if mistakes := folder_mistake("--out", folder):
        raise ConfigError(mistakes)
    database = await open_database(read.file.database.url)
    try:
        sealer = await open_sealer(database, read.secrets)
        query = numbers.read(who)
        files = (
            await _of_child(database, sealer, read.store, who, now)
            if query and query.prefix
            else await _of_one_of_us(database, who, now)
        )
    finally:
        await database.close()
    await asyncio.to_thread(_keep, folder, files)
    for name in files:
        typer.echo(str(folder / name))


async def _of_one_of_us(database: Database, who: str, now: datetime) -> dict[str, bytes]:
    async with database.transaction() as tx:
        person_id = await _person(tx, who)
        found = await kept_on.of(tx, person_id)
        await audit.note(tx, now, None, "exported what is kept", detail=f"person {person_id}")
    return {f"person-{person_id}.json": _json({"kept": found})}


async def _person(tx: Tx, who: str) -> int:
    """By number or whole name."""
    found = await kept_on.called(tx, who)
    if len(found) == 1:
        return found[0][0]
    several = ", ".join(f"{number} ({name})" for number, name in found)
    said = f"{who!r} is several: {several}. Give the number." if found else f"Nobody is called {who!r}."
    raise ConfigError([f"{said} A person is named by number or whole name, a child by the number of the case."])


async def _of_child(database: Database, sealer: Sealer, photos: Store, who: str, now: datetime) -> dict[str, bytes]:
    query = numbers.read(who)
    assert query is not None
    async with database.transaction() as tx:
        one = only(who, await forgetting.traits(tx, sealer, query))
        found = await kept_on.of_child(tx, one.case_id)
        told = {"case": one.query.written, "name": " ".join(one.names), "telephones": one.phones, "kept": found}
        await audit.note(tx, now, None, "exported what is kept", one.case_id)
    stored = sorted({str(row["stored_as"]) for row in found.get("media", ()) if row["stored_as"]})
    files = {f"{one.query.written}.json": _json(told)}
    for n, name in enumerate(stored, start=1):
        files[f"{one.query.written}-{n}.jpg"] = await album.get(photos, sealer, name)
    return files


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _keep(folder: Path, files: Mapping[str, bytes]) -> None:
    """Readable by this user only."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
