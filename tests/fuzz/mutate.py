"""Inputs made worse: bytes, texts, trees of JSON, packed members and the chunks of pictures.

Everything is drawn from the `Random` that is handed in, so that a seed makes the same inputs again on every machine.
"""

from __future__ import annotations

import copy
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

Json = Any
ODD = (
    "", " ", "\n", "\0", "\ud83d", "\udc00", "\u202e", "\ufeff", "\u00ad", "e\u0301", "ъ", "Ѝ", "İ", "ß", "ﬁ", "²",
    "٣", "½", "Ⅳ", "①", "🙂", "👨‍👩‍👧", "№", "„", "-", "–", ".", ":", "/", "@", "%s", "{0}", "{x}", "<b>", "' --", "0",
    "-1", "14", "9" * 19, "9" * 400, "1e999", "NaN", "31.12.9999", "0001-01-01", "29.2", "24:00", "след 999 седмици",
    "БЯ-014", "B9", "/start ", "go.card.1", "›", "•" * 12, "8001010008", "а" * 300, "(" * 80, "\t", "\r\n", "\x1b[0m",
    "\x85", "\u2028",
)  # fmt: skip
"""Half letters, digits that are none, letters that change their length, and what our own rules look for."""
VALUES: tuple[Json, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, float("inf"), float("nan"), 2**31, 2**63, -(2**63) - 1, 10**30, "", "x",
    "\ud83d", "8001010008", [], {}, [[]], [None], {"": None}, {"id": 1}, "a" * 5000,
)  # fmt: skip
BYTES = (
    b"\0",
    b"\xff",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x80",
    b"\xed\xa0\x80",
    b"\n",
    b'"',
    b"<",
    b"&",
    b"PK",
)
DEEPEST = 3000
AGAIN = 50
"""So many times at most a piece is repeated."""


def text(draw: Random, seeds: Sequence[str]) -> str:
    """One of the seeds with a few changes, or a row of odd pieces."""
    said = draw.choice(seeds) if draw.random() < 0.9 else ""
    for _ in range(draw.randrange(5)):
        at, end = _span(draw, len(said))
        said = said[:at] + _instead(draw, said[at:end], seeds) + said[end:]
    return said


def _instead(draw: Random, part: str, seeds: Sequence[str]) -> str:
    match draw.randrange(7):
        case 0:
            return ""
        case 1:
            return part * draw.randrange(2, AGAIN)
        case 2:
            return part.swapcase()
        case 3:
            return part + chr(draw.randrange(0x110000))
        case 4:
            return draw.choice(seeds)
        case 5:
            return str(draw.randrange(10 ** draw.randrange(1, 12)))
    return draw.choice(ODD)


def _span(draw: Random, length: int) -> tuple[int, int]:
    at = draw.randrange(length + 1)
    return at, min(length, at + draw.choice((0, 0, 1, 1, 2, 4, 16, 256)))


def raw(draw: Random, seed: bytes, most: int = 4) -> bytes:
    """A few bytes turned, left out, repeated or put in; sometimes cut off."""
    content = bytearray(seed)
    for _ in range(draw.randrange(1, most + 1)):
        at, end = _span(draw, len(content))
        content[at:end] = _bytes_instead(draw, bytes(content[at:end]))
    if draw.random() < 0.1:
        del content[draw.randrange(len(content) + 1) :]
    return bytes(content)


def _bytes_instead(draw: Random, part: bytes) -> bytes:
    match draw.randrange(5):
        case 0:
            return b""
        case 1:
            return part * draw.randrange(2, AGAIN)
        case 2:
            return draw.randbytes(len(part) or 1)
        case 3:
            return bytes(byte ^ 1 << draw.randrange(8) for byte in part)
    return draw.choice(BYTES)


def tree(draw: Random, seed: Json, texts: Sequence[str]) -> Json:
    """A copy in which a few of the values, at any depth, are something else, gone, doubled or nested."""
    root = {"": copy.deepcopy(seed)}
    for _ in range(draw.randrange(1, 4)):
        places = list(_places(root))
        holder, key = draw.choice(places)
        _change(draw, holder, key, texts)
    return root.get("", {})


