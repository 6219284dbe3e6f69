"""`python -m bench.pictures`: how large a photo is kept, and what cleaning and sealing it cost.

Of one colour and of noise, which nothing makes smaller: every photo lies between. The pictures are those of a
telephone, of twelve million pixels.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from bot.photos import clean
from storage.sealing import Sealer

TWELVE_MEGAPIXELS = (4000, 3000)


@dataclass(frozen=True)
class Kept:
    size_bytes: int
    seconds: float
    """Of processor time."""


def pictures() -> dict[str, Image.Image]:
    width, height = TWELVE_MEGAPIXELS
    noise = Image.frombytes("RGB", TWELVE_MEGAPIXELS, os.urandom(3 * width * height))
    return {"one colour": Image.new("RGB", TWELVE_MEGAPIXELS, "teal"), "noise": noise}


def kept(picture: Image.Image) -> Kept:
    sent = BytesIO()
    picture.save(sent, "JPEG", quality=92)
    sealer = Sealer(b"a key for measuring, long enough")
    begun = time.process_time()
    sealed = sealer.seal(clean(sent.getvalue()), "photo")
    return Kept(len(sealed), time.process_time() - begun)


def main() -> None:
    for name, picture in pictures().items():
        found = kept(picture)
        print(f"a photo of {name}: {found.size_bytes / 1e3:.0f} kB, {found.seconds * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
