"""`obhvat backup`: one file with the database and its photos, also while the bot runs.

The database is copied first: photos are kept before a row names them, so all that the copy names are there already. One
that is gone nevertheless was deleted with its row since, or lost by somebody: the copy then says so itself.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import typer

from bot import album
from bot.commands import archive
from bot.commands.archive import OWNER_ONLY, About, Writer, told_apart
from bot.settings.config import ConfigError
from bot.settings.sections import File
from bot.store import Store, sorted_errors
from storage import copies, migrate
from storage.database import path_of
from storage.living import alone
from storage.migrate import SchemaError
from storage.sealing import Sealer

HALF = ".obhvat-half"
"""The folder in which a backup is made, and a database restored: beside where it goes, so that it can be renamed."""
NAMED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.obhvat\.zip")
"""What a backup is called that is put into a folder."""


@dataclass(frozen=True)
class Source:
    database: Path
    photos: Store
    secrets: tuple[bytes, ...]
    """The keys, of which the first one seals; none where the bot has not been yet."""

    @cached_property
    def sealer(self) -> Sealer | None:
        return Sealer(*self.secrets) if self.secrets else None


def source(file: File, secrets: tuple[bytes, ...], photos: Store) -> Source:
    return Source(path_of(file.database.url), photos, secrets)


def backup(read: Source, target: Path, now: datetime, keep: int = 0) -> None:
    """Raises ConfigError, SchemaError: then there is no new file, and the ones that were there are as they were."""
    file = target / f"{now:%Y-%m-%dT%H%M%S}.obhvat.zip" if target.is_dir() else target
    _check(read, file)
    try:
        with sorted_errors(), half_made(file.parent) as half:
            said = _make(read, half, file.name, now)
            _put(half / file.name, file)
    except OSError as no:
        raise ConfigError([f"{file}: cannot be written ({no.strerror}). No backup was made."]) from no
    typer.echo(f"{file}: {said}.")
    if keep and target.is_dir():
        _drop_old(target, keep)
    try:
        copies.note(read.database, copies.BACKED_UP, now)
    except SchemaError as no:
        raise ConfigError([f"The backup is made, but that could not be noted: {no}"]) from no


def _check(read: Source, file: Path) -> None:
    if migrate.revision(read.database) is None:
        raise ConfigError([f"database.url: {read.database} is not there. Nothing to back up."])
    if file.exists():
        raise ConfigError([f"{file}: is there already and stays as it is. Name another file, or a folder."])
    read.photos.expect_there()
    if not file.parent.is_dir():
        raise ConfigError([f"{file.parent}: there is no such folder. Make it, readable only by this user."])


def _make(read: Source, half: Path, name: str, now: datetime) -> str:
    """The whole backup as `half/name`; what is in it."""
    with alone(read.database) as stopped:
        living = not stopped
    copied = half / "obhvat.db"
    copies.copy(read.database, copied)
    if wrong := copies.complaint(copied):
        raise ConfigError([f"database.url: {read.database} is damaged ({wrong}). See docs/operations.md."])
    about = About(
        obhvat=version("obhvat"),
        revision=migrate.revision(copied) or "",
        made_at=now,
        living=living,
        key=told_apart(*read.secrets[:1]),
    )
    path = half / name
    path.touch(OWNER_ONLY)
    with archive.writing(path) as into:
        into.add_about(about)
        if lost := _add_photos(read, copied, into):
            copies.without(copied, lost)
            typer.echo(f"{len(lost)} photos that visits name are not in {read.photos}; the backup says so.", err=True)
        into.add_database(copied)
    return f"{copies.figures(copied)}, {path.stat().st_size / 1e6:.1f} MB"


def _add_photos(read: Source, copied: Path, into: Writer) -> list[str]:
    """Those that are not there, or no longer what they were."""
    store, lost = read.photos.opened(), []
    for key in copies.photos(copied):
        content = album.intact(store, read.sealer, key)
        if content is None:
            lost.append(key)
        else:
            into.add_photo(key, content)
    return lost


@contextmanager
def half_made(folder: Path) -> Iterator[Path]:
    """A folder of one's own in it, gone afterwards, with all that a killed one left. Raises ConfigError."""
    half = folder / HALF
    half.mkdir(0o700, exist_ok=True)
    held = os.open(half, os.O_RDONLY)
    try:
        _hold(held, half)
        for left in half.iterdir():
            left.unlink()
        try:
            yield half
        finally:
            shutil.rmtree(half)
    finally:
        os.close(held)


def _hold(folder: int, half: Path) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        raise ConfigError([f"{half}: another backup or restore is at work here. Wait for it."]) from busy


def _put(made: Path, file: Path) -> None:
    settled(made)
    os.replace(made, file)
    settled(file.parent)


def settled(path: Path) -> None:
    """On the disk, whatever happens to the machine."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _drop_old(folder: Path, keep: int) -> None:
    """Of those that were named here: their names are their times."""
    for old in sorted(path for path in folder.iterdir() if NAMED.fullmatch(path.name))[:-keep]:
        old.unlink()
        typer.echo(f"{old}: deleted, {keep} newer ones are there.")
