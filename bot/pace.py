"""How fast may be sent: a *time* from which the next call is allowed, per bot and per chat, never a flag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

CHAT_BURST = 3
"""Messages to one chat at once; Telegram allows "short bursts" (core.telegram.org/bots/faq, read 24.11.2026)."""


@dataclass
class Rate:
    """`per_second` on average, `burst` at once; the theoretical arrival time of the generic cell rate algorithm."""

    per_second: float
    burst: int
    arrival: float = 0.0

    def free_at(self) -> float:
        return self.arrival - (self.burst - 1) / self.per_second

    def spend(self, now: float) -> None:
        self.arrival = max(now, self.arrival) + 1 / self.per_second


@dataclass
class Pace:
    """Telegram allows 30 *new* messages a second over all and one a second to a chat, with a small burst."""

    now: Callable[[], float]
    whole: Rate
    chat_per_second: float = 1
    chats: dict[str, Rate] = field(default_factory=dict)
    barred: dict[str, float] = field(default_factory=dict)
    part: float = 1.0
    """Which part of `whole` is this worker's."""
    mine: Rate = field(init=False)

    def __post_init__(self) -> None:
        self.mine = self.whole

    def share(self, part: float) -> None:
        """From now on only so much of `whole` is ours; of what is added, another may just have spent its burst."""
        now, is_more, self.part = self.now(), part > self.part, part
        owed = max(0.0, self.mine.arrival - now) * self.mine.per_second
        if part:
            self.mine = Rate(self.whole.per_second * part, max(1, int(self.whole.burst * part)))
            self.mine.arrival = now + (self.mine.burst if is_more else owed) / self.mine.per_second

    def free_at(self, chat: str, method: str) -> float:
        """The moment (on the clock of `now`) at which this call may be made."""
        barred = self.barred.get(chat, 0.0)
        if not method.startswith("send"):
            return barred
        rate = self.chats.get(chat)
        return max(self.mine.free_at(), rate.free_at() if rate else 0.0, barred)

    def spend(self, chat: str, method: str) -> None:
        if not method.startswith("send"):
            return
        now = self.now()
        self.mine.spend(now)
        self.chats.setdefault(chat, Rate(self.chat_per_second, CHAT_BURST)).spend(now)
        if len(self.chats) > 5_000:
            self.chats = {name: rate for name, rate in self.chats.items() if rate.arrival > now}

    def bar(self, chat: str, seconds: float) -> None:
        """429: this chat waits, the others go on."""
        self.barred[chat] = self.now() + seconds
