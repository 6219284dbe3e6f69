"""Photos are fetched from their messenger, cleaned of everything but the picture, and kept under their digest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import structlog

from bot import album
from bot.channels.channel import FOR_GOOD, Channel, Meaning, Trouble
from bot.rounds import rounds
from bot.store import Store
from storage import media
from storage.database import Database, Tx, Unwritable
from storage.media import Waiting
from storage.sealing import Sealer

if TYPE_CHECKING:
    from PIL import Image

log = structlog.get_logger()
AT_ONCE = 4
TRIES = 8
LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000
MOST_BYTES = 20_000_000
"""No messenger gives us more, and no telephone makes a larger picture of a door."""
NO_ROOM_SECONDS = 10.0


class NotAPicture(ValueError):
    """The bytes are no picture that can be kept."""


def clean(content: bytes) -> bytes:
    """A JPEG of at most 1600 pixels, turned upright, made anew from its pixels: nothing else of the file is left, no
    EXIF, place, comment or what hung behind it. Raises NotAPicture."""
    if len(content) > MOST_BYTES:
        raise NotAPicture("too large")
    # Imported here: most days no photo comes, and these are a third of the bot's memory.
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            _refuse(picture)
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Whatever the library raises over the bytes of a stranger: one picture must never end the bot.
    except Exception as broken:
        raise NotAPicture(str(broken) if isinstance(broken, NotAPicture) else type(broken).__name__) from broken
    upright.info.clear()  # a comment would be written along
    file = BytesIO()
    upright.save(file, "JPEG", quality=82)
    return file.getvalue()


def _refuse(picture: Image.Image) -> None:
    """Before a pixel is unpacked. A JPEG may hold a second picture, as some telephones add one; only the first is
    read."""
    if picture.width * picture.height > MOST_PIXELS:
        raise NotAPicture("too many pixels")
    if picture.format in ("PNG", "WEBP") and getattr(picture, "is_animated", False):
        raise NotAPicture("animated")


class PhotoFetcher:
    """Fetches what reports name, and at once what would not be there later.

    `lost` tells the sender of a photo that could not be fetched, in the transaction that gives it up.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        database: Database,
        store: Store,
        sealer: Sealer,
        now: Callable[[], datetime],
        lost: Callable[[Tx, Waiting, datetime], Awaitable[None]],
    ) -> None:
        self._channels = channels
        self._database = database
        self._store = store
        self._sealer = sealer
        self._now = now
        self._lost = lost
        self._cleaning = asyncio.Lock()
        """One at a time: a picture of twelve megapixels takes 36 MB while it is open."""
        self.no_room_seconds = NO_ROOM_SECONDS
        self.saved = asyncio.Event()
        database.listen("media", self.saved.set)

    async def run(self) -> None:
        await rounds(self.saved, self.one_round)

    async def one_round(self) -> int:
        lanes = self._database.shares.lanes
        waiting = await media.waiting(self._database.glance(), self._now(), AT_ONCE, lanes)
        await asyncio.gather(*(self._fetch(photo) for photo in waiting))
        return len(waiting)

    async def _fetch(self, photo: Waiting) -> None:
        try:
            content = await self._fetched(photo)
            async with self._cleaning:
                cleaned = await asyncio.to_thread(clean, content)
        except NotAPicture as never:
            await self._failed(photo, str(never), None)
        except Trouble as trouble:
            over = trouble.meaning in FOR_GOOD or photo.tries + 1 >= TRIES
            again = None if over else self._now() + timedelta(seconds=min(3600, 5 * 4**photo.tries))
            await self._failed(photo, str(trouble), again)
        else:
            try:
                key = await album.put(self._store, self._sealer, cleaned)
            except Unwritable as full:  # no fault of the photo: it is not counted, and fetched again when there is room
                log.error("a photo was not kept; it is fetched again", photo=photo.id, why=str(full))
                await asyncio.sleep(self.no_room_seconds)
                raise
            async with self._database.transaction() as tx:
                await media.stored(tx, photo.id, key)

    async def _fetched(self, photo: Waiting) -> bytes:
        channel = self._channels.get(photo.channel)
        if channel is None:
            raise Trouble(Meaning.RETRY, f"{photo.channel} is switched off")
        return await channel.fetch(photo.file)

    async def _failed(self, photo: Waiting, why: str, again: datetime | None) -> None:
        log.warning("a photo was not fetched", photo=photo.id, why=why, again=again is not None)
        async with self._database.transaction() as tx:
            await media.failed(tx, photo.id, why, again)
            if again is None:
                await self._lost(tx, photo, self._now())
