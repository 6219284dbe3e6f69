"""How fast may be sent: a *time* from which the next call is allowed, per bot and per chat, never a flag.

What a newcomer gets wrong: what was sent evenly need not arrive so. A rate keeps the calls apart as they go; a window
counts each until a second after its answer: however calls are held up on the way, the messenger counts not too many.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import deque
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
class Window:
    """At most `most` calls within `seconds`, as whoever receives them counts. A call arrives at some moment between its
    beginning and its answer, so it counts from the one until `seconds` after the other."""

    per_second: float
    under_way: int = 0
    until: deque[float] = field(default_factory=deque)
    """When each of those that were answered counts no more, the soonest first."""

    @property
    def most(self) -> int:
        return math.ceil(self.per_second)

    @property
    def seconds(self) -> float:
        return self.most / self.per_second

    def free_at(self) -> float:
        """Infinite when only an answer can tell."""
        over = self.under_way + len(self.until) - self.most
        if over < 0:
            return -math.inf
        return self.until[over] if over < len(self.until) else math.inf

    def spend(self, now: float) -> None:
        self.under_way += 1
        while self.until and self.until[0] <= now:
            self.until.popleft()

    def answered(self, now: float) -> None:
        self.under_way -= 1
        insort(self.until, now + self.seconds)

    def becomes(self, per_second: float, now: float) -> None:
        """What is added, another may just have spent."""
        before, self.per_second = self.most, per_second
        for _added in range(self.most - before):
            insort(self.until, now + self.seconds)


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
    window: Window = field(init=False)

    def __post_init__(self) -> None:
        self.mine = self.whole
        self.window = Window(self.whole.per_second)

    def share(self, part: float) -> None:
        """From now on only so much of `whole` is ours; of what is added, another may just have spent its burst."""
        now, is_more, self.part = self.now(), part > self.part, part
        owed = max(0.0, self.mine.arrival - now) * self.mine.per_second
        if part:
            self.mine = Rate(self.whole.per_second * part, max(1, int(self.whole.burst * part)))
            self.mine.arrival = now + (self.mine.burst if is_more else owed) / self.mine.per_second
            self.window.becomes(self.mine.per_second, now)

    def free_at(self, chat: str, method: str) -> float:
        """The moment (on the clock of `now`) at which this call may be made; infinite while answers are waited for."""
        barred = self.barred.get(chat, 0.0)
        if not method.startswith("send"):
            return barred
        rate = self.chats.get(chat)
        return max(self.mine.free_at(), self.window.free_at(), rate.free_at() if rate else 0.0, barred)

    def spend(self, chat: str, method: str) -> None:
        """The call is begun; it must be told when it was `answered`, however that came about."""
        if not method.startswith("send"):
            return
        now = self.now()
        self.mine.spend(now)
        self.window.spend(now)
        self.chats.setdefault(chat, Rate(self.chat_per_second, CHAT_BURST)).spend(now)
        if len(self.chats) > 5_000:
            self.chats = {name: rate for name, rate in self.chats.items() if rate.arrival > now}

    def answered(self, method: str) -> None:
        if method.startswith("send"):
            self.window.answered(self.now())

    def bar(self, chat: str, seconds: float) -> None:
        """429: this chat waits, the others go on."""
        self.barred[chat] = self.now() + seconds
