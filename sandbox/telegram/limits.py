"""Telegram's speed limits: thirty messages a second over all, one a second to each chat.

What a newcomer gets wrong: a refused message costs nothing, so a bot that hammers is not punished
further; it is simply refused until the second has passed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import too_many

OVERALL_PER_SECOND = 30
CHAT_PER_SECOND = 1
CHAT_BURST = 3


@dataclass(frozen=True, slots=True)
class _Level:
    tokens: float
    at: float


class Limits:
    """Buckets that refill with real time; the world's clock does not touch them."""

    def __init__(self, enabled: bool = True, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.enabled = enabled
        self._monotonic = monotonic
        self._levels: dict[int | None, _Level] = {}

    def spend(self, chat_id: int, messages: int = 1) -> None:
        """Let these messages through or refuse with 429 and the whole seconds to wait."""
        if not self.enabled:
            return
        now = self._monotonic()
        overall = self._level(None, now, OVERALL_PER_SECOND, OVERALL_PER_SECOND)
        chat = self._level(chat_id, now, CHAT_PER_SECOND, CHAT_BURST)
        # An album enters as one message and is paid for in full: the bucket goes below zero.
        missing = max(
            (1 - overall) / OVERALL_PER_SECOND,
            (1 - chat) / CHAT_PER_SECOND,
        )
        if missing > 1e-9:
            raise too_many(max(1, math.ceil(missing)))
        self._levels[None] = _Level(overall - messages, now)
        self._levels[chat_id] = _Level(chat - messages, now)

    def _level(self, key: int | None, now: float, rate: float, burst: float) -> float:
        level = self._levels.get(key)
        return burst if level is None else min(burst, level.tokens + (now - level.at) * rate)
