"""What the player needs of a messenger: phones, a clock, and the end of the bustle. One class for each messenger.

What a newcomer gets wrong: the clock of a stage stands still between the steps, so that nothing depends on how fast
the machine is; `wait` moves it without waking the bot, `move_to` as the hands of a clock would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.app import App
from sandbox import Person, Sandbox, WorldClock
from tests.bot.conftest import TOKEN, World, living
from tests.transcripts import district
from tests.transcripts.format import Heard

STANDS_AT = (43.46123, 25.73456)
ALBUM_SETTLES = timedelta(seconds=2)


class Phone(Protocol):
    """One person's phone. Doing something returns when the messenger has it; `hears` is all since it was last asked."""

    async def says(self, text: str) -> None: ...
    async def taps(self, label: str) -> None: ...
    async def shows(self, count: int, caption: str) -> None: ...
    async def sends(self, thing: str) -> None: ...
    async def opens(self, code: str) -> None: ...
    async def edits(self, text: str) -> None: ...
    def hears(self) -> list[Heard]: ...


class Stage(Protocol):
    """A living bot with its messenger. `phone` of a name that is not in the cast is a stranger's."""

    @property
    def now(self) -> datetime: ...
    def phone(self, name: str) -> Phone: ...
    def wait(self, by: timedelta) -> None: ...
    async def move_to(self, moment: datetime) -> None: ...
    async def settled(self) -> None: ...


class StillClock(WorldClock):
    def now(self) -> datetime:
        return district.BEGIN + self.offset


class TelegramPhone:
    def __init__(self, person: Person) -> None:
        self._person = person
        self._seen = 0

    async def says(self, text: str) -> None:
        await self._person.says(text)

    async def taps(self, label: str) -> None:
        await self._person.taps(label)

    async def shows(self, count: int, caption: str) -> None:
        await self._person.shows_album(count, caption)

    async def sends(self, thing: str) -> None:
        match thing:
            case "sticker":
                await self._person.sends_sticker()
            case "voice":
                await self._person.sends_voice()
            case "contact":
                await self._person.sends_contact()
            case "file":
                await self._person.sends_document("plan.pdf", b"%PDF-1.7")
            case "place":
                await self._person.is_at(*STANDS_AT)

    async def opens(self, code: str) -> None:
        await self._person.starts(code)

    async def edits(self, text: str) -> None:
        mine = [message for message in self._person.chat if not message.from_bot]
        await self._person.edits(mine[-1], text)

    def hears(self) -> list[Heard]:
        """Each message in the form in which it came, also one that was edited again meanwhile."""
        world = self._person.world
        events = [event for event in world.events_after(self._seen) if event.chat_id == self._person.id]
        self._seen = world.last_seq
        return [heard for event in events if (heard := self._heard(event.kind, event.data))]

    def _heard(self, kind: str, told: dict[str, Any]) -> Heard | None:
        if kind == "deleted":
            gone = next(message for message in self._person.chat if message.id == told["id"])
            return Heard(gone.text, form="gone")
        if kind not in ("message", "edited") or not told["from_bot"]:
            return None
        rows = tuple(tuple(button["label"] for button in row) for row in told["buttons"])
        form = {"photo": "picture", "document": "file"}.get(told["kind"], "text")
        name = told["document"]["name"] if form == "file" else ""
        return Heard(told["text"], rows, form, name)


class TelegramStage:
    def __init__(self, world: World, people: dict[str, Person], language: str) -> None:
        self._world = world
        self._language = language
        self._phones = {name: TelegramPhone(person) for name, person in people.items()}

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def _clock(self) -> WorldClock:
        return self._world.sandbox.world.clock

    def phone(self, name: str) -> Phone:
        if name not in self._phones:
            self._phones[name] = TelegramPhone(self._world.sandbox.world.person(name, self._language))
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


@asynccontextmanager
async def on_telegram(folder: Path, language: str) -> AsyncIterator[Stage]:
    async with Sandbox(TOKEN, limits=False, clock=StillClock()) as sandbox:
        people = {name: sandbox.world.person(name, language) for name in district.CAST}
        for person in people.values():
            person.started = True

        async def fill(app: App) -> None:
            await district.fill(app, language, lambda name: str(people[name].id), "telegram")

        async with living(sandbox, folder, "chat_messages_per_second = 1000", fill=fill) as world:
            yield TelegramStage(world, people, language)


STAGES = {"telegram": on_telegram}
