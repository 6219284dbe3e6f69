"""Copies of the database file, for `obhvat backup` and `restore`: of whatever version, so nothing here migrates.

What a newcomer gets wrong: the file itself must never be copied while somebody writes, for half of what it holds may
stand in its WAL. `VACUUM INTO` reads one moment of it without stopping anybody, and unlike SQLite's backup calls it
leaves behind what was deleted, names of children among it (sqlite.org/lang_vacuum.html, read 29.11.2026).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.database import to_micros
from storage.migrate import SchemaError
from storage.sqlite import PATIENCE_SECONDS

BACKED_UP, RESTORED = "backed up", "restored"
"""As they stand in the audit, which every version has."""
NOT_COPIED = "it was not there when the backup was made"


@dataclass(frozen=True)
class Figures:
    cases: int
    visits: int
    photos: int

    def __str__(self) -> str:
        return f"{self.cases} cases, {self.visits} visits, {self.photos} photos"


def copy(source: Path, target: Path) -> None:
    """One moment of the file; `target` is not there yet or empty. Raises SchemaError."""
    with _opened(source) as file:
        file.execute("VACUUM INTO ?", (str(target),))


def photos(path: Path) -> list[str]:
    """The keys of all photos that it names. Raises SchemaError."""
    with _opened(path) as file:
        found = file.execute("SELECT DISTINCT stored_as FROM media WHERE stored_as <> '' ORDER BY stored_as")
        return [key for (key,) in found]


def without(path: Path, gone: Collection[str]) -> None:
    """These photos are not there, and the copy says so."""
    with _opened(path) as file, file:
        file.executemany(
            "UPDATE media SET state = 'failed', stored_as = '', error = ? WHERE stored_as = ?",
            [(NOT_COPIED, key) for key in gone],
        )


def complaint(path: Path) -> str:
    """What is wrong with the file, or nothing."""
    try:
        with _opened(path) as file:
            [said, *_more] = (row[0] for row in file.execute("PRAGMA integrity_check(1)"))
            loose = file.execute("PRAGMA foreign_key_check").fetchone()
    except SchemaError as unreadable:
        return str(unreadable)
    if said != "ok":
        return str(said)
    return f"a row of {loose[0]} belongs to nothing" if loose else ""


def figures(path: Path) -> Figures:
    with _opened(path) as file:
        counts = (
            "SELECT (SELECT count(*) FROM child_case), (SELECT count(*) FROM visit), "
            "(SELECT count(DISTINCT stored_as) FROM media WHERE stored_as <> '')"
        )
        return Figures(*file.execute(counts).fetchone())


def lived_after(path: Path, moment: datetime) -> bool:
    """Whether a bot has worked with the file since then; also True of one that nobody can ask any more, or that has
    not taken in its WAL, as after a kill. Nothing beside the file changes."""
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size > 0:
        return True
    try:
        with _opened(path, "mode=ro&immutable=1") as file:
            row = file.execute("SELECT at FROM awake").fetchone()
    except SchemaError:
        return True
    return row is not None and row[0] > to_micros(moment)


def note(path: Path, what: str, now: datetime, detail: str = "") -> None:
    """Into the audit: a file was backed up, or restored. Raises SchemaError."""
    with _opened(path) as file, file:
        file.execute("INSERT INTO audit (at, what, detail) VALUES (?, ?, ?)", (to_micros(now), what, detail))


@contextmanager
def _opened(path: Path, how: str = "mode=rw") -> Iterator[sqlite3.Connection]:
    try:
        address = f"{path.absolute().as_uri()}?{how}"
        with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None)) as file:
            yield file
    # Of a damaged file also a name, or what SQLite says of it, may be no text.
    except (sqlite3.Error, UnicodeDecodeError) as broken:
        raise SchemaError(f"{path} cannot be read or written ({broken}).") from broken
