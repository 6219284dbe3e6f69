"""The first stage: updates are stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from telegram import Bot
from telegram.error import Conflict, NetworkError, TelegramError

from bot.channels import telegram
from storage import inbox
from storage.database import Database

log = structlog.get_logger()
LONG_POLL_SECONDS = 20
RETRY_SECONDS = 2.0


class Receiver:
    """Stores updates and sets `arrived`. A tap is acknowledged as soon as its row is safe."""

    def __init__(self, bot: Bot, database: Database, now: Callable[[], datetime], arrived: asyncio.Event) -> None:
        self._bot = bot
        self._database = database
        self._now = now
        self._arrived = arrived
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def keep(self, updates: list[dict[str, Any]]) -> None:
        rows = [(str(update["update_id"]), telegram.sender_of(update), update) for update in updates]
        async with self._database.transaction() as tx:
            await inbox.add(tx, telegram.CHANNEL, rows, self._now())
        self._arrived.set()
        for update in updates:
            if query := update.get("callback_query"):
                task = asyncio.create_task(self._acknowledge(str(query.get("id"))))
                self._acknowledging.add(task)
                task.add_done_callback(self._acknowledging.discard)

    async def _acknowledge(self, query: str) -> None:
        try:
            await self._bot.do_api_request("answerCallbackQuery", api_kwargs={"callback_query_id": query})
        except TelegramError as late:
            # Only the little clock on the button stays a while; the answer itself is on its way.
            log.info("a tap was not acknowledged", why=type(late).__name__)

    async def poll(self) -> None:
        """For ever: asking with the next offset is the acknowledgement of what was stored."""
        await self._until_done("deleteWebhook", {})
        offset = None
        while True:
            asked = {"timeout": LONG_POLL_SECONDS, "allowed_updates": telegram.ALLOWED}
            if offset is not None:
                asked["offset"] = offset
            try:
                updates = await self._bot.do_api_request(
                    "getUpdates", api_kwargs=asked, read_timeout=LONG_POLL_SECONDS + 10
                )  # fmt: skip
            except Conflict:
                log.warning("another process asks for the updates of this bot; stop it")
                await asyncio.sleep(RETRY_SECONDS)
            except NetworkError as away:
                log.warning("telegram is not reached", why=type(away).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if updates:
                    await self.keep(updates)
                    # The last received, never the largest ever: after a quiet week the numbers begin anew.
                    offset = updates[-1]["update_id"] + 1

    async def _until_done(self, method: str, payload: dict[str, Any]) -> None:
        while True:
            try:
                await self._bot.do_api_request(method, api_kwargs=payload)
            except NetworkError as away:
                log.warning("telegram is not reached", why=type(away).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def open_webhook(self, url: str, secret: str) -> None:
        await self._until_done(
            "setWebhook", {"url": url, "secret_token": secret, "allowed_updates": telegram.ALLOWED}
        )  # fmt: skip

    def webhook(self, secret: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def receive(request: web.Request) -> web.StreamResponse:
            said = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not hmac.compare_digest(said.encode(), secret.encode()):
                return web.Response(status=403)
            update = await request.json()
            if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
                return web.Response(status=400)
            await self.keep([update])
            return web.Response()

        return receive
