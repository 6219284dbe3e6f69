"""Rows of buttons as Viber's keyboard: a grid of six columns, at most twelve rows.

What a newcomer gets wrong: the keyboard belongs to the chat. A message without one takes the former one away, and
the phone refuses a whole message for one wrong field of its keyboard, after Viber has said that all is well.

Sizes and fields: Viber/creators-hub (gh-pages) and developers.viber.com/docs/faq, both read 24.11.2026.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

COLUMNS = 6
MOST_ROWS = 12
LONGEST_LABEL = 120
"""Viber's limit is 250 with the markup around it."""
FACE, INK = "#DCE9F2", "#14344C"
"""Contrast 10:1; both are given, so that they stay together in the light and in the dark theme."""
API_VERSION = 6
"""What `TextShouldFit` needs; the phones of the last eight years have it."""


class Key(NamedTuple):
    label: str
    body: str


Row = Sequence[Key]


def keyboard(rows: Sequence[Row]) -> dict[str, Any]:
    """Raises ValueError when the rows cannot be packed into what a phone shows."""
    made = [button for row in _packed(rows) for button in _buttons(row)]
    return {"Type": "keyboard", "DefaultHeight": False, "InputFieldState": "regular", "Buttons": made}


def _packed(rows: Sequence[Row]) -> list[Row]:
    """As they are if they fit; else buttons that had a row each stand two or three in a row."""
    for together in (1, 2, 3):
        packed = [row for wide in _together(rows, together) for row in _of_grid(wide)]
        if len(packed) <= MOST_ROWS:
            return packed
    raise ValueError(f"{len(rows)} rows of buttons do not fit into {MOST_ROWS}")


def _together(rows: Sequence[Row], count: int) -> list[Row]:
    """The last of several single buttons keeps its row: it is the one that ends the question."""
    if count == 1:
        return list(rows)
    made: list[Row] = []
    for single, run in groupby(rows, lambda row: len(row) == 1):
        if not single:
            made.extend(run)
            continue
        *choices, last = [row[0] for row in run]
        made.extend(choices[i : i + count] for i in range(0, len(choices), count))
        made.append([last])
    return made


def _of_grid(row: Row) -> list[Row]:
    """Four or five buttons would leave a gap in which the next row begins, so they become two rows."""
    if len(row) <= 3 or len(row) == COLUMNS:
        return [row]
    middle = min((len(row) + 1) // 2, COLUMNS)
    return [*_of_grid(row[:middle]), *_of_grid(row[middle:])]


def _buttons(row: Row) -> list[dict[str, Any]]:
    size = "regular" if len(row) == 1 else "small"
    return [
        {
            "Columns": COLUMNS // len(row),
            "Rows": 1,
            "ActionType": "reply",
            "ActionBody": key.body,
            "Text": f'<font color="{INK}">{_plain(key.label)}</font>',
            "TextSize": size,
            "TextShouldFit": True,
            "BgColor": FACE,
            "Silent": True,
        }
        for key in row
    ]


def _plain(label: str) -> str:
    """Viber reads a small HTML in labels; ours are text."""
    short = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    return html.escape(" ".join(short.split()), quote=False)
