"""Small counts that are not shown, and the others that must go with them so that nobody can work them out.

Figures stand in lines: a total and the parts it is the sum of; the same figure may stand in several. What a newcomer
gets wrong: a line with one hidden figure hides nothing, because the others tell it by subtraction; nor does one whose
small figures could only be these (two of them that make 2 are both 1). Lines are looked at one by one, not together.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Line(Generic[K]):
    total: K
    parts: tuple[K, ...]
    is_sum: bool = True
    """Whether the total is exactly the sum; where parts may overlap, it only must not leave one of them alone."""

    @property
    def all(self) -> tuple[K, ...]:
        return (*self.parts, self.total)


@dataclass(frozen=True)
class Hidden(Generic[K]):
    small: frozenset[K]
    """From 1 to below the least that is shown, and told to be so."""
    others: frozenset[K] = frozenset()
    """Hidden because a small one could be worked out from them; any number to a reader."""

    def __contains__(self, one: K) -> bool:
        return one in self.small or one in self.others


def hide(values: Mapping[K, int], lines: Iterable[Line[K]], least: int) -> Hidden[K]:
    """What stands in no mapping is a nought, which is shown."""
    small = {one for one, count in values.items() if 0 < count < least}
    others: set[K] = set()
    waiting = list(lines)
    while waiting:
        # Whatever is hidden for one line may be the only hidden figure of another.
        changed = [line for line in waiting if _close(values, line, least, small, others)]
        waiting = waiting if changed else []
    return Hidden(frozenset(small - others), frozenset(others))


def _close(values: Mapping[K, int], line: Line[K], least: int, small: set[K], others: set[K]) -> bool:
    """Hides so many more of the line that it tells nothing; whether that were any."""
    before = len(others)
    while _tells(values, line, least, small, others):
        others.add(_next(values, line, small | others))
    return len(others) > before


def _next(values: Mapping[K, int], line: Line[K], gone: set[K]) -> K:
    """The smallest part that is shown and no nought, else the total, else a nought.

    When all are hidden the total again: it is no longer told to be small (four parts of a small total are each 1).
    """
    shown = sorted((one for one in line.parts if one not in gone), key=lambda one: values.get(one, 0))
    best = [one for one in shown if values.get(one, 0)]
    return best[0] if best else shown[0] if shown and line.total in gone else line.total


def _tells(values: Mapping[K, int], line: Line[K], least: int, small: set[K], others: set[K]) -> bool:
    gone = [one for one in line.all if one in small or one in others]
    if not gone or not line.parts or (len(gone) == len(line.all) and line.total in others):
        return False
    if len(gone) == 1 or not line.is_sum:
        return len(gone) == 1
    bounds = {one: _bounds(values.get(one, 0), one in small - others, one in others, least) for one in line.all}
    return any(one in small and _pinned(line, one, bounds) for one in gone)


Bounds = tuple[float, float]


def _bounds(count: int, small: bool, other: bool, least: int) -> Bounds:
    """Between what a reader knows a figure to be."""
    if small:
        return 1, least - 1
    return (least if count >= least else 0, math.inf) if other else (count, count)


def _pinned(line: Line[K], one: K, bounds: Mapping[K, Bounds]) -> bool:
    """Whether the other figures of the line leave only one number for it."""
    rest = _sum([bounds[part] for part in line.parts if part != one])
    if one == line.total:
        low, high = rest
    else:
        total = bounds[line.total]
        low, high = total[0] - rest[1], total[1] - rest[0]
    return min(high, bounds[one][1]) <= max(low, bounds[one][0])


def _sum(many: Sequence[Bounds]) -> Bounds:
    return sum(low for low, _high in many), sum(high for _low, high in many)
