"""Planned misfortunes: the next call to a method, or the next event to a webhook, goes wrong in a chosen way.

Kinds of calls       timeout_after_delivery and half_response do the work first, so the person has the message although
                     the bot was never told; hang, disconnect, 500, html_502 leave no trace with the people.
  of Telegram's only 429 (retry_after), 403, deactivated (403 because the account is deleted), 401 (revoked token)
  of Viber's only    status (refused with the number in `status`), delivered_first (the `delivered` event is there
                     before the call returns)
Kinds of events      `method` is the name of the event ("message", "delivered" …), for Viber's webhook:
                     undelivered (not before `seconds` of world time), duplicate (the same bytes twice), reordered
                     (after the person's next one, or after `seconds` when none comes), clock_skew (the timestamp is
                     `seconds` off), expired_media (the picture's address is dead at once), forged (a changed copy
                     with a wrong signature comes first), replayed (the person's last event comes once more first,
                     with the signature it had)
  of Telegram's too  reordered: the name is that of the update ("message", "callback_query" …)

What a newcomer gets wrong: a fault that has not struck stays, and a test that ends with one proves nothing:
look at `unused`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "timeout_after_delivery",
    "429",
    "403",
    "401",
    "deactivated",
    "500",
    "html_502",
    "half_response",
    "hang",
    "disconnect",
    "status",
    "delivered_first",
    "undelivered",
    "duplicate",
    "reordered",
    "clock_skew",
    "expired_media",
    "forged",
    "replayed",
]
KINDS: tuple[str, ...] = get_args(Kind)
_WIRE = frozenset({"timeout_after_delivery", "500", "html_502", "half_response", "hang", "disconnect"})
TELEGRAM_KINDS = _WIRE | {"429", "403", "401", "deactivated"}
VIBER_KINDS = _WIRE | {"status", "delivered_first"}
MEDIA_KINDS = frozenset({"expired_media"})
EVENT_KINDS = frozenset(KINDS) - TELEGRAM_KINDS - VIBER_KINDS - MEDIA_KINDS
UPDATE_KINDS = frozenset({"reordered"})


@dataclass(frozen=True, slots=True)
class Fault:
    """`method` may be "*" for any and "file" for downloads; `chat` is a chat of Telegram or a user id of Viber."""

    method: str
    chat: int | str | None = None
    kind: Kind = "500"
    times: int = 1
    retry_after: int = 60
    # How long a hang lasts, an event is held back, or a timestamp is off (it may be negative).
    seconds: float = 30.0
    status: int = 12

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.times < 1:
            raise ValueError("a fault happens at least once")

    def strikes(self, method: str, chat: int | str | None) -> bool:
        return self.method.lower() in {"*", method.lower()} and self.chat in {None, chat}


class Faults:
    """The misfortunes still to come, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.extend([fault] * fault.times)

    def take(self, method: str, chat: int | str | None, kinds: frozenset[str]) -> Fault | None:
        """The oldest that strikes here, of the kinds that are possible here."""
        for index, fault in enumerate(self._waiting):
            if fault.kind in kinds and fault.strikes(method, chat):
                return self._waiting.pop(index)
        return None

    def unused(self) -> list[Fault]:
        """One entry for every time that a fault has not yet struck."""
        return list(self._waiting)

    def clear(self) -> None:
        self._waiting.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._waiting)
