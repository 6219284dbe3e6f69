"""The links by which somebody comes in, written under a message only when it is sent: then the messengers are asked
what the bot is called there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from bot.channels.channel import Channel
from storage.outbox import Due

MARK = "doors"
"""The part of a payload that holds the code, and the channel whose own link is not wanted."""


def of_telegram(username: str, code: str) -> str:
    """core.telegram.org/bots/features#deep-linking, read 24.11.2026."""
    return f"https://t.me/{username}?start={code}"


def of_viber(uri: str, code: str) -> str:
    """developers.viber.com/docs/tools/deep-links, read 24.11.2026."""
    return f"viber://pa?chatURI={quote(uri)}&context={code}"


class Doors:
    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    async def opened(self, due: Due) -> Due:
        """With the links of every messenger under its text; as it is when it brings no code. Raises Trouble."""
        if f'"{MARK}"' not in due.text:
            return due
        payload = due.payload
        code, but = payload.pop(MARK)
        links = [await channel.door(code) for channel in self._channels.values() if channel.name != but]
        payload["text"] = "\n".join([payload["text"], *links])
        return replace(due, text=json.dumps(payload, ensure_ascii=False))
