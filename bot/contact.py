"""Since when each messenger is not reached.

Contact is a call that it answered, whatever the answer, or an event that it brought. What a newcomer gets wrong:
silence is no sign. Where only the messenger calls us, nobody can tell an outage from an evening on which nobody writes,
until a call of ours fails.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.watch.vitals import Vitals


@dataclass(frozen=True)
class Regained:
    """Contact with a messenger, after it was away for longer than `Contact.patience`."""

    channel: str
    since: datetime
    until: datetime


class Contact:
    """What lasted shorter than `patience` is forgotten: a call that fails is made again soon."""

    def __init__(self, now: Callable[[], datetime], patience: timedelta) -> None:
        self.patience = patience
        self.regained = asyncio.Event()
        """Somebody should look at `regained_lately`."""
        self.vitals: dict[str, Vitals] = defaultdict(Vitals)
        self._now = now
        self._lost: dict[str, datetime] = {}
        self._regained: list[Regained] = []

    def is_there(self, channel: str) -> None:
        since = self._lost.pop(channel, None)
        if since and self._now() - since >= self.patience:
            self._regained.append(Regained(channel, since, self._now()))
            self.regained.set()

    def is_away(self, channel: str) -> None:
        self._lost.setdefault(channel, self._now())

    def noted(self, channel: str, there: bool, *, refused: bool = False) -> None:
        """How a call ended; `refused` when the messenger does not know us any more."""
        (self.is_there if there else self.is_away)(channel)
        if there:
            self.vitals[channel].answered()
        elif refused:
            self.vitals[channel].refused()
        else:
            self.vitals[channel].away()

    def was_away(self, since: Mapping[str, datetime]) -> None:
        """What an earlier life knew."""
        self._lost.update(since)

    def regained_lately(self) -> list[Regained]:
        """What nobody was told of yet (`told`)."""
        return list(self._regained)

    def told(self, regained: Sequence[Regained]) -> None:
        del self._regained[: len(regained)]

    def lost(self) -> dict[str, datetime]:
        """The messengers that are away for so long that it is an outage, and since when."""
        return {channel: since for channel, since in self._lost.items() if self._now() - since >= self.patience}
