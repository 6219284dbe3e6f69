"""The queue of updates for the bot: kept until the bot acknowledges them.

What a newcomer gets wrong: handing out an update does not remove it. Only a later `getUpdates` with a
higher offset does, or a 200 from the webhook; a bot that dies in between gets it again. A poll has them in rising
order, a webhook with several connections need not; the fault `reordered` puts one behind its person's next one.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import Any

from sandbox.errors import ApiError
from sandbox.faults import UPDATE_KINDS, Faults
from sandbox.pulse import Pulse

Json = dict[str, Any]
# Telegram sends these only to bots that ask for them by name.
ON_DEMAND = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Updates:
    """Everything that happened and that the bot has not yet acknowledged; cheap with ten thousand waiting."""

    def __init__(self, acknowledged: Callable[[Json], None]) -> None:
        self.allowed: list[str] = []
        self.webhook_active = False
        self.pulse = Pulse()
        self.polls = 0
        # Set by the sandbox, which has them.
        self.faults = Faults()
        self._acknowledged = acknowledged
        self._next_id = 100_001
        # In order of arrival, by identity: two that wait may have one `update_id`.
        self._waiting: OrderedDict[int, Json] = OrderedDict()
        # Those with any number, old or new; all others stand in rising order.
        self._injected: dict[int, Json] = {}
        # Injected updates are handed out once whatever their id; a duplicate would else never be seen.
        self._unseen: set[int] = set()
        # By person, what goes behind their next one, or alone when its time is over.
        self._held: dict[int, tuple[Json, asyncio.TimerHandle]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def pending(self) -> list[Json]:
        return [*self._waiting.values(), *(update for update, _timer in self._held.values())]

    @property
    def oldest(self) -> Json | None:
        return next(iter(self._waiting.values()), None)

    def put(self, kind: str, body: Json) -> int | None:
        """Queue an update; None when the bot has not asked for this kind."""
        if (kind not in self.allowed) if self.allowed else (kind in ON_DEMAND):
            return None
        person = int(body["from"]["id"]) if "from" in body else 0
        if person not in self._held and (fault := self.faults.take(kind, person, UPDATE_KINDS)):
            return self._hold(person, {kind: body}, fault.seconds)
        number = self._queue({kind: body})[1]
        self._let_go(person)
        return number

    def _hold(self, person: int, raw: Json, seconds: float) -> int:
        update = {"update_id": self._next_id, **raw}
        self._next_id += 1
        timer = asyncio.get_running_loop().call_later(seconds, self._let_go, person)
        self._held[person] = update, timer
        return int(update["update_id"])

    def _let_go(self, person: int) -> None:
        if person in self._held:
            update, timer = self._held.pop(person)
            timer.cancel()
            self.inject(update)

    def inject(self, raw: Json) -> int:
        key, number = self._queue(raw)
        self._injected[key] = self._waiting[key]
        self._unseen.add(key)
        return number

    def _queue(self, raw: Json) -> tuple[int, int]:
        update = {"update_id": self._next_id, **raw}
        number = int(update["update_id"])
        self._next_id = max(self._next_id, number + 1)
        self._waiting[id(update)] = update
        self.pulse.fire()
        return id(update), number

    def remove(self, update: Json) -> None:
        """Acknowledge exactly this one (the webhook's way)."""
        self._waiting.pop(id(update), None)
        self._injected.pop(id(update), None)
        self._unseen.discard(id(update))
        self._acknowledged(update)

    def drop_all(self) -> None:
        for person in list(self._held):
            self._let_go(person)
        for update in self.pending:
            self.remove(update)

    async def poll(self, offset: int, limit: int, seconds: float, allowed: list[str] | None) -> list[Json]:
        if self.webhook_active:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self.polls += 1
        mine = self.polls
        self.pulse.fire()
        if allowed is not None:
            self.allowed = allowed
        if offset < 0:
            offset = min((int(u["update_id"]) for u in list(self._waiting.values())[offset:]), default=0)
        for update in self._before(offset):
            self.remove(update)
        deadline = time.monotonic() + seconds
        while not self._waiting:
            left = deadline - time.monotonic()
            if left <= 0 or not await self.pulse.wait(left):
                return []
            if self.polls != mine:
                raise ApiError(409, CONFLICT)
            if self.webhook_active:
                raise ApiError(409, WEBHOOK_ACTIVE)
        batch = list(islice(self._waiting.values(), max(1, min(limit, 100))))
        self._unseen -= {id(update) for update in batch}
        return batch

    def _before(self, offset: int) -> list[Json]:
        """What a call with this offset acknowledges; the first in rising order that stays ends the search."""
        seen = (update for key, update in self._injected.items() if key not in self._unseen)
        found = [update for update in seen if int(update["update_id"]) < offset]
        for key, update in self._waiting.items():
            if key in self._injected:
                continue
            if int(update["update_id"]) >= offset:
                break
            found.append(update)
        return found
