"""`obhvat restore`: a backup becomes the database and the photos of this configuration.

Everything is unpacked and examined beside its place before anything there changes; photos are only added; the database
is renamed at last. What stood in its place is kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import typer

from bot import album, store
from bot.commands import archive
from bot.commands.archive import About, Damaged, Reader, told_apart
from bot.commands.backup import Source, half_made, settled
from bot.settings.config import ConfigError
from bot.watch.measuring import nearest
from storage import copies, migrate
from storage.living import alone
from storage.migrate import SchemaError

UNCHANGED = "Nothing was changed."


def restore(into: Source, file: Path, now: datetime, *, replace: bool, without_names: bool) -> None:
    """Raises ConfigError, SchemaError: then the database that was here is as it was."""
    try:
        with archive.reading(file) as packed:
            _check(into, file, packed.about, without_names=without_names)
            _check_room(into, file, packed)
            # First, because closing the file here would give up that we hold it.
            lost = packed.about.living or _went_on(into.database, packed.about)
            with store.sorted_errors(), _held(into.database, replace):
                _restore(into, packed, now, lost=lost)
    except Damaged as broken:
        said = f"{file}: is no backup, or damaged ({broken}). Take another one. {UNCHANGED}"
        raise ConfigError([said]) from broken
    except OSError as no:
        raise ConfigError([f"{no.filename or into.database.parent}: {no.strerror}. {UNCHANGED}"]) from no
    except SchemaError as no:
        raise ConfigError([f"{no} {UNCHANGED}"]) from no


def _went_on(database: Path, about: About) -> bool:
    return database.exists() and copies.lived_after(database, about.made_at)


def _restore(into: Source, packed: Reader, now: datetime, *, lost: bool) -> None:
    """`lost` is what a bot took in after the backup."""
    about = packed.about
    into.database.parent.mkdir(parents=True, exist_ok=True)
    with half_made(into.database.parent) as half:
        fresh = half / "obhvat.db"
        _unpack(packed, fresh)
        # People are then asked for it (`bot.awake`).
        copies.note(fresh, copies.RESTORED, now, about.made_at.isoformat() if lost else "")
        settled(fresh)
        with _photos(packed, into, copies.photos(fresh)) as added:
            old = _put(fresh, into.database, now)
    _tell(into, about, added, old)


def _check(into: Source, file: Path, about: About, *, without_names: bool) -> None:
    into.photos.expect_there()
    if about.revision > migrate.newest():
        made_by = f"{about.obhvat}, {about.revision}"
        raise ConfigError([f"{file}: was made by a newer obhvat ({made_by}). Install that one. {UNCHANGED}"])
    if about.key not in map(told_apart, into.secrets or (b"",)) and not without_names:
        raise ConfigError(
            [
                f"{file}: its names are sealed with another key than OBHVAT_SECRET_KEY, or else {into.database}.key, "
                f"has here. Put the key there that the bot had; if it is lost, add --without-names. {UNCHANGED}"
            ]
        )


def _check_room(into: Source, file: Path, packed: Reader) -> None:
    """Before anything is unpacked: a few bytes of a zip may become more than any disk has."""
    places = [(into.database.parent, packed.database_size)]
    if photos := into.photos.folder:  # of a bucket nobody can tell how full it is
        places.append((photos, sum(size for key, size in packed.photos.items() if not (photos / key).exists())))
    wanted = dict[int, int]()
    for folder, size in places:
        disk = os.stat(nearest(folder)).st_dev
        wanted[disk] = wanted.get(disk, 0) + size
        if wanted[disk] > (free := shutil.disk_usage(nearest(folder)).free):
            needs, has = (f"{one / 1e6:,.0f} MB" for one in (wanted[disk], free))
            said = f"{file}: needs {needs} in {folder}, where {has} are free. If the bot was never so large, the file"
            raise ConfigError([f"{said} is no backup of it; else make room. {UNCHANGED}"])


@contextmanager
def _held(database: Path, replace: bool) -> Iterator[None]:
    """Nobody else has the database meanwhile. Raises ConfigError."""
    if not database.exists():
        yield
        return
    with alone(database) as stopped:
        if not stopped:
            raise ConfigError([f"{database}: the bot or another program is using it. Stop it first. {UNCHANGED}"])
        if not replace:
            raise ConfigError([f"{database}: is there. With --replace it is kept under another name. {UNCHANGED}"])
        yield


def _unpack(packed: Reader, fresh: Path) -> None:
    """The database, examined and brought up to date. Raises Damaged."""
    fresh.touch(archive.OWNER_ONLY)
    packed.take_database(fresh)
    if wrong := copies.complaint(fresh):
        raise Damaged(wrong)
    named = set(copies.photos(fresh))
    if missing := named.difference(packed.photos):
        raise Damaged(f"{len(missing)} photos are missing")
    if beside := set(packed.photos).difference(named):
        raise Damaged(f"{len(beside)} photos belong to nothing")
    migrate.prepare(fresh)


@contextmanager
def _photos(packed: Reader, into: Source, keys: list[str]) -> Iterator[list[str]]:
    """Those that are not here yet are added, and taken away again when what follows fails."""
    kept, added = into.photos.opened(), list[str]()
    try:
        for key in keys:
            if album.intact(kept, into.sealer, key) is None:
                content = packed.photo(key)
                if not album.is_intact(into.sealer, key, content):
                    raise Damaged(f"photo {key} is not what it was")
                added.append(key)
                kept.put(key, content)
        yield added
    except BaseException:
        for key in added:
            with suppress(FileNotFoundError):
                kept.delete(key)
        raise


def _put(fresh: Path, database: Path, now: datetime) -> Path | None:
    """Under what name the one that was here is kept."""
    old = database.with_name(f"{database.name}.before-{now:%Y-%m-%dT%H%M%S}")
    was_here = database.exists()
    if was_here:
        os.link(database, old)
    for beside in ("-wal", "-shm"):
        # What the old one had not yet taken in goes with it; beside the new one it would ruin that.
        with suppress(FileNotFoundError):
            os.replace(f"{database}{beside}", f"{old}{beside}")
    if was_here:
        os.replace(fresh, database)
    else:
        os.link(fresh, database)  # unlike a rename it fails when a bot has made one meanwhile
    settled(database.parent)
    return old if was_here else None


def _tell(into: Source, about: About, added: list[str], old: Path | None) -> None:
    typer.echo(
        f"{into.database}: {copies.figures(into.database)}, as they were on {about.made_at:%d.%m.%Y, %H:%M} UTC."
    )
    typer.echo(f"{into.photos}: {len(added)} photos added.")
    if about.revision != migrate.newest():
        typer.echo(f"Brought up to date from {about.revision} to {migrate.newest()}.")
    if old:
        typer.echo(f"The database that was here is kept as {old}; delete it when all is well.")
