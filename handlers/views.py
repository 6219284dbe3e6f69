"""What is shown: lines of text and rows of buttons, before any language or messenger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.words import Text


@dataclass(frozen=True)
class Button:
    label: Text
    value: str
    key: str = ""
    """The question it answers; empty means the question that shows it."""


BELOW = "_below"
"""Ends the key of a button whose answer comes in a new message, because its own says other things too."""


@dataclass(frozen=True)
class View:
    lines: tuple[Text, ...]
    rows: tuple[tuple[Button, ...], ...] = ()

    def under(self, *above: Text) -> View:
        return View((*above, *self.lines), self.rows)

    def with_row(self, *buttons: Button) -> View:
        return View(self.lines, (*self.rows, buttons)) if buttons else self


def in_rows(buttons: Sequence[Button], columns: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[i : i + columns]) for i in range(0, len(buttons), columns))
