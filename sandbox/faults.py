"""Planned misfortunes: the next call to a method goes wrong in a chosen way.

What a newcomer gets wrong: `timeout_after_delivery` and `half_response` do the work first, so the
person has the message although the bot was never told; all other kinds leave no trace with the people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "timeout_after_delivery",
    "429",
    "403",
    "500",
    "html_502",
    "half_response",
    "hang",
    "disconnect",
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Fault:
    """`method` may be "*" for any and "file" for downloads; `seconds` is how long a hang lasts."""

    method: str
    chat: int | None = None
    kind: Kind = "500"
    times: int = 1
    retry_after: int = 60
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.times < 1:
            raise ValueError("a fault happens at least once")

    def strikes(self, method: str, chat_id: int | None) -> bool:
        return self.method.lower() in {"*", method.lower()} and self.chat in {None, chat_id}


class Faults:
    """The misfortunes still to come, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.extend([fault] * fault.times)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        for index, fault in enumerate(self._waiting):
            if fault.strikes(method, chat_id):
                return self._waiting.pop(index)
        return None

    def unused(self) -> list[Fault]:
        """One entry for every time that a fault has not yet struck."""
        return list(self._waiting)

    def clear(self) -> None:
        self._waiting.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._waiting)