def _places(node: Json) -> list[tuple[Json, Any]]:
    found: list[tuple[Json, Any]] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            for key in one if isinstance(one, dict) else range(len(one)):
                found.append((one, key))
                waiting.append(one[key])
    return found or [(node, "")]


def _change(draw: Random, holder: Json, key: Any, texts: Sequence[str]) -> None:
    was = holder[key]
    match draw.randrange(6):
        case 0 if key != "":
            del holder[key]
        case 1:
            holder[key] = [was, copy.deepcopy(was)]
        case 2:
            holder[key] = {draw.choice(texts): was}
        case 3 if isinstance(was, int) and not isinstance(was, bool):
            holder[key] = was + draw.choice((-1, 1, -was, 10**9, -(10**12), 2**63))
        case 4 | 5 if isinstance(was, str):
            holder[key] = text(draw, [was, *texts])
        case _:
            holder[key] = copy.deepcopy(draw.choice(VALUES))


def nested(draw: Random) -> bytes:
    """JSON in JSON, thousands deep: as short as it is, it asks much of whoever walks it."""
    depth = draw.randrange(1, DEEPEST)
    opens, closes = draw.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return b'{"update_id":1,"event":"message","message":' + opens * depth + b"1" + closes * depth + b"}"


@cache
def _unpacked(seed: bytes) -> tuple[tuple[str, bytes], ...]:
    with ZipFile(BytesIO(seed)) as file:
        return tuple((one.filename, file.read(one)) for one in file.infolist())


def members(draw: Random, seed: bytes, change: Callable[[Random, bytes], bytes]) -> bytes:
    """A zip in which one member is changed, gone, there twice, or under another name."""
    parts = list(_unpacked(seed))
    at = draw.randrange(len(parts))
    name, content = parts[at]
    match draw.randrange(8):
        case 0:
            del parts[at]
        case 1:
            parts[at] = (draw.choice(parts)[0] + draw.choice(("", "x", "/../x")), content)
        case 2:
            parts[at] = (name, draw.choice(parts)[1])
        case _:
            parts[at] = (name, change(draw, content))
    return packed({name: content for name, content in parts if name}, draw.choice((ZIP_STORED, ZIP_DEFLATED)))


def packed(parts: dict[str, bytes], how: int = ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", how, compresslevel=1) as into:
        for name, content in parts.items():
            into.writestr(name, content)
    return file.getvalue()


def png_chunks(draw: Random, seed: bytes) -> bytes:
    """A PNG with one chunk changed, whose checksum is right again: else nobody would look into it."""
    chunks, at = [], 8
    while at < len(seed):
        (length,) = struct.unpack_from(">I", seed, at)
        chunks.append((seed[at + 4 : at + 8], seed[at + 8 : at + 8 + length]))
        at += length + 12
    spot = draw.randrange(len(chunks))
    kind, content = chunks[spot]
    chunks[spot : spot + 1] = draw.choice(
        (
            [(kind, raw(draw, content))],
            [chunks[spot]] * 3,
            [],
            [(draw.choice((b"acTL", b"eXIf", b"zTXt", b"iCCP")), content)],
        )
    )
    return seed[:8] + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg_segments(draw: Random, seed: bytes) -> bytes:
    """A JPEG with one of its segments before the picture changed, and its length told rightly."""
    segments, at = [], 2
    while seed[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", seed, at + 2)
        segments.append((seed[at : at + 2], seed[at + 4 : at + 2 + length]))
        at += length + 2
    spot = draw.randrange(len(segments))
    marker, content = segments[spot]
    segments[spot : spot + 1] = draw.choice(([(marker, raw(draw, content)[:60_000])], [segments[spot]] * 3, []))
    return seed[:2] + b"".join(m + struct.pack(">H", len(c) + 2) + c for m, c in segments) + seed[at:]
