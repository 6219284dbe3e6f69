"""The people of the week: each does one errand after the other when its hour has come, and never repeats anything.

What they know goes into the model and comes from the chat alone.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sandbox import Fault, Person, ViberPhone, World
from sandbox.messages import ChatMessage
from sandbox.viber.messages import ViberMessage
from tests.soak.chance import SOFIA, Errand
from tests.soak.model import HELP, Model, Receipt

PATIENCE = 120.0
"""Seconds that somebody waits for an answer, through as many lives as it takes."""
OVERTAKEN = 5.0
"""Seconds after which what was to be overtaken comes anyway; what follows it comes at once."""
RECEIPT = re.compile(r"Записано\. Доклад № (\d+) · (БЯ-\d+)")
M = TypeVar("M", ChatMessage, ViberMessage)


class Member(ABC, Generic[M]):
    """Somebody with a case of their own; on either messenger the same errands are the same words."""

    def __init__(self, number: int, model: Model) -> None:
        self.number = number
        self.model = model
        self.attempts = 0

    @abstractmethod
    async def says(self, text: str) -> None: ...

    @abstractmethod
    async def taps(self, label: str, on: M) -> None: ...

    @abstractmethod
    async def shows(self, photos: int) -> None: ...

    @abstractmethod
    async def leaves(self) -> None:
        """Blocks the bot."""

    @abstractmethod
    async def is_back(self) -> None: ...

    @property
    @abstractmethod
    def chat(self) -> Sequence[M]: ...

    @abstractmethod
    def overtaken(self) -> Fault:
        """What befalls the next thing they say."""

    @abstractmethod
    async def hears(self) -> M: ...

    @abstractmethod
    def is_under(self, message: M, label: str) -> bool:
        """Whether there is a button that is called so."""

    async def waits(self, start: str, label: str = "", holding: str = "") -> M:
        """Until something begins so; whatever else comes is noted in the model."""
        while True:
            message = await self.hears()
            asked = message.text.startswith(start)
            self.model.heard(self.number, message.text, expected=asked or message.text.startswith(HELP))
            if asked and holding in message.text and self.is_under(message, label):
                return message

    async def works(self, errands: Sequence[Errand], world: World) -> None:
        """The whole week."""
        for errand in errands:
            await _until(errand.at, world)
            with self.model.busy():
                await self.begins(errand, world)
            if errand.back_at:
                await _until(errand.back_at, world)
                await self.is_back()
                await self.asks()
            with self.model.busy():
                await self.ends(errand)

    async def reports(self, errand: Errand) -> None:
        await self.begins(errand)
        await self.ends(errand)

    async def begins(self, errand: Errand, world: World | None = None) -> None:
        self.attempts += 1
        self.model.begun(self.number)
        if errand.overtaken and world:
            world.updates.faults.add(self.overtaken())
            self.model.overtaken += 1
            await self.asks()
        await self.says(f"{self.number} отказ" if errand.kind == "refusal" else f"{self.number} никой")
        if errand.back_at and world:
            # At once, so that nothing has been answered yet.
            self.model.left.add((f"Член {self.number}", world.clock.now().astimezone(SOFIA).date()))
            await self.leaves()

    async def asks(self) -> None:
        """How it goes; whatever is open is asked again below the answer."""
        self.model.helped[self.number] += 1
        await self.says("/help")

    async def ends(self, errand: Errand) -> None:
        if errand.kind == "refusal":
            await self.taps("Баща", await self.waits("Кого", "Баща"))
            await self.taps("Пропусни", await self.waits("Защо", "Пропусни"))
        attempt = f"Опит: {self.attempts}\n"
        review = await self.waits("Прегледайте", "Запази", attempt)
        if errand.photos:
            await self.shows(errand.photos)
            review = await self.waits("В доклада има", "Запази", f"Снимки: {errand.photos}\n")
        await self.taps("Запази", review)
        found = await self.receipt()
        outcome = "O13" if errand.kind == "refusal" else "O20"
        self.model.confirmed(Receipt(int(found[1]), found[2], outcome, self.attempts, errand.photos))

    async def receipt(self) -> re.Match[str]:
        """A new one: on Viber an older one may be repeated by the next life."""
        while True:
            found = RECEIPT.match((await self.waits("Записано")).text)
            assert found
            if int(found[1]) not in self.model.receipts:
                return found


async def _until(moment: datetime, world: World) -> None:
    while world.clock.now() < moment:
        await world.changed.wait()


class OnTelegram(Member[ChatMessage]):
    def __init__(self, number: int, model: Model, person: Person) -> None:
        super().__init__(number, model)
        self.person = person

    async def says(self, text: str) -> None:
        self.model.telegram += 1
        await self.person.says(text)

    async def taps(self, label: str, on: ChatMessage) -> None:
        self.model.telegram += 1
        await self.person.taps(label, on)

    async def shows(self, photos: int) -> None:
        self.model.telegram += photos
        await self.person.shows_album(photos)

    async def leaves(self) -> None:
        self.model.telegram += 1
        await self.person.blocks()

    async def is_back(self) -> None:
        self.model.telegram += 1
        await self.person.unblocks()

    @property
    def chat(self) -> Sequence[ChatMessage]:
        return self.person.chat

    def overtaken(self) -> Fault:
        return Fault("message", self.person.id, "reordered", seconds=OVERTAKEN)

    async def hears(self) -> ChatMessage:
        return await self.person.hears(PATIENCE)

    def is_under(self, message: ChatMessage, label: str) -> bool:
        return label in str(message.labels)


class OnViber(Member[ViberMessage]):
    def __init__(self, number: int, model: Model, phone: ViberPhone) -> None:
        super().__init__(number, model)
        self.phone = phone

    async def says(self, text: str) -> None:
        self.model.viber += 1
        await self.phone.says(text)

    async def taps(self, label: str, on: ViberMessage) -> None:
        self.model.viber += 1
        await self.phone.taps(label)

    async def shows(self, photos: int) -> None:
        self.model.viber += photos
        await self.phone.shows_album(photos)

    async def leaves(self) -> None:
        await self.phone.unsubscribes()

    async def is_back(self) -> None:
        await self.phone.subscribes()

    @property
    def chat(self) -> Sequence[ViberMessage]:
        return self.phone.chat

    def overtaken(self) -> Fault:
        return Fault("message", self.phone.id, "reordered", seconds=OVERTAKEN)

    async def hears(self) -> ViberMessage:
        return await self.phone.hears(PATIENCE)

    def is_under(self, message: ViberMessage, label: str) -> bool:
        return not label or label in self.phone.labels


async def everybody(members: Sequence[Member[Any]], errands: Sequence[Sequence[Errand]], world: World) -> None:
    async with asyncio.TaskGroup() as group:
        for member, own in zip(members, errands, strict=True):
            group.create_task(member.works(own, world))
