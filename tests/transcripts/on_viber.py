"""The transcripts on Viber, said in the words of a transcript.

What a newcomer gets wrong: only the newest keyboard can be tapped, so a button that the transcript taps may be gone.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from bot.app import App
from bot.pace import Pace, Rate
from sandbox import Fault, Sandbox, ViberMessage
from sandbox import ViberPhone as Handset
from sandbox.faults import Faults
from sandbox.viber.statuses import NOT_REGISTERED
from storage import people
from tests.bot.conftest import TOKEN, World
from tests.bot.viber import on_viber as bot_on_viber
from tests.transcripts import district
from tests.transcripts.format import Heard
from tests.transcripts.stage import AT_RISK, NEWEST, STANDS_AT, TWICE, Fill, Phone, Stage, StillClock

CHANNEL = "viber"
INSTEAD = {
    "edits": ("what was sent cannot be changed", "nothing is done"),
    "taps": ("this button has left the keyboard", "a slow phone that still shows it is tapped"),
    "opens": ("an opened chat says nothing", "the button under the greeting is tapped"),
    "shows": ("there are no albums", "the pictures come one by one"),
    "voice": ("bots get no voice messages", "a video comes, which cannot be read either"),
}
"""What the people of a transcript do and Viber does not know: why, and what is done in its place.

The first two stand in the difference; the others are what anybody does on Viber.
"""
_ADDRESS = re.compile(r"https?://\S+")


class ViberPhone:
    def __init__(self, handset: Handset, faults: Faults) -> None:
        self._handset = handset
        self._faults = faults
        self._seen = 0

    async def says(self, text: str) -> str:
        await self._handset.says(text)
        return ""

    async def taps(self, label: str) -> str:
        if label in self._handset.labels:
            await self._handset.taps(label)
            return ""
        boards = (message.board for message in reversed(self._handset.chat) if message.from_bot)
        gone = (key.data for board in boards for key in board.keys if key.label == label)
        data = next(gone, None)
        assert data is not None, f"{self._handset.name} never saw the button {label!r}"
        await self._handset.taps_data(data)
        return "; ".join(INSTEAD["taps"])

    async def taps_any(self, draw: Random) -> str:
        boards = [message.board for message in self._handset.chat if message.from_bot]
        if not boards:
            return ""
        board = self._handset.board if draw.random() < NEWEST else draw.choice(boards)
        keys = [key for key in board.keys if key.action == "reply"]
        if not keys:
            return ""
        key = draw.choice(keys)
        await self._handset.taps_data(key.data)
        if draw.random() < TWICE:
            await self._handset.taps_data(key.data)
            return ""
        return f"taps {key.label!r}"

    async def shows(self, count: int, caption: str) -> str:
        await self._handset.shows_album(count, caption)
        return ""

    async def sends(self, thing: str) -> str:
        match thing:
            case "sticker":
                await self._handset.sends_sticker()
            case "voice":
                await self._handset.sends_video()
            case "contact":
                await self._handset.sends_contact()
            case "file":
                await self._handset.sends_document("plan.pdf", b"%PDF-1.7")
            case "at_risk":
                await self._handset.sends_document("risk.xlsx", AT_RISK)
            case "place":
                await self._handset.is_at(*STANDS_AT)
            case "nonsense":
                about = {"sender": {"id": self._handset.id}, "message": "?"}
                account = self._handset.account
                account.tell("message", self._handset, {"message_token": account.courier.next_token(), **about})
        return ""

    async def opens(self, code: str) -> str:
        self._handset.forget()
        await self._handset.starts(code)
        greeting = await self._handset.hears()
        await self._handset.taps(greeting.labels[0])
        return ""

    async def edits(self, text: str) -> str:
        return "; ".join(INSTEAD["edits"])

    async def blocks(self) -> str:
        await self._handset.unsubscribes()
        return ""

    async def unblocks(self) -> str:
        await self._handset.subscribes()
        return ""

    async def deletes(self) -> str:
        """Whoever writes to them next is told."""
        self._faults.add(Fault("send_message", self._handset.id, "status", status=NOT_REGISTERED))
        return ""

    def hears(self) -> list[Heard]:
        """All that was said, and under the last the one keyboard that can be tapped now."""
        chat = self._handset.chat
        new, self._seen = [_heard(message) for message in chat[self._seen :] if message.from_bot], len(chat)
        return [*new[:-1], *(replace(last, rows=tuple(map(tuple, self._handset.keyboard))) for last in new[-1:])]


def _heard(message: ViberMessage) -> Heard:
    form = {"picture": "picture", "file": "file", "keyboard": "buttons"}.get(message.kind, "text")
    name = message.document.name if message.document else ""
    return Heard(_ADDRESS.sub("https://…", message.text), form=form, name=name)


@asynccontextmanager
async def on_viber(folder: Path, language: str) -> AsyncIterator[Stage]:
    async with Sandbox(TOKEN, limits=False, clock=StillClock()) as sandbox:
        handsets = {name: sandbox.world.person(name, language, telegram=False).viber for name in district.CAST}
        for handset in handsets.values():
            handset.subscribed = True

        async def fill(app: App) -> None:
            await district.fill(app, language, lambda name: handsets[name].id, CHANNEL)
            async with app.database.transaction() as tx:
                for handset in handsets.values():
                    await people.wrote(tx, CHANNEL, handset.id, app.now())

        def stranger(name: str) -> Phone:
            return ViberPhone(sandbox.world.person(name, language, telegram=False).viber, sandbox.faults)

        @asynccontextmanager
        async def live(fill: Fill) -> AsyncIterator[World]:
            async with bot_on_viber(sandbox, folder, fill=fill) as world:
                # The pace is in real seconds, and here a day passes in a moment.
                world.app.teller.channels[CHANNEL].pace = Pace(time.monotonic, Rate(1000, 1000), 1000)
                yield world

        phones: dict[str, Phone] = {name: ViberPhone(handset, sandbox.faults) for name, handset in handsets.items()}
        async with Stage(sandbox, phones, stranger, live, fill) as stage:
            yield stage
            assert sandbox.faults.unused() == []
            refused = [call for call in sandbox.viber.calls if call.status != 0 and not call.fault]
            assert refused == [], "a call that Viber does not take"
            said = [call for call in sandbox.viber.calls if call.method in {"send_message", "welcome"}]
            unsigned = [call for call in said if not call.params.get("sender", {}).get("name")]
            assert unsigned == [], "a message that does not say who speaks, as the documentation asks"
