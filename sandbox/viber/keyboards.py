"""A keyboard: what Viber's server refuses in one, what only the phone refuses, and where each button stands.

What a newcomer gets wrong: most mistakes pass the server. The bot is told 0, and then, when the phone cannot make
anything of the keyboard, the whole message is not shown and a `failed` event comes.

Sources, read 24 November 2026: the keyboards page of creators.viber.com (Viber/creators-hub, branch gh-pages), the
older one of developers.viber.com for Rows 1-2, its FAQ for twelve rows; wording of refusals from
bottenderjs/messaging-apis issue 652 and Bogdaan/viber-bot-php issue 60.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from sandbox.viber.statuses import INCOMPATIBLE_WITH_VERSION, Refusal, bad

Json = dict[str, Any]
COLUMNS = 6
KEYBOARD_ROWS = 2
RICH_MEDIA_ROWS = 7
MOST_ROWS_SHOWN = 12
TEXT_SHOWN = 250
# The API level that a feature needs, of the keyboard and of its buttons.
LEVELS = {
    "InputFieldState": 4,
    "ButtonsGroupColumns": 4,
    "ButtonsGroupRows": 4,
    "CustomDefaultHeight": 3,
    "HeightScale": 3,
}
BUTTON_LEVELS = {"InternalBrowser": 3, "TextPaddings": 4, "TextShouldFit": 6, "Frame": 6, "Map": 6, "MediaPlayer": 6}
# The least and the most of each number, where it is given.
RANGES = {
    "CustomDefaultHeight": (40, 70),
    "HeightScale": (20, 100),
    "ButtonsGroupColumns": (1, COLUMNS),
    "ButtonsGroupRows": (1, KEYBOARD_ROWS),
}
FRAME_RANGES = {"BorderWidth": (0, 10), "CornerRadius": (0, 10)}
PADDINGS = 4
MOST_PADDING = 12
OPACITY = 100
BROWSER_TITLE = 15
FONT_SIZES = (12, 32)
CARDS = 6
_TAGS_OF_LEVEL_4 = re.compile(r"<s>|<font[^>]*\bsize\s*=", re.IGNORECASE)
ACTIONS = ("reply", "open-url", "none")
ACTIONS_OF_LEVEL_3 = (*ACTIONS, "location-picker", "share-phone")
FIELDS = ("regular", "minimized", "hidden")
SIZES = ("small", "regular", "large")
_FONT_SIZE = re.compile(r"<font[^>]*\bsize\s*=\s*[\"']?(\d+)", re.IGNORECASE)
_COLOUR = re.compile(r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")
_INK = re.compile(r"<font[^>]*\bcolor\s*=\s*[\"']?(#[0-9a-fA-F]{6})", re.IGNORECASE)
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|www\.)\S+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Key:
    """One button where it stands in the grid; `data` is its ActionBody, `url` too when it opens one."""

    label: str
    data: str
    action: str
    row: int
    column: int
    rows: int
    columns: int
    silent: bool
    background: str = ""
    ink: str = ""
    size: str = "regular"
    bold: bool = False

    @property
    def url(self) -> str:
        return self.data if self.action == "open-url" else ""


@dataclass(frozen=True, slots=True)
class Keyboard:
    keys: tuple[Key, ...] = ()
    background: str = ""
    # What becomes of the field to write in: regular, minimized, hidden.
    field: str = "regular"
    columns: int = COLUMNS

    @property
    def height(self) -> int:
        return max((key.row + key.rows for key in self.keys), default=0)

    @property
    def labels(self) -> list[list[str]]:
        """Row by row, as one reads them."""
        rows = sorted({key.row for key in self.keys})
        return [[key.label for key in self.keys if key.row == row] for row in rows]


def read_keyboard(raw: Any, level: int) -> Keyboard:
    """The keyboard of a message with this `min_api_version`; what the server refuses is raised."""
    _required(raw, "keyboard", "Type", "Buttons")
    _one_of(raw["Type"], ("keyboard",), "keyboard")
    for name, needed in LEVELS.items():
        if name in raw:
            _needs(name, needed, level)
    _ranges(raw, "keyboard", RANGES)
    keys = _keys(raw["Buttons"], "keyboard", level, COLUMNS, KEYBOARD_ROWS)
    field = _one_of(raw.get("InputFieldState", "regular"), FIELDS, "keyboard")
    return Keyboard(keys, _colour(raw.get("BgColor")), field)


def read_rich_media(raw: Any, level: int) -> Keyboard:
    """Without `Type` it is taken too: so it stands in the READMEs of Viber's own libraries."""
    _required(raw, "rich_media", "Buttons")
    _one_of(raw.get("Type", "rich_media"), ("rich_media",), "rich_media")
    columns = _whole(raw.get("ButtonsGroupColumns", COLUMNS), "rich_media", COLUMNS)
    rows = _whole(raw.get("ButtonsGroupRows", RICH_MEDIA_ROWS), "rich_media", RICH_MEDIA_ROWS)
    keys = _keys(raw["Buttons"], "rich_media", level, columns, RICH_MEDIA_ROWS)
    cards = Keyboard(keys, _colour(raw.get("BgColor")), columns=columns)
    if cards.height > CARDS * rows:
        raise _invalid("rich_media", f"{cards.height} rows are more than {CARDS} cards of {rows}")
    return cards


