"""What a photo is kept as: made anew from its pixels, sealed, and opened only with the keys."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot import album
from bot.photos import MOST_BYTES, NotAPicture, clean
from bot.store import Store
from storage import media
from storage.database import Database, open_database
from storage.sealing import Sealer, Unopened
from tests.engines import url_of

SECRET = b"43.8564N 25.9708E Rositsa"
OLD, NEW = b"o" * 40, b"n" * 40


def picture(kind: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **options)
    return file.getvalue()


def _texts() -> PngInfo:
    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    return texts


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return exif


def _zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("name.txt", SECRET)
    return file.getvalue()


TELLING = {
    "EXIF": picture("JPEG", exif=_exif()),
    "XMP": picture("JPEG", xmp=SECRET),
    "a comment": picture("JPEG", comment=SECRET),
    "a colour profile": picture("JPEG", icc_profile=SECRET * 10),
    "IPTC": picture("JPEG")[:2] + b"\xff\xed" + struct.pack(">H", len(SECRET) + 2) + SECRET + picture("JPEG")[2:],
    "texts of a PNG": picture("PNG", pnginfo=_texts()),
    "EXIF of a WebP": picture("WEBP", exif=_exif(), xmp=SECRET),
    "an archive behind it": picture("JPEG") + _zipped(),
    "a page behind it": picture("PNG") + b"<script>" + SECRET + b"</script>",
}


@pytest.mark.parametrize("content", TELLING.values(), ids=TELLING)
def test_only_pixels_are_left_of_a_picture(content: bytes) -> None:
    cleaned = clean(content)
    assert SECRET not in cleaned
    assert b"PK\x03\x04" not in cleaned
    with Image.open(BytesIO(cleaned)) as kept:
        assert (kept.format, kept.size, set(kept.info)) == (
            "JPEG",
            (64, 48),
            {"jfif", "jfif_version", "jfif_unit", "jfif_density"},
        )


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it is as large as that, and is."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(b"\0" * (width // 8 + 1)) for _ in range(height)) + rows.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _text_bomb() -> bytes:
    texts = PngInfo()
    texts.add_text("Comment", "a" * 80_000_000, zip=True)
    return picture("PNG", pnginfo=texts)


def _moving(kind: str) -> bytes:
    return picture(kind, save_all=True, append_images=[Image.new("RGB", (64, 48), "red")], duration=100)


REFUSED = {
    "41 megapixels in kilobytes": _bomb(8000, 5200),
    "so many that the library stops": _bomb(16_000, 16_000),
    "one line too wide": _bomb(60_000_000, 1),
    "texts that unpack to 80 MB": _text_bomb(),
    "moving PNG": _moving("PNG"),
    "moving WebP": _moving("WEBP"),
    "more bytes than anybody sends": picture("JPEG") + b"\0" * MOST_BYTES,
    "another kind": picture("TIFF"),
    "PDF": b"%PDF-1.7\n" + picture("JPEG"),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_would_cost_memory_or_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        clean(content)


def test_the_second_picture_that_a_telephone_hides_in_a_jpeg_does_not_matter() -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48)).save(file, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    assert clean(file.getvalue()).count(b"\xff\xd8\xff") == 1


WHOLE = [*TELLING.values(), _moving("PNG"), _bomb(64, 64)]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_whatever_is_done_to_a_picture_it_is_one_or_it_is_refused(content: bytes, data: st.DataObject) -> None:
    """Cut off, with bytes changed, with others put in: nothing but NotAPicture comes out of it."""
    spoilt = bytearray(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    for where, byte in data.draw(st.lists(st.tuples(st.integers(0, len(content)), st.integers(0, 255)), max_size=8)):
        spoilt[where : where + data.draw(st.integers(0, 1))] = bytes([byte])
    try:
        cleaned = clean(bytes(spoilt))
    except NotAPicture:
        return
    with Image.open(BytesIO(cleaned)) as kept:
        kept.load()
        assert kept.format == "JPEG"
        assert max(kept.size) <= 1600


async def test_a_photo_lies_sealed_under_its_digest_and_opens_only_under_its_name(tmp_path: Path) -> None:
    sealer, kept = Sealer(OLD), clean(picture("JPEG"))
    name = await album.put(Store(tmp_path), sealer, kept)
    path = tmp_path / name
    assert b"JFIF" not in path.read_bytes()
    assert await album.get(Store(tmp_path), sealer, name) == kept
    assert await album.put(Store(tmp_path), sealer, kept) == name
    path.rename(tmp_path / f"{'0' * 64}.sealed")
    with pytest.raises(Unopened):
        await album.get(Store(tmp_path), sealer, f"{'0' * 64}.sealed")
    assert "1 photos" in album.closed_in(tmp_path, Sealer(NEW))[0]


def _far() -> datetime:
    return datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(url_of(tmp_path))
    yield opened
    await opened.close()


async def test_photos_of_older_versions_and_other_keys_are_sealed_anew(tmp_path: Path, database: Database) -> None:
    first, second = clean(picture("JPEG")), clean(picture("JPEG", (32, 32)))
    (tmp_path / "plain.jpg").write_bytes(first)
    async with database.transaction() as tx:
        await tx.run("INSERT INTO media (channel, file, recognised_by, stored_as) VALUES ('t', 'f', 'u', 'plain.jpg')")
    other = await album.put(Store(tmp_path), Sealer(OLD), second)
    lost = await album.put(Store(tmp_path), Sealer(b"l" * 40), clean(picture("JPEG", (16, 16))))
    sealer = Sealer(NEW, OLD)
    assert await album.seal_anew(Store(tmp_path), sealer, database) == 2
    assert await album.seal_anew(Store(tmp_path), sealer, database) == 0
    async with database.transaction() as tx:
        [name] = [row["stored_as"] for row in await tx.rows("SELECT stored_as FROM media")]
        await media.drop_unused(tx, _far())
        assert await media.to_drop(tx) == [name]
    assert await album.get(Store(tmp_path), Sealer(NEW), name) == first
    assert await album.get(Store(tmp_path), Sealer(NEW), other) == second
    assert {one for one in os.listdir(tmp_path) if "obhvat" not in one} == {name, other, lost}
    assert "1 photos" in album.closed_in(tmp_path, sealer)[0]
