"""On which messenger somebody is told: the one they prefer, unless it costs money just now and another does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SESSION = timedelta(hours=24)
"""After a message of the person the bot may write for nothing so long (Viber's terms since 5 February 2024)."""


@dataclass(frozen=True)
class Way:
    """One messenger on which a person can be reached; `wrote_at` is when they last wrote there, where that matters."""

    channel: str
    chat: str
    wrote_at: datetime | None = None


def is_free(way: Way, charging: Collection[str], now: datetime) -> bool:
    """`charging` are the channels where a message that the bot begins is charged outside a session."""
    return way.channel not in charging or (way.wrote_at is not None and now - way.wrote_at < SESSION)


def in_order(ways: Sequence[Way], preferred: str, charging: Collection[str], now: datetime) -> list[Way]:
    """Which to try first; the others are for when it cannot be reached."""
    return sorted(ways, key=lambda way: (not is_free(way, charging, now), way.channel != preferred, way.channel))