def flaw(raw: Json, keyboard: Keyboard) -> str:
    """Why a phone will not show this keyboard, or nothing."""
    if keyboard.height > MOST_ROWS_SHOWN:
        return f"keyboard has {keyboard.height} rows, at most {MOST_ROWS_SHOWN} are shown"
    for thing in (raw, *raw["Buttons"]):
        colour = thing.get("BgColor")
        if colour is not None and not _COLOUR.match(str(colour)):
            return f"BgColor {colour!r} is not a valid color HEX value"
    for button, key in zip(raw["Buttons"], keyboard.keys, strict=True):
        if key.action == "open-url" and not _ADDRESS.match(key.data):
            return f"ActionBody {key.data!r} is not a valid URL"
        if button.get("TextSize", "regular") not in SIZES:
            return f"TextSize {button['TextSize']!r} is not one of {', '.join(SIZES)}"
        if not any(button.get(name) for name in ("Text", "Image", "BgMedia", "BgColor")):
            return "a button needs one of Text, Image, BgMedia, BgColor"
    return ""


def plain(text: str) -> str:
    """The words of a button without their markup; what is too long ends in three dots, as on the phone."""
    words = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE)))
    return words if len(words) <= TEXT_SHOWN else f"{words[:TEXT_SHOWN]}..."


def _keys(raw: Any, what: str, level: int, columns: int, rows: int) -> tuple[Key, ...]:
    if not isinstance(raw, list) or not raw:
        raise _invalid(what, "array is too short: must have at least 1 elements")
    sizes = [_button_size(button, what, columns, rows) for button in raw]
    places = _places(sizes, columns)
    return tuple(_key(button, what, level, size, place) for button, size, place in zip(raw, sizes, places, strict=True))


def _button_size(raw: Any, what: str, columns: int, rows: int) -> tuple[int, int]:
    _required(raw, what, "ActionBody")
    return _whole(raw.get("Columns", columns), what, columns), _whole(raw.get("Rows", 1), what, rows)


def _key(raw: Json, what: str, level: int, size: tuple[int, int], place: tuple[int, int]) -> Key:
    text = str(raw.get("Text") or "")
    for name, needed in BUTTON_LEVELS.items():
        if name in raw:
            _needs(name, needed, level)
    if _TAGS_OF_LEVEL_4.search(text):
        _needs("this tag in Text", 4, level)
    _extras(raw, what, text)
    ink = _INK.search(text)
    return Key(
        label=plain(text),
        data=str(raw["ActionBody"]),
        # An action that this level does not know is not an action at all to the server.
        action=_one_of(raw.get("ActionType", "reply"), _actions(what, level), what),
        row=place[0],
        column=place[1],
        columns=size[0],
        rows=size[1],
        silent=bool(raw.get("Silent", False)),
        background=_colour(raw.get("BgColor")),
        ink=ink[1] if ink else "",
        size=str(raw.get("TextSize", "regular")),
        bold="<b>" in text,
    )


