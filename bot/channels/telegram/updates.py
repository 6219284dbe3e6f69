"""Where Telegram's updates come from: our own long polling, or its webhook. Stored first, acknowledged only then."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from aiohttp import web
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.channels import webhooks
from bot.channels.telegram.api import Telegram, seconds
from bot.channels.telegram.reading import ALLOWED, CHANNEL, needed, sender_of
from bot.receive import Receiver
from storage.inbox import Arrival

log = structlog.get_logger()
LONG_POLL_SECONDS = 20
AT_ONCE = 100
"""As many updates as one call gives."""
ACKNOWLEDGED_AT_ONCE = 32
"""Taps; when Telegram hangs, theirs must not be all the connections that there are."""
RETRY_SECONDS = 2.0
LOOK_SECONDS = 30.0
"""So often Telegram is asked whether anything waits for us that its webhook does not bring."""


WEBHOOK_PATH = "/telegram"


class Updates:
    """`public_url` is where Telegram reaches us; empty means long polling."""

    def __init__(self, telegram: Telegram, receiver: Receiver, public_url: str, secret: str) -> None:
        self._telegram = telegram
        self._receiver = receiver
        self._public_url = public_url
        self._secret = secret
        self._vitals = telegram.contact.vitals[CHANNEL]
        self._acknowledging: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(ACKNOWLEDGED_AT_ONCE)
        self._away_for = ""

    async def keep(self, updates: list[dict[str, Any]], *, waited: bool = False) -> None:
        """Returns when they are stored; a tap is acknowledged as soon as it is safe."""
        await self._receiver.keep(
            [Arrival(CHANNEL, str(one["update_id"]), sender_of(one), needed(one), waited) for one in updates]
        )
        for update in updates:
            if isinstance(query := update.get("callback_query"), dict):
                task = asyncio.create_task(self._acknowledge(str(query.get("id"))))
                self._acknowledging.add(task)
                task.add_done_callback(self._acknowledging.discard)

    async def _acknowledge(self, query: str) -> None:
        try:
            async with self._room:
                await self._telegram.call("answerCallbackQuery", {"callback_query_id": query})
        except TelegramError as late:
            # Only the little clock on the button stays a while; the answer itself is on its way.
            log.info("a tap was not acknowledged", why=type(late).__name__)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(WEBHOOK_PATH, self.receive)] if self._public_url else []

    async def run(self) -> None:
        if not self._public_url:
            await self.poll()
        await self._be_called()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def _be_called(self) -> None:
        asked = {"url": self._address, "secret_token": self._secret, "allowed_updates": ALLOWED}
        await self._until_done("setWebhook", asked)
        self._vitals.listened()

    @property
    def _address(self) -> str:
        return f"{self._public_url}{WEBHOOK_PATH}"

    async def look(self) -> None:
        """Whether Telegram gets through to us: when nothing comes, it may be night, or a wall."""
        try:
            told = await self._telegram.call("getWebhookInfo", {})
        except TelegramError as away:
            log.warning("telegram was not asked for its webhook", why=type(away).__name__)
            return
        if told.get("url") != self._address:
            log.error("the webhook of Telegram was changed by somebody, it is set back")
            await self._be_called()
        elif not told.get("pending_update_count"):
            self._vitals.listened()

    async def poll(self) -> None:
        """For ever: asking with the next offset is the acknowledgement of what was stored."""
        self._vitals.listened()
        await self._until_done("deleteWebhook", {})
        asked: dict[str, Any] = {"allowed_updates": ALLOWED}
        waited = True
        while True:
            # At first, and after the messenger was away, what has waited for us is asked for, and nothing else.
            asked["timeout"] = 0 if waited else LONG_POLL_SECONDS
            try:
                updates = await self._telegram.call("getUpdates", asked, read_timeout=LONG_POLL_SECONDS + 10)
            except Conflict:
                self._vitals.met_another()
                self._away("another process asks for the updates of this bot; stop it", "Conflict")
                await asyncio.sleep(RETRY_SECONDS)
            except TelegramError as away:
                waited = True
                await self._wait_for(away)
            else:
                self._away_for = ""
                if updates:
                    await self.keep(updates, waited=waited)
                    # The last received, never the largest ever: after a quiet week the numbers begin anew.
                    asked["offset"] = updates[-1]["update_id"] + 1
                # Only now: whom nobody listens to because nothing can be stored is not listened to.
                self._vitals.listened()
                waited = waited and len(updates) == AT_ONCE

    async def _until_done(self, method: str, payload: dict[str, Any]) -> None:
        while True:
            try:
                await self._telegram.call(method, payload)
            except TelegramError as away:
                await self._wait_for(away)
            else:
                return

    async def _wait_for(self, away: TelegramError) -> None:
        """Whatever its error: nothing of this ends the bot, for the other messenger goes on."""
        self._away("telegram is not reached", type(away).__name__)
        await asyncio.sleep(seconds(away) if isinstance(away, RetryAfter) else RETRY_SECONDS)

    def _away(self, said: str, why: str) -> None:
        """Once for each reason, not for every time it is asked."""
        if why != self._away_for:
            log.warning(said, why=why)
        self._away_for = why

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """The webhook; only who knows the secret is listened to."""
        said = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not webhooks.is_right(said, self._secret):
            return web.Response(status=403)
        self._telegram.contact.is_there(CHANNEL)
        update = webhooks.told(await request.read())
        if not isinstance(update.get("update_id"), int):
            return web.Response(status=400)
        await self.keep([update])
        self._vitals.listened()
        return web.Response()
