"""A long text in parts that each fit into one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator


def split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """At line ends, and inside a line only when it is too long by itself; nothing is left out."""
    parts: list[str] = []
    current: str | None = None
    for piece in _pieces(text, fits):
        longer = piece if current is None else f"{current}\n{piece}"
        if current is not None and not fits(longer):
            parts.append(current)
            longer = piece
        current = longer
    return [*parts, current or ""]


def _pieces(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    for line in text.split("\n"):
        yield from _halves(line, fits)


def _halves(line: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(line) or len(line) < 2:
        yield line
        return
    middle = len(line) // 2
    yield from _halves(line[:middle], fits)
    yield from _halves(line[middle:], fits)
