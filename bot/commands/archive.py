"""The file of a backup: a zip with the database, the photos that it names, and a page about itself.

The key that names are sealed with is not in it, and must not be kept beside it. What a newcomer gets wrong: a zip says
how large it is, in three places, and need not be right in any; nothing is unpacked that is larger than it said, and it
may not say more than a backup holds, or the disk.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.album import PLAIN, SEALED
from bot.photos import MOST_BYTES
from storage.sealing import SEAL

DATABASE, ABOUT, PHOTOS = "obhvat.db", "about.json", "photos/"
PHOTO = re.compile(rf"photos/([0-9a-f]{{64}}(?:{re.escape(SEALED)}|{re.escape(PLAIN)}))")
OWNER_ONLY = 0o600
MOST_DIRECTORY = 64 << 20
"""Bytes of what a zip lists, 124 a photo: ten photos of each of 6,888 reports a year (see `tests/soak`), for seven
years. Python holds all of it, ten times as large, before anything else can be asked."""
MOST_ABOUT = 64 << 10
WAYS = frozenset((ZIP_STORED, ZIP_DEFLATED))
ENCRYPTED = 1


class About(BaseModel):
    """`revision` is that of the schema, `living` whether the bot ran meanwhile; `key` tells two secret keys apart."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    obhvat: str
    revision: str
    made_at: datetime
    living: bool
    key: str


class Damaged(Exception):
    """The file is no backup, or not whole; the message says in what."""


def told_apart(secret: bytes = b"") -> str:
    """Says whether a key is the same, and nothing about it; empty without a key."""
    return hashlib.sha256(b"the key of a backup" + secret).hexdigest()[:16] if secret else ""


class Writer:
    def __init__(self, file: ZipFile) -> None:
        self._zip = file

    def add_database(self, path: Path) -> None:
        entry = _entry(DATABASE, ZIP_DEFLATED)
        entry.file_size = path.stat().st_size
        with path.open("rb") as file, self._zip.open(entry, "w") as into:
            shutil.copyfileobj(file, into, 1 << 20)

    def add_photo(self, key: str, content: bytes) -> None:
        self._zip.writestr(_entry(f"{PHOTOS}{key}", ZIP_STORED), content)

    def add_about(self, about: About) -> None:
        self._zip.writestr(_entry(ABOUT, ZIP_STORED), about.model_dump_json(indent=1))


class _Sparing(io.BufferedReader):
    """Reads no more at once than the longest list of members."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MOST_DIRECTORY:
            raise BadZipFile("more is listed than any backup holds")
        return super().read(size)


class Reader:
    """Every method raises Damaged, also for what is read to its end and turns out to be something else."""

    def __init__(self, file: ZipFile, size: int) -> None:
        self._zip = file
        with _sorted():
            _examine(file.infolist(), size)

    @property
    def about(self) -> About:
        with _sorted():
            return About.model_validate_json(self._zip.read(ABOUT))

    @property
    def photos(self) -> dict[str, int]:
        """The bytes of each."""
        found = [(PHOTO.fullmatch(entry.filename), entry.file_size) for entry in self._zip.infolist()]
        return {match[1]: size for match, size in found if match}

    @property
    def database_size(self) -> int:
        with _sorted():
            return self._zip.getinfo(DATABASE).file_size

    def take_database(self, path: Path) -> None:
        with _sorted(), self._zip.open(DATABASE) as packed, path.open("wb") as into:
            shutil.copyfileobj(packed, into, 1 << 20)
            if into.tell() != self.database_size:
                raise BadZipFile(f"{DATABASE} is shorter than it says")

    def photo(self, key: str) -> bytes:
        """As it was kept."""
        with _sorted():
            return self._zip.read(f"{PHOTOS}{key}")


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """It is whole only when the block has been left. Raises OSError."""
    with ZipFile(path, "w") as file:
        yield Writer(file)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Raises Damaged, OSError."""
    with _Sparing(io.FileIO(path)) as opened:
        with _sorted():
            file = ZipFile(opened)
        with file:
            yield Reader(file, path.stat().st_size)


def _examine(entries: Sequence[ZipInfo], size: int) -> None:
    """By what they say of themselves. Raises BadZipFile."""
    if len({entry.filename for entry in entries}) < len(entries):
        raise BadZipFile("it holds something twice")
    if sum(entry.compress_size for entry in entries) > size:
        raise BadZipFile("it says that it holds more than it is long")
    for entry in entries:
        if entry.compress_type not in WAYS or entry.flag_bits & ENCRYPTED:
            raise BadZipFile("it is packed in a way in which no backup is")
        if entry.file_size > _most(entry.filename, entry.file_size):
            raise BadZipFile(f"{entry.filename[:80]!r} is too large, or nothing of a backup")


def _most(name: str, size: int) -> int:
    """So many bytes may stand under that name; of the database whatever there is room for (`bot.commands.restore`)."""
    if name == DATABASE:
        return size
    return MOST_ABOUT if name == ABOUT else MOST_BYTES + SEAL if PHOTO.fullmatch(name) else -1


@contextmanager
def _sorted() -> Iterator[None]:
    """The ways in which a zip can be broken: of its own format, of what is packed in it, by what is missing."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, KeyError, ValidationError, NotImplementedError, ValueError) as broken:
        said, _, _ = str(broken).partition("\n")
        raise Damaged(f"{type(broken).__name__}: {said}") from broken
    except OSError as broken:
        if broken.errno != errno.EINVAL:
            raise
        raise Damaged("it names a place before its beginning") from broken


def _entry(name: str, how: int) -> ZipInfo:
    entry = ZipInfo(name)
    entry.compress_type = how
    entry.external_attr = OWNER_ONLY << 16
    return entry
