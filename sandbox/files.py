"""The bytes of photos and documents, by file id.

What a newcomer gets wrong: every upload gets a new `file_id`, but equal bytes have the same
`file_unique_id`, and only the `file_id` can be downloaded.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw, UnidentifiedImageError

DOWNLOAD_LIMIT = 20 * 1024 * 1024
_COLOURS = ("#3b6ea5", "#4f8a5b", "#a5653b", "#7a4fa0", "#a03b52", "#3b8f94", "#8a7a2f")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One uploaded file, as the messenger keeps it."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0

    def telegram(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class Files:
    """All files of one sandbox."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._count = itertools.count()
        self._drawn = itertools.count(1)

    def add(self, data: bytes, name: str, mime: str, folder: str, size: tuple[int, int] = (0, 0)) -> StoredFile:
        number = next(self._count)
        digest = hashlib.sha256(data).digest()
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        unique = base64.urlsafe_b64encode(digest[:11]).decode().rstrip("=")
        stored = StoredFile(
            # The number makes the id new for every upload, as Telegram's are.
            file_id=f"AgACAgQAAxkBAAI{number:06d}{unique}AAQ",
            unique_id=f"AQAD{unique}",
            path=f"{folder}/file_{number}.{suffix}",
            name=name,
            mime=mime,
            data=data,
            width=size[0],
            height=size[1],
        )
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def add_photo(self, data: bytes) -> list[StoredFile] | None:
        """A photo in rising sizes, the sent bytes last; None when this is no picture at all."""
        try:
            with Image.open(io.BytesIO(data)) as picture:
                full = picture.size
                small = picture.convert("RGB")
        except UnidentifiedImageError:
            return None
        sizes: list[StoredFile] = []
        for side in (320, 90):
            if max(full) > side:
                small.thumbnail((side, side))
                thumb = io.BytesIO()
                small.save(thumb, "JPEG", quality=70)
                sizes.insert(0, self.add(thumb.getvalue(), "photo.jpg", "image/jpeg", "photos", small.size))
        return [*sizes, self.add(data, "photo.jpg", "image/jpeg", "photos", full)]

    def draw(self) -> bytes:
        """A picture for people who have none at hand; no two are equal."""
        number = next(self._drawn)
        picture = Image.new("RGB", (800, 600), _COLOURS[number % len(_COLOURS)])
        pen = ImageDraw.Draw(picture)
        pen.rectangle((250, 220, 550, 600), fill="#2b2b33")
        pen.rectangle((270, 240, 530, 600), fill="#d8c9a8")
        pen.ellipse((490, 410, 512, 432), fill="#6b5a3a")
        pen.text((40, 30), f"{number}", fill="white", font_size=64)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=80)
        return out.getvalue()

    def by_id(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)
