"""The text of a PDF that typst made, page by page, in the order in which it is drawn.

What a newcomer gets wrong: glyphs are turned into letters by the table in the file itself, the one by which a reader
copies them; so this is what somebody gets who copies the page. Line ends are not told.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.S)
_STREAM = re.compile(rb"(.*?)\nstream\n(.*)\nendstream", re.S)
_INNER = rb"(?:\\.|[^\\()])*"
_STRING = rb"\((?:\\.|[^\\()]|\(" + _INNER + rb"\))*\)"
"""Parentheses may stand in it unescaped, in pairs; in ours never deeper."""
_RUN = re.compile(rb"/(f\d+) [\d.]+ Tf[^\[(]*\[?((?:" + _STRING + rb"|[-\d. ])*)\]?T[jJ]", re.S)
_PIECE = re.compile(_STRING, re.S)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
_LETTERS = re.compile(rb"^<([0-9A-F]{4})> <([0-9A-F]+)>$", re.M)
_ONE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(content: bytes) -> list[str]:
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    fonts = {name.decode(): _letters(objects, int(number)) for name, number in _fonts(objects)}
    order = [int(number) for number in re.findall(rb"(\d+) 0 R", _between(objects[1], rb"/Kids[", rb"]"))]
    return ["".join(_runs(objects, page, fonts)) for page in order]


def _fonts(objects: Mapping[int, bytes]) -> set[tuple[bytes, bytes]]:
    return {found for body in objects.values() for found in re.findall(rb"/(f\d+) (\d+) 0 R", _head(body))}


def _letters(objects: Mapping[int, bytes], font: int) -> dict[bytes, str]:
    table = _unpacked(objects[_number(objects[font], rb"/ToUnicode ")])
    return {bytes.fromhex(glyph.decode()): _text(letters) for glyph, letters in _LETTERS.findall(table)}


def _text(letters: bytes) -> str:
    return bytes.fromhex(letters.decode()).decode("utf-16-be")


def _runs(objects: Mapping[int, bytes], page: int, fonts: Mapping[str, Mapping[bytes, str]]) -> Iterator[str]:
    for font, pieces in _RUN.findall(_unpacked(objects[_number(objects[page], rb"/Contents ")])):
        glyphs = b"".join(_ESCAPE.sub(_meant, piece[1:-1]) for piece in _PIECE.findall(pieces))
        yield "".join(fonts[font.decode()][glyphs[at : at + 2]] for at in range(0, len(glyphs), 2))


def _meant(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    return bytes([int(said, 8)]) if said.isdigit() else _ONE.get(said, said)


def _head(body: bytes) -> bytes:
    return body.partition(b"\nstream\n")[0]


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.fullmatch(body)
    assert found, "no stream"
    return zlib.decompress(found[2]) if b"/FlateDecode" in found[1] else found[2]


def _number(body: bytes, after: bytes) -> int:
    found = re.search(re.escape(after) + rb"(\d+) 0 R", body)
    assert found, after
    return int(found[1])


def _between(body: bytes, first: bytes, last: bytes) -> bytes:
    return body.partition(first)[2].partition(last)[0]
