"""Telegram's HTML: text with tags in, plain text with entities out, and back into runs for the page.

What a newcomer gets wrong: offsets and lengths are counted in UTF-16 units, so an emoji counts as two,
and "byte offset" in the error texts is counted in UTF-8.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from sandbox.errors import ApiError

Json = dict[str, Any]

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>")
_REFERENCE = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def utf16(text: str) -> int:
    """How long Telegram thinks the text is."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities; bad markup is refused with Telegram's own words."""
    plain: list[str] = []
    length = 0
    entities: list[Json] = []
    open_tags: list[tuple[str, int, str]] = []
    position = 0
    while position < len(source):
        char = source[position]
        if char == "&" and (reference := _REFERENCE.match(source, position)):
            piece, position = _dereference(reference[1]), reference.end()
        elif char == "<":
            tag = _TAG.match(source, position)
            offset = len(source[:position].encode())
            if tag is None:
                raise _bad(f'Unsupported start tag "{_guess(source, position)}" at byte offset {offset}')
            position = tag.end()
            name = tag[2].lower()
            if tag[1]:
                _close(name, offset, open_tags, entities, length)
            elif name not in KINDS:
                raise _bad(f'Unsupported start tag "{name}" at byte offset {offset}')
            else:
                href = _HREF.search(tag[3])
                open_tags.append((name, length, _unescape((href[1] or href[2] or "") if href else "")))
            continue
        else:
            piece, position = char, position + 1
        plain.append(piece)
        length += utf16(piece)
    if open_tags:
        raise _bad(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(plain), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _close(name: str, offset: int, open_tags: list[tuple[str, int, str]], out: list[Json], at: int) -> None:
    if not open_tags:
        raise _bad(f"Unexpected end tag at byte offset {offset}")
    opened, start, href = open_tags.pop()
    if opened != name:
        raise _bad(f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{name}>"')
    # Telegram drops empty entities and links without an address silently.
    if at == start or (name == "a" and not href):
        return
    entity: Json = {"type": KINDS[name], "offset": start, "length": at - start}
    if name == "a":
        entity["url"] = href
    out.append(entity)


def _bad(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: can't parse entities: {why}")


def _guess(source: str, position: int) -> str:
    found = re.match(r"[^\s>]*", source[position + 1 :])
    return found[0].lower() if found else ""


def _dereference(name: str) -> str:
    if not name.startswith("#"):
        return _NAMED[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "�"


def _unescape(text: str) -> str:
    return _REFERENCE.sub(lambda found: _dereference(found[1]), text)


def runs(text: str, entities: list[Json]) -> list[Json]:
    """The text cut into pieces of one style each, so that the page never has to trust any HTML."""
    units = text.encode("utf-16-le")
    total = len(units) // 2
    cuts = {0, total}
    for entity in entities:
        cuts.update((entity["offset"], min(total, entity["offset"] + entity["length"])))
    edges = sorted(cut for cut in cuts if 0 <= cut <= total)
    pieces: list[Json] = []
    for start, end in itertools.pairwise(edges):
        over = [e for e in entities if e["offset"] <= start and end <= e["offset"] + e["length"]]
        piece: Json = {
            "text": units[start * 2 : end * 2].decode("utf-16-le", errors="replace"),
            "styles": [entity["type"] for entity in over],
        }
        links = [entity["url"] for entity in over if entity.get("url")]
        if links and links[-1].split(":", 1)[0].lower() in {"http", "https", "mailto", "tel"}:
            piece["href"] = links[-1]
        pieces.append(piece)
    return pieces
