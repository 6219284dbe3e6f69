"""The links by which an invited person comes in: one for each messenger that runs, because nobody knows theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote


def of_telegram(username: str, code: str) -> str:
    """core.telegram.org/bots/features#deep-linking, read 24.11.2026."""
    return f"https://t.me/{username}?start={code}"


def of_viber(uri: str, code: str) -> str:
    """developers.viber.com/docs/tools/deep-links, read 24.11.2026; some browsers do not open this scheme."""
    return f"viber://pa?chatURI={quote(uri)}&context={code}"


class Doors:
    """Shared by the channels; each adds its own."""

    def __init__(self) -> None:
        self._doors: list[Callable[[str], Awaitable[str]]] = []

    def add(self, door: Callable[[str], Awaitable[str]]) -> None:
        """`door` raises Trouble, and nothing else."""
        self._doors.append(door)

    async def links(self, code: str) -> str:
        """A line each."""
        return "\n".join([await door(code) for door in self._doors])
