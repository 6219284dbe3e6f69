"""Pushing updates to the bot's own HTTP server, one at a time, until it answers 200.

What a newcomer gets wrong: an update that is answered with anything else stays at the head of the queue
and is sent again, so the bot must be ready to get the same update twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.errors import bad_request
from sandbox.params import Params
from sandbox.telegram.updates import Updates
from sandbox.world import World

Json = dict[str, Any]
FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
ANSWER_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the bot wants its updates."""

    url: str
    secret: str


class Webhook:
    """The pusher; at most one hook at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hook: Hook | None = None
        self._task: asyncio.Task[None] | None = None
        self._last_error: Json = {}

    @property
    def _updates(self) -> Updates:
        return self._world.updates

    async def set(self, params: Params) -> bool:
        url = params.text("url")
        secret = params.text("secret_token")
        allowed = params.decode("allowed_updates")
        if url and not url.startswith(("http://", "https://")):
            raise bad_request("bad webhook: an HTTP URL must be provided for webhook")
        if not all(char.isalnum() or char in "_-" for char in secret) or len(secret) > 256:
            raise bad_request("secret token contains unallowed characters")
        await self.stop()
        if params.flag("drop_pending_updates"):
            self._updates.drop_all()
        if allowed is not None:
            self._updates.allowed = allowed
        if url:
            self._hook = Hook(url, secret)
            self._updates.webhook_active = True
            # A poll that waits now must learn that its time is over.
            self._updates.pulse.fire()
            self._task = asyncio.create_task(self._push_all(self._hook))
        return True

    async def delete(self, params: Params) -> bool:
        await self.stop()
        if params.flag("drop_pending_updates"):
            self._updates.drop_all()
        return True

    def info(self) -> Json:
        return {
            "url": self._hook.url if self._hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
            "allowed_updates": self._updates.allowed,
            **self._last_error,
        }

    async def stop(self) -> None:
        task, self._task, self._hook = self._task, None, None
        self._last_error = {}
        self._updates.webhook_active = False
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _push_all(self, hook: Hook) -> None:
        delay = FIRST_DELAY
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)) as session:
            while True:
                update = self._updates.oldest
                if update is None:
                    await self._updates.pulse.wait()
                    continue
                why = await self._push(session, hook, update)
                if why is None:
                    self._updates.remove(update)
                    delay = FIRST_DELAY
                else:
                    at = int(self._world.clock.now().timestamp())
                    self._last_error = {"last_error_date": at, "last_error_message": why}
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, LONGEST_DELAY)

    async def _push(self, session: aiohttp.ClientSession, hook: Hook, update: Json) -> str | None:
        """None when the bot has taken the update, else what went wrong."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=update, headers=headers) as answer:
                if answer.status == 200:
                    return None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except aiohttp.ClientError as error:
            return f"Connection failed: {error}"
        except TimeoutError:
            return "Read timeout expired"
