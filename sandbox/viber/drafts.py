"""What a bot wants to send, read and checked as Viber's server does it before it answers 0.

What a newcomer gets wrong: nothing here looks at the media. Whether a picture can be fetched, and is one, shows only
when the phone fetches it, after the 0.

Limits from Viber/creators-hub docs/bots-api/data-models/message.md, read 24 November 2026. Lengths are counted in
UTF-16 units, as the server's language counts them; where documents differ the narrower limit stands here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from sandbox.viber.keyboards import Keyboard, flaw, read_keyboard, read_rich_media
from sandbox.viber.statuses import INCOMPATIBLE_WITH_VERSION, PAYMENT_UNSUPPORTED, Refusal, bad, missing

Json = dict[str, Any]
REQUEST_BYTES = 30_000
TEXT = 7000
CAPTION = 768
SENDER = 28
TRACKING = 4000
ADDRESS = 2000
FILE_NAME = 256
CONTACT_NAME = 28
CONTACT_PHONE = 18
VIDEO_SECONDS = 180
PAYMENT_LEVEL = 10
THUMBNAIL_BYTES = 100 * 1024
# Phones differ (Android takes 3 MB); this is what all of them show.
MEDIA_BYTES = {"picture": 1024 * 1024, "video": 27_262_976, "file": 52_428_800}
# .jpg is not in the table, but in the documentation's own example, and works.
ENDINGS = {"picture": (".jpeg", ".jpg", ".png", ".gif"), "video": (".mp4",)}
_FORBIDDEN = re.compile(
    r"\.(action|apk|app|bat|bin|cmd|com|command|cpl|csh|exe|gadget|inf1|ins|inx|ipa|isu|job|jse|ksh|lnk|msc|msi|msp|mst"
    r"|osx|out|paf|pif|ps1|reg|rgs|run|sct|shb|shs|u3p|vb|vbe|vbs|vbscript|workflow|ws|wsf)$",
    re.IGNORECASE,
)
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?")


@dataclass(frozen=True, slots=True)
class Draft:
    """One message on its way to a phone; `fields` are those of a `ViberMessage`. No `sender`: the account speaks."""

    kind: str
    sender: str
    fields: Json = field(default_factory=dict)
    media: str = ""
    thumbnail: str = ""
    keyboard: Keyboard = field(default_factory=Keyboard)
    tracking: str = ""
    level: int = 1
    # Why the phone will not show it, known beforehand.
    flaw: str = ""


def read_body(raw: bytes) -> Json:
    """The JSON object of a request, or of the answer to an opened conversation."""
    if len(raw) > REQUEST_BYTES:
        raise bad(f"the request is over {REQUEST_BYTES} bytes")
    try:
        body = json.loads(raw or b"{}")
        # Half a character is JSON, but no text that anybody could show.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad("the request is no JSON") from error
    if not isinstance(body, dict):
        raise bad("the request is no JSON object")
    return body


def read_draft(body: Json) -> Draft:
    """The message of a request without its receiver; raises `Refusal` with the status that the bot gets."""
    level = _whole(body, "min_api_version", default=1)
    sender = _sender(body)
    tracking = _text(body, "tracking_data", TRACKING, default="")
    raw_keyboard = body.get("keyboard")
    keyboard = Keyboard() if raw_keyboard is None else read_keyboard(raw_keyboard, level)
    kind = body.get("type")
    if kind is None and raw_keyboard is not None:
        kind = "keyboard"
    if kind is None:
        raise missing("type")
    if not isinstance(kind, str) or kind not in READERS:
        raise bad(f"type {kind!r} is unknown; there are {', '.join(READERS)}")
    return Draft(
        kind=kind,
        sender=sender,
        fields=READERS[kind](body),
        media=body["media"] if kind in MEDIA_BYTES else "",
        thumbnail=str(body.get("thumbnail") or "") if kind in {"picture", "video"} else "",
        keyboard=keyboard,
        tracking=tracking,
        level=level,
        flaw="" if raw_keyboard is None else flaw(raw_keyboard, keyboard),
    )


def _sender(body: Json) -> str:
    """Required by the table, and absent from Viber's own example of a carousel: then it is the account that speaks."""
    if body.get("sender") is None:
        return ""
    return _text(_object(body, "sender"), "name", SENDER)


def _text_message(body: Json) -> Json:
    return {"text": _text(body, "text", TEXT)}


