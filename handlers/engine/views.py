"""What is shown: lines of text and rows of buttons, before any language or messenger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.engine.words import Text, _, counted


@dataclass(frozen=True)
class Button:
    label: Text
    value: str
    key: str = ""
    """The question it answers; empty means the question that shows it."""
    person: int = 0
    """Opens a chat with that person instead; where their messenger cannot be opened by a button it is left out."""
    account: str = ""
    """Theirs on the messenger of the reader; put in when the message goes out."""
    among: Text = ""
    """What it reads where several notices became one and another button would read the same."""


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


def turns(key: str, before: str | None, after: str | None) -> tuple[Button, ...]:
    """The row that turns the page: the values of the one before and of the next, None where there is none."""
    back = () if before is None else (Button(_("← Earlier"), before, key),)
    return (*back, *(() if after is None else (Button(_("More →"), after, key),)))


def first(lines: Sequence[Text], at_most: int) -> list[Text]:
    """So many of them, and how many more there are."""
    return [*lines[:at_most], *and_more(len(lines) - at_most)]


def and_more(count: int) -> list[Text]:
    """The line that says so; none for none."""
    return [counted("and {count} more", "and {count} more", count)] if count > 0 else []


def in_rows(buttons: Sequence[Button], columns: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[i : i + columns]) for i in range(0, len(buttons), columns))