def _actions(what: str, level: int) -> tuple[str, ...]:
    """A rich_media message can ask neither for a place nor for a number."""
    return ACTIONS_OF_LEVEL_3 if level >= 3 and what == "keyboard" else ACTIONS


def _extras(raw: Json, what: str, text: str) -> None:
    """The numbers and lengths of one button that have a documented limit."""
    _whole(raw.get("TextOpacity", OPACITY), what, OPACITY, least=0)
    paddings = raw.get("TextPaddings", [MOST_PADDING] * PADDINGS)
    if not isinstance(paddings, list) or len(paddings) != PADDINGS:
        raise _invalid(what, f"TextPaddings are no array of {PADDINGS}")
    for padding in paddings:
        _whole(padding, what, MOST_PADDING, least=0)
    for size in _FONT_SIZE.findall(text):
        _whole(size, what, FONT_SIZES[1], least=FONT_SIZES[0])
    _ranges(_part(raw, what, "Frame"), what, FRAME_RANGES)
    if len(str(_part(raw, what, "InternalBrowser").get("CustomTitle", ""))) > BROWSER_TITLE:
        raise _invalid(what, f"InternalBrowser.CustomTitle is longer than {BROWSER_TITLE}")


def _part(raw: Json, what: str, name: str) -> Json:
    part = raw.get(name, {})
    if not isinstance(part, dict):
        raise _invalid(what, 'instance type does not match (allowed: ["object"])')
    return part


def _ranges(raw: Json, what: str, ranges: dict[str, tuple[int, int]]) -> None:
    for name, (least, most) in ranges.items():
        if name in raw:
            _whole(raw[name], what, most, least=least)


def _places(sizes: list[tuple[int, int]], columns: int) -> list[tuple[int, int]]:
    """Row and column of each button: they fill the grid in the order given, each in the next gap wide enough."""
    taken: set[tuple[int, int]] = set()
    places = []
    cell = 0
    for width, height in sizes:
        while True:
            row, column = divmod(cell, columns)
            cells = {(row + down, column + right) for down in range(height) for right in range(width)}
            if column + width <= columns and not cells & taken:
                break
            cell += 1
        taken |= cells
        places.append((row, column))
    return places


def _required(raw: Any, what: str, *names: str) -> None:
    if not isinstance(raw, dict):
        raise _invalid(what, 'instance type does not match (allowed: ["object"])')
    absent = [name for name in names if raw.get(name) in (None, "")]
    if absent:
        listed = ",".join(f'"{name}"' for name in absent)
        raise _invalid(what, f"object has missing required properties ([{listed}])")


def _whole(value: Any, what: str, most: int, *, least: int = 1) -> int:
    """Digits in quotes are taken too: bots that send them have worked for years."""
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise _invalid(what, 'instance type does not match (allowed: ["integer"])')
    if number > most:
        found = f"(maximum: {most}, found: {number})"
        raise _invalid(what, f"numeric instance is greater than the required maximum {found}")
    if number < least:
        found = f"(minimum: {least}, found: {number})"
        raise _invalid(what, f"numeric instance is lower than the required minimum {found}")
    return number


def _one_of(value: Any, possible: tuple[str, ...], what: str) -> str:
    if value not in possible:
        listed = ",".join(f'"{name}"' for name in possible)
        raise _invalid(what, f'instance value ("{value}") not found in enum (possible values: [{listed}])')
    return str(value)


def _invalid(what: str, why: str) -> Refusal:
    return bad(f"{what} is not valid. [{why}]")


def _needs(name: str, needed: int, level: int) -> None:
    if level < needed:
        raise Refusal(INCOMPATIBLE_WITH_VERSION, f"{name} needs min_api_version {needed}")


def _colour(value: Any) -> str:
    return str(value) if value is not None and _COLOUR.match(str(value)) else ""
