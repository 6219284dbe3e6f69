"""Brings the schema up to date at start. Alembic is imported only when something is behind."""

from __future__ import annotations

import asyncio
import fcntl
import re
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import IO

NEWER = (
    "database.url: {where} was written by a newer obhvat ({held}, this one knows {newest}). "
    "Install that version or newer, or restore the backup made before it."
)


_REFUSED = frozenset((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN))
"""Also who only reads needs a file beside it, which after a kill must first be made."""


class SchemaError(Exception):
    """The file is not ours, is newer than this program, or cannot be written."""


def newest() -> str:
    """The revision this program writes: the last file of `versions/`, which are numbered."""
    folder = files("storage") / "migrations" / "versions"
    return max(entry.name.removesuffix(".py") for entry in folder.iterdir() if entry.name[:4].isdigit())


def revision(path: Path) -> str | None:
    """The revision a file holds, None for a new or empty one. Reads only. Raises SchemaError."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                return None
            if "alembic_version" not in tables:
                raise SchemaError(f"database.url: {path} belongs to another program. Name a new file.")
            found: tuple[str] | None = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as broken:
        if getattr(broken, "sqlite_errorcode", sqlite3.SQLITE_NOTADB) & 0xFF in _REFUSED:
            raise SchemaError(f"database.url: {path} cannot be opened ({broken}). Look at its rights.") from broken
        raise SchemaError(f"database.url: {path} is not a readable SQLite file ({broken}).") from broken
    return found[0] if found else None


def check(path: Path) -> str | None:
    """The revision it holds, None for a new or empty one; changes nothing. Raises SchemaError when `prepare` would
    fail."""
    return _known(revision(path), path)


def _known(held: str | None, where: object) -> str | None:
    if held and held > newest():
        raise SchemaError(NEWER.format(where=where, held=held, newest=newest()))
    return held


def prepare(path: Path) -> None:
    """Raises SchemaError."""
    if check(path) == newest():
        return
    with _lock(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _write_ahead(path)
        _upgrade(path)


def _lock(path: Path) -> IO[str]:
    """The file beside it that one holds while bringing the schema up to date; also makes its folder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(f"{path}.lock", "w")
    except OSError as no:
        raise SchemaError(f"database.url: {path} cannot be written ({no.strerror}). Name another folder.") from no


def _write_ahead(path: Path) -> None:
    """Here already, while we hold the lock: two who change it at once are told that the file is locked."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as refused:
        raise SchemaError(f"database.url: {path} cannot be brought up to date ({refused}).") from refused


def _upgrade(path: Path) -> None:
    """Changes nothing when somebody else did it while we waited for the lock."""
    apply(path=path)


def prepare_postgres(url: str) -> None:
    """Not where an event loop runs. Raises SchemaError."""
    if check_postgres(url) != newest():
        apply(url=url)


def check_postgres(url: str) -> str | None:
    """The revision it holds, None for an empty one; changes nothing. Not where an event loop runs. Raises SchemaError
    when `prepare_postgres` would fail."""
    return _known(asyncio.run(_held(url)), without_password(url))


async def _held(url: str) -> str | None:
    import asyncpg

    try:
        connection = await asyncpg.connect(url)
    except (OSError, ValueError, asyncpg.PostgresError) as refused:
        raise SchemaError(f"database.url: {without_password(url)} cannot be reached ({refused}).") from refused
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close()


def without_password(url: str) -> str:
    """For what people read."""
    return re.sub(r"(?<=://)([^:@/]*):[^@/]*@", r"\1:…@", url)


def apply(revision: str = "head", **where: object) -> None:
    """Up to that revision; `where` is the `path` of a file or the `url` of a PostgreSQL."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(where)
    command.upgrade(config, revision)
