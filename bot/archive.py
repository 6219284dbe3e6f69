"""The file of a backup: a zip with the database, the photos that it names, and a page about itself.

The key that names are sealed with is not in it, and must not be kept beside it.
"""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.album import PLAIN, SEALED

DATABASE, ABOUT, PHOTOS = "obhvat.db", "about.json", "photos/"
PHOTO = re.compile(rf"photos/([0-9a-f]{{64}}(?:{re.escape(SEALED)}|{re.escape(PLAIN)}))")
OWNER_ONLY = 0o600


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


class Reader:
    """Every method raises Damaged, also for what is read to its end and turns out to be something else."""

    def __init__(self, file: ZipFile) -> None:
        self._zip = file

    @property
    def about(self) -> About:
        with _sorted():
            return About.model_validate_json(self._zip.read(ABOUT))

    @property
    def photos(self) -> list[str]:
        found = [PHOTO.fullmatch(name) for name in self._zip.namelist()]
        return [match[1] for match in found if match]

    def take_database(self, path: Path) -> None:
        with _sorted(), self._zip.open(DATABASE) as packed, path.open("wb") as into:
            shutil.copyfileobj(packed, into, 1 << 20)

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
    with _sorted():
        file = ZipFile(path)
    with file:
        yield Reader(file)


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
