"""A notice as a list of things, so that one of them can be left out later and the rest is said anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from handlers.engine.views import Button, View, and_more, in_rows
from handlers.engine.words import Joined, Phrase, Text
from storage.because import Tie

ROWS = 10
"""Of buttons to open things: with the ways on below them, as many as the keyboard of a chat with one may have."""


@dataclass(frozen=True)
class Item:
    """A line, or one of several at the same `place` that share one, with what is said `beside` them; told because of
    all of `because`."""

    line: Text
    row: tuple[Button, ...] = ()
    because: tuple[Tie, ...] = ()
    place: Text = ""
    beside: Text = ""


@dataclass(frozen=True)
class Part:
    """`title` is counted anew whenever something is left out; so many items are `listed`, the others only counted."""

    title: Text
    items: tuple[Item, ...]
    listed: int
    columns: int = 1
    below: tuple[Text, ...] = ()
    counts_more: bool = True

    def lines(self) -> list[Text]:
        title = (_counted(self.title, len(self.items)),) if self.title else ()
        shown = self.items[: self.listed]
        told = [line for (place, _beside), here in groupby(shown, _where) for line in _at(place, list(here))]
        more = and_more(len(self.items) - self.listed) if self.counts_more else []
        return [*title, *told, *more, *self.below]

    def rows(self) -> list[tuple[Button, ...]]:
        return [one.row for one in self.items[: self.listed] if one.row]


@dataclass(frozen=True)
class Listing:
    """`above` is said with the first part; `more` leads to what has no button here, and `beside` stands in its row also
    when there is no such thing; `ways` always stand below."""

    parts: tuple[Part, ...]
    above: tuple[Item, ...] = ()
    more: tuple[Button, ...] = ()
    beside: tuple[Button, ...] = ()
    ways: tuple[tuple[Button, ...], ...] = ()

    @property
    def because(self) -> frozenset[Tie]:
        items = (*self.above, *(item for part in self.parts for item in part.items))
        return frozenset(tie for item in items for tie in item.because)

    def view(self) -> View:
        lines: list[Text] = [item.line for item in self.above]
        for part in self.parts:
            lines += [*([""] if lines else []), *part.lines()]
        rows = self._rows()[: ROWS - len(self.ways)]
        opened = {id(button) for row in rows for button in row}
        items = [item for part in self.parts for item in part.items]
        hidden = any(item.row and id(item.row[0]) not in opened for item in items)
        last = (*(self.more if hidden else ()), *self.beside)
        return View(tuple(lines), (*rows, *((last,) if last else ()), *self.ways))

    def _rows(self) -> list[tuple[Button, ...]]:
        """Parts that stand side by side in as many columns share their rows."""
        rows: list[tuple[Button, ...]] = []
        for columns, run in groupby(self.parts, lambda part: part.columns):
            own = [row for part in run for row in part.rows()]
            rows += in_rows([button for row in own for button in row], columns) if columns > 1 else own
        return rows

    def without(self, gone: frozenset[Tie]) -> Listing | None:
        """None when nothing is left to be told."""
        parts = (replace(part, items=_left(part.items, gone)) for part in self.parts)
        left = tuple(part for part in parts if part.items)
        return replace(self, parts=left, above=_left(self.above, gone)) if left else None


def _where(one: Item) -> tuple[Text, Text]:
    return one.place, one.beside


def _left(items: Sequence[Item], gone: frozenset[Tie]) -> tuple[Item, ...]:
    return tuple(item for item in items if not gone.intersection(item.because))


def _counted(title: Text, count: int) -> Text:
    if isinstance(title, Phrase) and title.count is not None:
        return replace(title, count=count, values={**title.values, "count": str(count)})
    return title


def _at(place: Text, here: Sequence[Item]) -> list[Text]:
    if place == "":
        return [item.line for item in here]
    line = Joined(["• ", place, ": ", Joined([item.line for item in here])], "")
    return [Joined([line, here[0].beside], " · ") if here[0].beside else line]
