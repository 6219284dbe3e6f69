"""The transcripts on Telegram, as they are written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from bot.app import App
from sandbox import Fault, Person, Sandbox
from sandbox.faults import Faults
from tests.bot.conftest import TOKEN, living
from tests.transcripts import district
from tests.transcripts.format import Heard
from tests.transcripts.stage import AT_RISK, NEWEST, STANDS_AT, TWICE, Phone, Stage, StillClock


class TelegramPhone:
    def __init__(self, person: Person, faults: Faults) -> None:
        self._person = person
        self._faults = faults
        self._seen = 0

    async def says(self, text: str) -> str:
        await self._person.says(text)
        return ""

    async def taps(self, label: str) -> str:
        await self._person.taps(label)
        return ""

    async def taps_any(self, draw: Random) -> str:
        shown = [
            message for message in self._person.chat if message.from_bot and message.buttons and not message.deleted
        ]
        if not shown:
            return ""
        message = shown[-1] if draw.random() < NEWEST else draw.choice(shown)
        button = draw.choice([button for row in message.buttons for button in row])
        if not button.data:
            return ""
        await self._person.taps_data(button.data, message)
        if draw.random() < TWICE:
            await self._person.taps_data(button.data, message)
            return ""
        return f"taps {button.label!r} of {message.id}"

    async def shows(self, count: int, caption: str) -> str:
        await self._person.shows_album(count, caption)
        return ""

    async def sends(self, thing: str) -> str:
        match thing:
            case "sticker":
                await self._person.sends_sticker()
            case "voice":
                await self._person.sends_voice()
            case "contact":
                await self._person.sends_contact()
            case "file":
                await self._person.sends_document("plan.pdf", b"%PDF-1.7")
            case "at_risk":
                await self._person.sends_document("risk.xlsx", AT_RISK)
            case "place":
                await self._person.is_at(*STANDS_AT)
            case "nonsense":
                self._person.world.inject({"message": {"from": {"id": self._person.id}, "nonsense": True}})
        return ""

    async def opens(self, code: str) -> str:
        await self._person.starts(code)
        return ""

    async def edits(self, text: str) -> str:
        mine = [message for message in self._person.chat if not message.from_bot]
        await self._person.edits(mine[-1], text)
        return ""

    async def blocks(self) -> str:
        await self._person.blocks()
        return ""

    async def unblocks(self) -> str:
        await self._person.unblocks()
        return ""

    async def deletes(self) -> str:
        """Whoever writes to them next is told."""
        self._faults.add(Fault("sendMessage", self._person.id, "deactivated"))
        return ""

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


@asynccontextmanager
async def on_telegram(folder: Path, language: str) -> AsyncIterator[Stage]:
    async with Sandbox(TOKEN, limits=False, clock=StillClock()) as sandbox:
        people = {name: sandbox.world.person(name, language) for name in district.CAST}
        for person in people.values():
            person.started = True

        async def fill(app: App) -> None:
            await district.fill(app, language, lambda name: str(people[name].id), "telegram")

        def stranger(name: str) -> Phone:
            return TelegramPhone(sandbox.world.person(name, language), sandbox.faults)

        phones: dict[str, Phone] = {name: TelegramPhone(person, sandbox.faults) for name, person in people.items()}
        async with Stage(sandbox, phones, stranger, lambda filled: living(sandbox, folder, fill=filled), fill) as stage:
            yield stage
            assert sandbox.faults.unused() == []
