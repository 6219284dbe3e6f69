"""What the calls to a messenger show of it, in seconds of the monotonic clock: a demo that moves its own alarms nobody.

How long an outage lasted, as people are told it, is in `bot.contact`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

RIVAL_FORGOTTEN = 60.0
"""Two who poll throw each other out every few seconds; a minute without is the end of it."""


class Vitals:
    """Of one messenger."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent_at = clock()
        self._listened_at: float | None = None
        self._away_at: float | None = None
        self._refused_at: float | None = None
        self._rival: tuple[float, float] | None = None
        """When another one was met first and last."""

    def answered(self) -> None:
        """It answered a call, so it takes our token."""
        self._away_at = self._refused_at = None

    def away(self) -> None:
        """A call did not get through."""
        self._away_at = self._away_at or self._clock()

    def listened(self) -> None:
        """What people wrote comes through, or there is nothing; or the bot begins to listen."""
        self._listened_at = self._clock()

    def sent(self) -> None:
        self._sent_at = self._clock()

    def refused(self) -> None:
        """It does not know our token any more."""
        self._refused_at = self._refused_at or self._clock()

    def met_another(self) -> None:
        """Somebody else listens with our token."""
        now = self._clock()
        is_new = self._rival is None or now - self._rival[1] > RIVAL_FORGOTTEN
        self._rival = (now, now) if is_new or self._rival is None else (self._rival[0], now)

    @property
    def silent_for(self) -> float | None:
        """Since nothing is taken from it, or no call gets through; None where neither is known to be so."""
        since = [at for at in (self._listened_at, self._away_at) if at is not None]
        return self._clock() - min(since) if since else None

    @property
    def refused_for(self) -> float | None:
        return None if self._refused_at is None else self._clock() - self._refused_at

    @property
    def sent_ago(self) -> float:
        """Or since it began."""
        return self._clock() - self._sent_at

    @property
    def rivalled_for(self) -> float | None:
        """From the first time that another one was met to the last; None when they have gone."""
        if self._rival is None or self._clock() - self._rival[1] > RIVAL_FORGOTTEN:
            return None
        return self._rival[1] - self._rival[0]
