"""What a button sends back: the conversation it belongs to, the question, the choice. The same on every messenger."""

from __future__ import annotations

from handlers.engine.replies import Tapped
from handlers.engine.scene import Message
from handlers.engine.views import Button

LONGEST_BYTES = 64
"""Telegram's limit for `callback_data`, the narrower of the two."""


def write(told: Message, button: Button) -> str:
    """Raises ValueError when it would be too long, which is a bug of the conversation."""
    data = f"go.{button.key}.{button.value}" if button.key else f"{told.talk}.{told.key}.{button.value}"
    if len(data.encode()) > LONGEST_BYTES:
        raise ValueError(f"the button {data!r} is longer than {LONGEST_BYTES} bytes")
    return data


def read(data: str) -> Tapped:
    """Never raises: whatever is no button of ours belongs to no conversation."""
    talk, _, rest = data.partition(".")
    key, _, value = rest.partition(".")
    return Tapped(talk, key, value)
