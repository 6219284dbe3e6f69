"""What was measured, beside what was aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AT_MOST, AT_LEAST = "at most", "at least"
HEADS = ("", "obhvat", "beside it", "compared", "aim", "")


@dataclass(frozen=True)
class Aim:
    word: str
    bound: float
    unit: str = ""

    def is_met(self, by: float) -> bool:
        return by <= self.bound if self.word == AT_MOST else by >= self.bound

    def __str__(self) -> str:
        return f"{self.word} {self.bound:g}{self.unit}"


@dataclass(frozen=True)
class Line:
    """`compared` is what the aim is about: the figure itself, a ratio, or a difference."""

    what: str
    ours: float
    compared: float | None = None
    aim: Aim | None = None
    beside: str = ""
    theirs: float | None = None

    def cells(self) -> tuple[str, ...]:
        theirs = "" if self.theirs is None else f"{_short(self.theirs)} {self.beside}"
        compared = "" if self.compared is None else f"{self.compared:.2f}"
        return (self.what, _short(self.ours), theirs, compared, str(self.aim or ""), self._verdict())

    def _verdict(self) -> str:
        if self.aim is None:
            return ""
        value = self.ours if self.compared is None else self.compared
        return "met" if self.aim.is_met(value) else "NOT MET"


def ratio(what: str, ours: float, beside: str, theirs: float, aim: Aim | None = None) -> Line:
    return Line(what, ours, ours / theirs, aim, beside, theirs)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def printed(lines: Sequence[Line]) -> str:
    """As Markdown, so that it goes into docs/performance.md as it is."""
    rows = [HEADS, *(line.cells() for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    told = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    told.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(told)
