"""What the player needs of a messenger: phones, a clock, and the end of the bustle. Each messenger is a file beside it.

What a newcomer gets wrong: the clock of a stage stands still between the steps, so that nothing depends on how fast
the machine is; `wait` moves it without waking the bot, `move_to` as the hands of a clock would.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime, timedelta
from random import Random
from typing import Protocol, Self

from bot.app import App
from bot.deliver import LONGEST_BACKOFF
from sandbox import Fault, Sandbox, WorldClock
from storage import inbox, media, outbox
from storage.database import Tx, to_micros
from tests.bot.conftest import World
from tests.engines import engine
from tests.imports.books import EGN, at_risk
from tests.transcripts import district
from tests.transcripts.format import Heard, Unwritten

STANDS_AT = (43.46123, 25.73456)
ALBUM_SETTLES = timedelta(seconds=2)
TRIED_AGAIN_WITHIN = timedelta(seconds=10)
NEWEST, TWICE = 0.75, 0.06
"""How likely it is that a button of the newest message is tapped, and that it is tapped twice."""
MANY = 10_000
"""Calls that fail: as many as are made until the messenger is reached again."""
AT_RISK = at_risk(
    EGN, ["1652111003", "Петя", "Иванова", "Петрова", "ПГ 1", None, 2], [None, "Асен", "Илиев", "Цонев", "7б", 5, None]
)
"""The register's sheet: two children who missed enough, between them one who has not."""


class Phone(Protocol):
    """One person's phone. Doing something returns when the messenger has it: empty, or what was done in its place.

    `hears` is all since it was last asked. `taps_any` taps a button wherever it stands in the chat, mostly one of the
    newest, and says which. It says nothing where there is none, and where it was tapped twice: a choice that was
    taken and taken back looks as before.
    """

    async def says(self, text: str) -> str: ...
    async def taps(self, label: str) -> str: ...
    async def taps_any(self, draw: Random) -> str: ...
    async def shows(self, count: int, caption: str) -> str: ...
    async def sends(self, thing: str) -> str: ...
    async def opens(self, code: str) -> str: ...
    async def edits(self, text: str) -> str: ...
    async def blocks(self) -> str: ...
    async def unblocks(self) -> str: ...
    async def deletes(self) -> str: ...
    def hears(self) -> list[Heard]: ...


class StillClock(WorldClock):
    def now(self) -> datetime:
        return district.BEGIN + self.offset


Fill = Callable[[App], Awaitable[None]]


class Stage:
    """A bot with its messenger. `phone` of a name that is not in the cast is a stranger's; `live` begins a life of the
    bot, with a database that is filled if it is the first."""

    def __init__(
        self,
        sandbox: Sandbox,
        phones: dict[str, Phone],
        stranger: Callable[[str], Phone],
        live: Callable[[Fill], AbstractAsyncContextManager[World]],
        fill: Fill,
    ) -> None:
        self._sandbox = sandbox
        self._phones = phones
        self._stranger = stranger
        self._live = live
        self._fill = fill
        self._life = AsyncExitStack()
        self._world: World | None = None
        """None while the bot is stopped."""
        self._out_of_touch = False
        self.given = ""
        """The code of the last invitation that somebody was shown."""

    async def __aenter__(self) -> Self:
        await self._begin(self._fill)
        return self

    async def __aexit__(self, *_how: object) -> None:
        await self._life.aclose()

    async def _begin(self, fill: Fill) -> World:
        self._world = world = await self._life.enter_async_context(self._live(fill))
        # Every step waits until its answer is recorded; a thousand such moments are half a minute.
        world.app.deliverer.record_within = 0.0
        return world

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def _clock(self) -> WorldClock:
        return self._sandbox.world.clock

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
        if self._world:
            # The bot's own bell rings too; after ours, whatever is due by now has been written down.
            await self._world.app.schedule.ring()
        await self.settled()

    async def settled(self) -> None:
        """Until everybody has heard what they will hear now; what fails is tried again, each try at its time."""
        if self._world is None:
            return
        if self._out_of_touch:
            await self._world.until(self._gives_up_for_now)
            return
        while await self._fails(self._world):
            self._clock.move(TRIED_AGAIN_WITHIN)

    async def fetched(self) -> None:
        """Until the photos that were sent are kept: no later than a messenger keeps them for us."""
        if (world := self._world) is None:
            return
        lanes = world.app.database.shares.lanes

        async def kept(tx: Tx) -> bool:
            return await media.waiting(tx, self.now, 1, lanes) == []

        await world.until(kept)

    async def _fails(self, world: World) -> bool:
        """Whether a message waits for another try, when nothing else is left to be done."""
        later = False

        async def rests(tx: Tx) -> bool:
            nonlocal later
            at = await inbox.next_at(tx)
            later = at is not None and at > to_micros(world.app.now())
            return later or await world.is_quiet(tx)

        await world.until(rests)
        return later

    async def _gives_up_for_now(self, tx: Tx) -> bool:
        """Something could not be brought, and of all that is due each has been tried."""
        tried = await tx.rows("SELECT 1 FROM outbox WHERE state = 'waiting' AND tries > 0")
        return bool(tried) and await outbox.due(tx, self.now, 1) == []

    # -- what befalls the bot -------------------------------------------------------------------------

    async def befalls(self, event: str) -> None:
        match event:
            case "stops":
                await self._stop()
            case "starts":
                world = await self._begin(_full_already)
                await world.app.schedule.rung.wait()
            case "loses touch":
                self._out_of_touch = True
                self._sandbox.faults.add(Fault("*", kind="500", times=MANY))
                return  # until somebody says something, nothing fails
            case "regains touch":
                await self._regain_touch()
            case "drops":
                self._sandbox.world.updates.drop_all()
            case "fills" | "empties" if self._world:
                async with self._world.app.database.transaction() as tx:
                    await tx.run(engine.refusing("visit") if event == "fills" else engine.accepting("visit"))
            case _:
                raise Unwritten(event)
        await self.settled()

    async def _stop(self) -> None:
        await self._beat()
        self._world = None
        await self._life.aclose()

    async def _regain_touch(self) -> None:
        self._out_of_touch = False
        self._sandbox.faults.clear()
        self._clock.move(LONGEST_BACKOFF)
        await self.settled()
        await self._beat()

    async def _beat(self) -> None:
        """The bot keeps the time each minute; here a day passes in a moment."""
        if self._world:
            await self._world.app.awake.beat()


async def _full_already(_app: App) -> None:
    """What an earlier life has filled."""
