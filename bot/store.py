"""Where pictures and files are kept, each under the digest of its content: a folder, or a bucket that speaks S3.

What a newcomer gets wrong: to whoever keeps a photo a bucket that does not answer is a full disk. Nothing is given up
for it, and what could not be kept is fetched again.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from storage.database import Unwritable

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

T = TypeVar("T")
S3 = "s3://"
CONNECT_WITHIN, ANSWER_WITHIN = timedelta(seconds=5), timedelta(seconds=20)
NO_BUCKET = "NoSuchBucket"
"""Its error code; to the library a missing bucket is a missing file."""
_DENIED = re.compile(r"status code: 40[13]\b")
"""What the library says of a list, for which it has no error of its own."""
REFUSED_LATELY = timedelta(minutes=2)
"""After so long without another try nothing is known of it any more."""
TRIES_AGAIN, TRY_FOR = 2, timedelta(seconds=20)
"""Of one call, while whoever asked waits; a photo is tried again later for ever."""


class Denied(Unwritable):
    """The bucket is not there, or does not let this key in: it does not come back by itself."""


@dataclass(frozen=True)
class Access:
    """How a bucket is reached; an empty endpoint is Amazon's own of that region."""

    endpoint: str = ""
    region: str = ""
    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"


@dataclass(frozen=True)
class Kept:
    name: str
    at: datetime
    """When it was put there, by the clock of the store."""


class Store:
    """`place` is a folder, which is made when it is not there, or `s3://bucket/prefix`. What it does not do now raises
    Unwritable, and a later try may succeed."""

    def __init__(self, place: str | Path, access: Access = Access()) -> None:
        self.place = str(place)
        self.access = access
        self._bucket: S3Store | None = None
        self._refused: tuple[float, float] | None = None
        """Since when it takes nothing, and when that was seen last."""

    def __str__(self) -> str:
        return self.place

    @property
    def folder(self) -> Path | None:
        """None of a bucket."""
        return None if self.place.startswith(S3) else Path(self.place)

    @property
    def refused_for(self) -> timedelta | None:
        """How long it has taken nothing; None when it took the last thing, or nobody has come with one since."""
        now, (since, seen) = time.monotonic(), self._refused or (0.0, -math.inf)
        return timedelta(seconds=now - since) if now - seen < REFUSED_LATELY.total_seconds() else None

    def opened(self) -> LocalStore | S3Store:
        """For a command, in which nobody waits beside. What it raises is sorted by `sorted_errors`."""
        # Here, because most days no file comes or goes: 5 MB and 5-11 ms.
        from obstore.store import LocalStore

        # Each time, because somebody may have taken the folder away meanwhile.
        return LocalStore(self.folder, mkdir=True) if self.folder else self._opened_bucket()

    def _opened_bucket(self) -> S3Store:
        """Once, for it holds its connections."""
        from obstore.store import S3Store

        if self._bucket is None:
            name, _, prefix = self.place.removeprefix(S3).partition("/")
            self._bucket = S3Store(
                name, prefix=prefix.strip("/") or None, endpoint=self.access.address, region=self.access.region,
                access_key_id=self.access.key_id, secret_access_key=self.access.secret,
                client_options={
                    "allow_http": self.access.address.startswith("http:"),
                    "connect_timeout": CONNECT_WITHIN, "timeout": ANSWER_WITHIN,
                },
                retry_config={"max_retries": TRIES_AGAIN, "retry_timeout": TRY_FOR},
            )  # fmt: skip
        return self._bucket

    async def put(self, key: str, content: bytes) -> None:
        try:
            with self._sorted("does not take a file; look whether its disk is full"):
                await self._aside(lambda kept: kept.put(key, content))
        except Unwritable:
            now = time.monotonic()
            self._refused = (self._refused[0] if self._refused else now, now)
            raise
        self._refused = None

    async def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        with self._sorted("cannot be read", gone=True):
            return bytes(await self._aside(lambda kept: kept.get(key).bytes()))

    async def head(self, key: str, size_bytes: int) -> bytes:
        """Its first bytes. Raises FileNotFoundError."""
        with self._sorted("cannot be read", gone=True):
            return bytes(await self._aside(lambda kept: kept.get_range(key, start=0, length=size_bytes)))

    async def drop(self, keys: Iterable[str]) -> None:
        """What is not there any more is as good as deleted."""
        for key in keys:
            with suppress(FileNotFoundError), self._sorted("does not delete a file", gone=True):
                await self._aside(partial(_deleted, key))

    async def names(self, under: str = "") -> list[Kept]:
        """What lies in it, or in a folder of it."""
        with self._sorted("cannot be read"):
            found = await self._aside(lambda kept: kept.list_with_delimiter(under or None))
        prefix = f"{under}/" if under else ""
        return [Kept(one["path"].removeprefix(prefix), one["last_modified"]) for one in found["objects"]]

    def expect_there(self) -> None:
        """Of a bucket, before a command takes what is missing for lost. Raises Denied, Unwritable."""
        if self.folder:
            return
        with self._sorted("cannot be read"):
            next(iter(self.opened().list(chunk_size=1)), None)

    async def _aside(self, work: Callable[[LocalStore | S3Store], T]) -> T:
        """In a thread of Python's. The library's own threads, which do its asynchronous calls, may still hold something
        of Python's when the process ends, and then it ends with an abort (seen once, after all was said)."""
        return await asyncio.to_thread(lambda: work(self.opened()))

    @contextmanager
    def _sorted(self, says: str, *, gone: bool = False) -> Iterator[None]:
        try:
            yield
        except (_refusal(), OSError) as refused:
            if gone and isinstance(refused, FileNotFoundError) and NO_BUCKET not in str(refused):
                raise
            raise self._said(refused, says) from refused

    def _said(self, refused: Exception, says: str) -> Unwritable:
        """Without the words of a bucket: they may name the key."""
        if self.folder:
            return Unwritable(f"photos.store: {self.place} {says}.")
        where = f"photos.store: {self.place} at {self.access.address}"
        if NO_BUCKET in str(refused):
            return Denied(f"{where}: there is no such bucket. Make it, or name another.")
        if _DENIED.search(str(refused)):
            return Denied(f"{where}: this key is not let in. Look at OBHVAT_PHOTOS_KEY_ID and at its rights.")
        return Unwritable(f"{where} is not reached, or cannot work now. Check the address and the network.")


def _deleted(key: str, kept: LocalStore | S3Store) -> None:
    kept.delete(key)


@contextmanager
def sorted_errors() -> Iterator[None]:
    """What could not be read or written becomes an OSError that says so in one line, as of any other file."""
    try:
        yield
    except _refusal() as refused:
        # The answer of a bucket, which may name the key, begins with "<".
        said = str(refused).splitlines()[0].partition("<")[0].rstrip(": ")
        raise OSError(None, said) from refused


def _refusal() -> type[Exception]:
    """What its errors are. Asked for by itself, `obstore.exceptions` would be an empty package for good while another
    thread has only begun with `obstore`; that waits until it is whole."""
    import obstore

    return obstore.exceptions.BaseError
