"""The world's clock: real time plus an offset that tests and the page may move.

What a newcomer gets wrong: the clock never stands still; after `move` it goes on ticking from there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class WorldClock:
    """Tells what time it is in the world of the sandbox."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self._subscribers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move(self, by: timedelta) -> None:
        self.offset += by
        for subscriber in list(self._subscribers):
            subscriber()

    def move_to(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("the world's clock moves to an aware moment only")
        self.move(moment - self.now())

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after every jump (not every tick); the answer takes the subscription away."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe
