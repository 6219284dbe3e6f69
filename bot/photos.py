"""Photos are fetched from their messenger, cleaned of everything but the picture, and kept under their digest."""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import structlog

from bot.channels.channel import FOR_GOOD, Channel, Trouble
from bot.rounds import rounds
from storage import media
from storage.database import Database
from storage.media import Waiting

log = structlog.get_logger()
AT_ONCE = 4
TRIES = 8
LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000


class NotAPicture(ValueError):
    """The bytes are no picture that can be kept."""


def clean(content: bytes) -> bytes:
    """A JPEG of at most 1600 pixels, turned upright, without EXIF and place. Raises NotAPicture."""
    # Imported here: most days no photo comes, and these are a third of the bot's memory.
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombWarning, Image.DecompressionBombError) as broken:
        raise NotAPicture(type(broken).__name__) from broken
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = BytesIO()
    upright.save(file, "JPEG", quality=82, exif=b"")
    return file.getvalue()


class PhotoFetcher:
    """Fetches what reports name, when there is nothing more urgent; `saved` wakes it."""

    def __init__(
        self, channels: Mapping[str, Channel], database: Database, folder: Path, now: Callable[[], datetime]
    ) -> None:
        self._channels = channels
        self._database = database
        self._folder = folder
        self._now = now
        self.saved = asyncio.Event()
        database.listen("media", self.saved.set)

    async def run(self) -> None:
        await rounds(self.saved, self.one_round)

    async def one_round(self) -> int:
        async with self._database.reading() as tx:
            waiting = await media.waiting(tx, self._now(), AT_ONCE)
        for photo in waiting:
            await self._fetch(photo)
        return len(waiting)

    async def _fetch(self, photo: Waiting) -> None:
        try:
            cleaned = await asyncio.to_thread(clean, await self._channels[photo.channel].fetch(photo.file))
        except (Trouble, NotAPicture) as failed:
            await self._failed(photo, failed)
            return
        key = f"{hashlib.sha256(cleaned).hexdigest()}.jpg"
        from obstore.store import LocalStore

        store = await asyncio.to_thread(LocalStore, self._folder, mkdir=True)
        await store.put_async(key, cleaned)
        async with self._database.transaction() as tx:
            await media.stored(tx, photo.id, key)

    async def _failed(self, photo: Waiting, error: Trouble | NotAPicture) -> None:
        hopeless = (isinstance(error, NotAPicture) or error.meaning in FOR_GOOD) or photo.tries + 1 >= TRIES
        again = None if hopeless else self._now() + timedelta(seconds=min(3600, 5 * 4**photo.tries))
        log.warning("a photo was not fetched", photo=photo.id, why=type(error).__name__, again=again is not None)
        async with self._database.transaction() as tx:
            await media.failed(tx, photo.id, type(error).__name__, again)
