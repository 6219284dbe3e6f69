"""The queue of updates for the bot: kept until the bot acknowledges them.

What a newcomer gets wrong: handing out an update does not remove it. Only a later `getUpdates` with a
higher offset does, or a 200 from the webhook; a bot that dies in between gets it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.errors import ApiError
from sandbox.pulse import Pulse

Json = dict[str, Any]
# Telegram sends these only to bots that ask for them by name.
ON_DEMAND = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Updates:
    """Everything that happened and that the bot has not yet acknowledged."""

    def __init__(self, acknowledged: Callable[[Json], None]) -> None:
        self.pending: list[Json] = []
        self.allowed: list[str] = []
        self.webhook_active = False
        self.pulse = Pulse()
        self._acknowledged = acknowledged
        self._next_id = 100_001
        self.polls = 0
        # Injected updates are handed out once whatever their id; a duplicate would else never be seen.
        self._unseen: list[Json] = []

    def put(self, kind: str, body: Json) -> int | None:
        """Queue an update; None when the bot has not asked for this kind."""
        if (kind not in self.allowed) if self.allowed else (kind in ON_DEMAND):
            return None
        return self.inject({kind: body}, forced=False)

    def inject(self, raw: Json, *, forced: bool = True) -> int:
        update = {"update_id": self._next_id, **raw}
        number = int(update["update_id"])
        self._next_id = max(self._next_id, number + 1)
        self.pending.append(update)
        if forced:
            self._unseen.append(update)
        self.pulse.fire()
        return number

    def remove(self, update: Json) -> None:
        """Acknowledge exactly this one (the webhook's way)."""
        self.pending = [waiting for waiting in self.pending if waiting is not update]
        self._unseen = [waiting for waiting in self._unseen if waiting is not update]
        self._acknowledged(update)

    def drop_all(self) -> None:
        for update in list(self.pending):
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
            offset = min((int(u["update_id"]) for u in self.pending[offset:]), default=0)
        for update in list(self.pending):
            if int(update["update_id"]) < offset and not self._is_unseen(update):
                self.remove(update)
        deadline = time.monotonic() + seconds
        while not self.pending:
            left = deadline - time.monotonic()
            if left <= 0 or not await self.pulse.wait(left):
                return []
            if self.polls != mine:
                raise ApiError(409, CONFLICT)
            if self.webhook_active:
                raise ApiError(409, WEBHOOK_ACTIVE)
        batch = self.pending[: max(1, min(limit, 100))]
        self._unseen = [update for update in self._unseen if not any(update is sent for sent in batch)]
        return batch

    def _is_unseen(self, update: Json) -> bool:
        return any(update is waiting for waiting in self._unseen)
