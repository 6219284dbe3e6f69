"""What the player needs of a messenger: phones, a clock, and the end of the bustle. Each messenger is a file beside it.

What a newcomer gets wrong: the clock of a stage stands still between the steps, so that nothing depends on how fast
the machine is; `wait` moves it without waking the bot, `move_to` as the hands of a clock would.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sandbox import WorldClock
from tests.bot.conftest import World
from tests.imports.books import EGN, at_risk
from tests.transcripts import district
from tests.transcripts.format import Heard

STANDS_AT = (43.46123, 25.73456)
ALBUM_SETTLES = timedelta(seconds=2)
AT_RISK = at_risk(
    EGN, ["1652111003", "Петя", "Иванова", "Петрова", "ПГ 1", None, 2], [None, "Асен", "Илиев", "Цонев", "7б", 5, None]
)
"""The register's sheet: two children who missed enough, between them one who has not."""


class Phone(Protocol):
    """One person's phone. Doing something returns when the messenger has it: empty, or what was done in its place.

    `hears` is all since it was last asked.
    """

    async def says(self, text: str) -> str: ...
    async def taps(self, label: str) -> str: ...
    async def shows(self, count: int, caption: str) -> str: ...
    async def sends(self, thing: str) -> str: ...
    async def opens(self, code: str) -> str: ...
    async def edits(self, text: str) -> str: ...
    def hears(self) -> list[Heard]: ...


class StillClock(WorldClock):
    def now(self) -> datetime:
        return district.BEGIN + self.offset


class Stage:
    """A living bot with its messenger. `phone` of a name that is not in the cast is a stranger's."""

    def __init__(self, world: World, phones: dict[str, Phone], stranger: Callable[[str], Phone]) -> None:
        self._world = world
        # Every step waits until its answer is recorded; a thousand such moments are half a minute.
        world.app.deliverer.record_within = 0.0
        self._phones = phones
        self._stranger = stranger

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def _clock(self) -> WorldClock:
        return self._world.sandbox.world.clock

    @property
    def names(self) -> list[str]:
        """The cast, then who joined, in the order in which they came."""
        return list(self._phones)

    def phone(self, name: str) -> Phone:
        if name not in self._phones:
            self._phones[name] = self._stranger(name)
        return self._phones[name]

    def wait(self, by: timedelta) -> None:
        self._clock.offset += by

    async def move_to(self, moment: datetime) -> None:
        self._clock.move_to(moment)
        # The bot's own bell rings too; after ours, whatever is due by now has been written down.
        await self._world.app.schedule.ring()
        await self.settled()

    async def settled(self) -> None:
        await self._world.settled()
