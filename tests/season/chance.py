"""Chance in the season: everybody and everything has a stream of its own.

What a newcomer gets wrong: people act at once, and who is first differs from run to run. One stream for all would give
each something else every time; so a failing seed fails again.
"""

from __future__ import annotations

import random


class Chance(dict[str, random.Random]):
    """The stream of each name; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, name: str) -> random.Random:
        self[name] = random.Random(f"{self._seed}:{name}")
        return self[name]
