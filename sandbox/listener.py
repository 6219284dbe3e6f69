"""Hearing: what the bot has said in one chat, and how much of it the person has taken in. Shared by both messengers.

What a newcomer gets wrong: `hears` goes through the bot's messages and edits in order, each once; use
`last` for what stands at the bottom of the chat now.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any, Generic, Protocol, TypeVar

from sandbox.pulse import Pulse


class Said(Protocol):
    """What every message in a chat tells."""

    @property
    def text(self) -> str: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def from_bot(self) -> bool: ...
    @property
    def deleted(self) -> bool: ...


Message = TypeVar("Message", bound=Said)


class Listener(ABC, Generic[Message]):
    """Somebody with one chat with the bot."""

    name: str

    def __init__(self) -> None:
        self._spoken: list[int] = []
        self._heard = 0
        self._pulse = Pulse()

    @property
    @abstractmethod
    def chat(self) -> list[Message]:
        """All messages in their present form, deleted ones marked so."""

    @abstractmethod
    def _present(self, number: int) -> Message:
        """The message with this number as it stands now."""

    @property
    def last(self) -> Message:
        """The newest message of the bot that is still there."""
        for message in reversed(self.chat):
            if message.from_bot and not message.deleted:
                return message
        raise AssertionError(f"the bot has said nothing to {self.name}")

    def bot_spoke(self, number: int) -> None:
        self._spoken.append(number)
        self._pulse.fire()

    def hears(self, timeout: float = 5) -> Coroutine[Any, Any, Message]:
        """The next message or edit of the bot not yet heard, in its present form."""
        return self._hears(timeout)

    async def _hears(self, seconds: float) -> Message:
        deadline = time.monotonic() + seconds
        while self._heard >= len(self._spoken):
            left = deadline - time.monotonic()
            if left <= 0 or not await self._pulse.wait(left):
                raise AssertionError(f"{self.name} heard nothing for {seconds} s; the chat: {self._summary()}")
        self._heard += 1
        return self._present(self._spoken[self._heard - 1])

    async def quiet(self, seconds: float) -> None:
        """Nothing unheard is there, and nothing comes for so long."""
        if self._heard < len(self._spoken) or await self._pulse.wait(seconds):
            said = self._present(self._spoken[self._heard])
            raise AssertionError(f"{self.name} wanted quiet and heard {said.text!r} {said.labels}")

    def forget(self) -> None:
        """Count everything said so far as heard."""
        self._heard = len(self._spoken)

    def _summary(self) -> list[str]:
        return [f"{'bot' if m.from_bot else self.name}: {m.text!r} {m.labels or ''}" for m in self.chat[-5:]]
