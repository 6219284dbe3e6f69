"""The stage for Viber: the same steps, on phones with one keyboard.

What a newcomer gets wrong: a button of an older message is no longer on the screen there. Who taps it all the same has
tapped while the next message was on its way, and so it is played.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot import config
from bot.app import App
from sandbox import Sandbox, ViberMessage, ViberPhone, WorldClock
from tests.bot.conftest import TOKEN, World, free_port, on_messengers
from tests.bot.viber import configured
from tests.transcripts import district
from tests.transcripts.format import Heard
from tests.transcripts.stage import STANDS_AT, Phone, Stage, StillClock

_PAGE = re.compile(r"http://127\.0\.0\.1:\d+/viber/name/\S+")


class OnViber:
    def __init__(self, phone: ViberPhone, world: World) -> None:
        self._phone = phone
        self._world = world
        self._seen = 0

    async def says(self, text: str) -> None:
        await self._phone.says(text)

    async def taps(self, label: str) -> None:
        for message in reversed(self._phone.chat):
            for key in message.board.keys:
                if key.label == label:
                    await self._phone.taps_data(key.data)
                    return
        raise AssertionError(f"no keyboard ever had {label!r}")

    async def shows(self, count: int, caption: str) -> None:
        await self._phone.shows_album(count, caption)

    async def sends(self, thing: str) -> None:
        match thing:
            case "sticker":
                await self._phone.sends_sticker()
            case "voice":
                await self._phone.sends_video()
            case "contact":
                await self._phone.sends_contact()
            case "file":
                await self._phone.sends_document("plan.pdf", b"%PDF-1.7")
            case "place":
                await self._phone.is_at(*STANDS_AT)

    async def opens(self, code: str) -> None:
        await self._phone.starts(code)
        await self._world.settled()
        await self._phone.taps(self._phone.labels[0])

    async def edits(self, text: str) -> None:
        """Viber tells no bot that a message was changed."""

    def hears(self) -> list[Heard]:
        said = [message for message in self._phone.chat if message.from_bot]
        new, self._seen = said[self._seen :], len(said)
        return [_heard(message) for message in new]


def _heard(message: ViberMessage) -> Heard:
    rows = tuple(tuple(key.label for key in row) for row in message.buttons)
    form = {"picture": "picture", "file": "file"}.get(message.kind, "text")
    name = message.document.name if message.document else ""
    return Heard(_PAGE.sub("(https://…)", message.text), rows, form, name)


class ViberStage:
    def __init__(self, world: World, phones: dict[str, ViberPhone], language: str) -> None:
        self._world = world
        self._language = language
        self._phones = {name: OnViber(phone, world) for name, phone in phones.items()}

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def _clock(self) -> WorldClock:
        return self._world.sandbox.world.clock

    def phone(self, name: str) -> Phone:
        if name not in self._phones:
            stranger = self._world.sandbox.world.person(name, self._language, telegram=False)
            self._phones[name] = OnViber(stranger.viber, self._world)
        return self._phones[name]

    def wait(self, by: timedelta) -> None:
        self._clock.offset += by

    async def move_to(self, moment: datetime) -> None:
        self._clock.move_to(moment)
        await self._world.app.schedule.ring()
        await self.settled()

    async def settled(self) -> None:
        await self._world.settled()


@asynccontextmanager
async def on_viber(folder: Path, language: str) -> AsyncIterator[Stage]:
    async with Sandbox(TOKEN, limits=False, clock=StillClock()) as sandbox:
        phones = {name: sandbox.world.person(name, language, telegram=False).viber for name in district.CAST}
        for phone in phones.values():
            phone.subscribed = True

        async def fill(app: App) -> None:
            await district.fill(app, language, lambda name: phones[name].id, "viber")

        path, tokens = configured(folder, sandbox, free_port()), {config.VIBER_TOKEN: sandbox.viber_token}
        async with on_messengers(sandbox, folder, path, tokens, fill) as world:
            while sandbox.viber.courier.hook is None:
                await sandbox.world.changed.wait(5)
            yield ViberStage(world, phones, language)