def _picture(body: Json) -> Json:
    _media(body, "picture")
    if "text" not in body:
        raise missing("text")
    return {"text": _text(body, "text", CAPTION, default="")}


def _video(body: Json) -> Json:
    _media(body, "video")
    _size(body, "video")
    if _whole(body, "duration", default=0) > VIDEO_SECONDS:
        raise bad(f"duration is over {VIDEO_SECONDS} seconds")
    return {"text": _text(body, "text", CAPTION, default="")}


def _file(body: Json) -> Json:
    _media(body, "file")
    _size(body, "file")
    name = _text(body, "file_name", FILE_NAME)
    if "." not in name.strip("."):
        raise bad("file_name has no extension")
    if _FORBIDDEN.search(name):
        raise bad(f"files like {name!r} are forbidden")
    return {"file_name": name}


def _contact(body: Json) -> Json:
    contact = _object(body, "contact")
    name = _text(contact, "name", CONTACT_NAME)
    return {"contact": {"name": name, "phone_number": _text(contact, "phone_number", CONTACT_PHONE)}}


def _location(body: Json) -> Json:
    place = _object(body, "location")
    found = []
    for name, most in (("lat", 90), ("lon", 180)):
        value = place.get(name)
        if value is None:
            raise missing(f"location.{name}")
        degrees = _degrees(value)
        if degrees is None or not abs(degrees) <= most:
            raise bad(f"location.{name} is no such number")
        found.append(degrees)
    return {"location": (found[0], found[1])}


def _degrees(value: Any) -> float | None:
    """In quotes too: so they stand in the tests of Viber's Python library, and on its older page."""
    if isinstance(value, str) and _DEGREES.fullmatch(value):
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _url(body: Json) -> Json:
    return {"text": _text(body, "media", ADDRESS)}


def _sticker(body: Json) -> Json:
    if body.get("sticker_id") in (None, ""):
        raise missing("sticker_id")
    return {"sticker": str(body["sticker_id"])}


def _rich_media(body: Json) -> Json:
    if "rich_media" not in body:
        raise missing("rich_media")
    cards = read_rich_media(body["rich_media"], _whole(body, "min_api_version", default=1))
    return {"text": _text(body, "alt_text", TEXT, default=""), "cards": cards}


def _payment(body: Json) -> Json:
    """This account takes no money; one that may is asked for at Viber."""
    if _whole(body, "min_api_version", default=1) < PAYMENT_LEVEL:
        raise Refusal(INCOMPATIBLE_WITH_VERSION, f"payment needs min_api_version {PAYMENT_LEVEL}")
    raise Refusal(PAYMENT_UNSUPPORTED)


READERS: dict[str, Callable[[Json], Json]] = {
    "text": _text_message,
    "picture": _picture,
    "video": _video,
    "file": _file,
    "contact": _contact,
    "location": _location,
    "url": _url,
    "sticker": _sticker,
    "rich_media": _rich_media,
    "payment": _payment,
    # A keyboard may be sent without a message; it then comes without a type.
    "keyboard": lambda body: {},
}


def _media(body: Json, kind: str) -> None:
    try:
        address = URL(_text(body, "media", ADDRESS))
    except ValueError as error:
        raise bad("media is no URL") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise bad("media is no URL")
    last = address.name.lower()
    endings = ENDINGS.get(kind)
    if endings is not None and not last.endswith(endings):
        raise bad(f"the path of media does not end in {', '.join(endings)}")
    if "." not in last:
        raise bad("the path of media does not end in a file extension")


def _size(body: Json, kind: str) -> None:
    if "size" not in body:
        raise missing("size")
    if not 0 < _whole(body, "size", default=0) <= MEDIA_BYTES[kind]:
        raise bad(f"size is over {MEDIA_BYTES[kind]} bytes")


def _object(body: Json, name: str) -> Json:
    if name not in body:
        raise missing(name)
    value = body[name]
    if not isinstance(value, dict):
        raise bad(f"{name} is no object")
    return value


def _text(body: Json, name: str, most: int, default: str | None = None) -> str:
    """Without a default an empty text is missing, as one that was not sent."""
    value = body.get(name, default)
    if value is None or (value == "" and default is None):
        raise missing(name)
    if not isinstance(value, str):
        raise bad(f"{name} is no text")
    if len(value.encode("utf-16-le")) // 2 > most:
        raise bad(f"{name} is longer than {most}")
    return value


def _whole(body: Json, name: str, *, default: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad(f"{name} is no whole number")
    return value
