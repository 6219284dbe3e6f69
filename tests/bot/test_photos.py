"""A photo sent with a report is fetched, cleaned and kept, however the messenger behaves."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import album
from bot.photos import NotAPicture, clean
from bot.store import Store
from sandbox import Fault
from storage.database import Tx
from tests.bot.conftest import World


def with_place() -> bytes:
    """A turned picture whose EXIF tells where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    file = BytesIO()
    Image.new("RGB", (3000, 2000), "teal").save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_a_cleaned_picture_is_upright_small_and_tells_no_place() -> None:
    with Image.open(BytesIO(clean(with_place()))) as cleaned:
        assert cleaned.size == (1067, 1600)
        assert dict(cleaned.getexif()) == {}


@pytest.mark.parametrize("content", [b"", b"GIF89a", with_place()[:200]], ids=["empty", "gif", "cut off"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        clean(content)


async def reports_with_a_photo(world: World) -> None:
    mila = await world.person("Мила")
    await mila.shows_photo(with_place(), "14 никой")
    await world.settled()
    world.sandbox.world.clock.move(timedelta(seconds=2))
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()


async def test_a_photo_is_kept_although_the_first_download_fails(world: World) -> None:
    world.sandbox.faults.add(Fault("getFile", kind="500"))
    await reports_with_a_photo(world)

    async def failed(tx: Tx) -> bool:
        return bool(await tx.rows("SELECT 1 FROM media WHERE tries = 1"))

    await world.until(failed)
    world.sandbox.world.clock.move(timedelta(seconds=60))
    world.app.wake()

    async def stored(tx: Tx) -> bool:
        return bool(await tx.rows("SELECT 1 FROM media WHERE state = 'stored'"))

    await world.until(stored)
    [name] = [row["stored_as"] for row in await world.app.database.glance().rows("SELECT stored_as FROM media")]
    assert b"Exif" not in await album.get(Store(world.folder / "photos"), world.app.work.sealer, name)


FIRST_TWO = """
import asyncio, sys, threading
from pathlib import Path
from bot.store import Store

begun, asked = threading.Event(), threading.Event()

def slowly(event, arguments):
    if event == "import" and arguments[0] == "obstore._obstore":
        begun.set()
        asked.wait(1)
    elif event == "import" and arguments[0] == "obstore.exceptions":
        asked.set()

async def both():
    store = Store(Path(sys.argv[1]))
    opening = asyncio.create_task(store.names())
    await asyncio.sleep(0)
    begun.wait()
    await store.put("photo", b"kept")
    await opening

sys.addaudithook(slowly)
asyncio.run(both())
"""


def test_a_photo_is_kept_although_the_store_is_just_being_opened_for_another(tmp_path: Path) -> None:
    """The library was then half there, and the bot ended by it; only a process that has not used it shows that."""
    subprocess.run([sys.executable, "-c", FIRST_TWO, str(tmp_path)], cwd=Path(__file__).parents[2], check=True)
    assert (tmp_path / "photo").read_bytes() == b"kept"
