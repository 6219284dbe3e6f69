"""Where Viber's events come from: its webhook. Checked on the raw bytes, stored, answered only then.

What a newcomer gets wrong: `set_webhook` calls us back before it answers, so the server is up first. And what we do
not take within an hour is lost; nothing tells us later what it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot import logs
from bot.channels import webhooks
from bot.channels.channel import Trouble
from bot.channels.viber.api import Sender
from bot.channels.viber.client import Client, Refusal
from bot.channels.viber.models import Callback, Json, person_of
from bot.channels.viber.pages import Pages
from bot.channels.viber.reading import ALLOWED, CHANNEL
from bot.channels.viber.showing import greeting, written
from bot.contact import Contact
from bot.receive import Receiver
from handlers.engine.words import FIRST_LANGUAGE, LANGUAGES, Words
from storage.database import Unwritable
from storage.inbox import Arrival

log = structlog.get_logger()
WEBHOOK_PATH = "/viber"
LOOK_SECONDS, LOOK_AGAIN_SECONDS = 3600.0, 60.0
RETRY_SECONDS = 5.0
CONTEXT = re.compile(r"[\w.-]{1,100}")
"""What an invitation of ours looks like; anybody can make a link with anything in it."""
REPLAYED_AFTER = timedelta(days=20)
"""No event is so old; and after thirty days the row is gone that would know it again."""


class Updates:
    def __init__(
        self,
        client: Client,
        sender: Sender,
        receiver: Receiver,
        pages: Pages,
        *,
        token: str,
        public_url: str,
        webhook_lost: asyncio.Event,
        contact: Contact,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._sender = sender
        self._receiver = receiver
        self._pages = pages
        self._key = token.encode()
        self._address = f"{public_url}{WEBHOOK_PATH}"
        self._lost = webhook_lost
        self._contact = contact
        self._now = now

    def routes(self) -> list[web.RouteDef]:
        return [web.post(WEBHOOK_PATH, self.receive), *self._pages.routes()]

    # -- what comes ------------------------------------------------------------------------------------

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """200 when it is stored; 403 for what Viber has not signed, unread."""
        body = await request.read()
        said = request.headers.get("X-Viber-Content-Signature", "")
        if not webhooks.is_right(said, hmac.new(self._key, body, hashlib.sha256).hexdigest()):
            return web.Response(status=403)
        self._contact.is_there(CHANNEL)
        raw = webhooks.told(body)
        if not isinstance(raw.get("event"), str):
            return web.Response(status=400)
        # The knock of set_webhook, and what was recorded long ago and is sent once more by somebody.
        if raw["event"] == "webhook" or self._is_replayed(raw):
            return web.Response()
        await self._receiver.keep([Arrival(CHANNEL, _key(raw, body), person_of(raw), raw)])
        return self._answer(raw)

    def _is_replayed(self, raw: Json) -> bool:
        moment = raw.get("timestamp")
        oldest = (self._now() - REPLAYED_AFTER).timestamp() * 1000
        replayed = isinstance(moment, int) and moment < oldest
        if replayed:
            log.warning("a very old event of Viber came and was not taken", named=raw["event"])
        return replayed

    def _answer(self, raw: Json) -> web.StreamResponse:
        """The only moment at which somebody can be greeted who has not yet written."""
        if raw["event"] != "conversation_started":
            return web.Response()
        try:
            opened = Callback.model_validate(raw)
        except ValidationError:
            return web.Response()
        if opened.subscribed and not opened.context:
            return web.Response()  # somebody who is here already: their keyboard stays
        words = Words(_language(opened), self._now().date())
        context = opened.context if CONTEXT.fullmatch(opened.context) else ""
        body = self._sender.signs(greeting(words, context))
        return web.Response(body=written(body), content_type="application/json")

    # -- that it comes ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """For ever: the webhook is ours, looked at each hour and whenever a call finds it gone."""
        await self._set()
        reached = True
        while True:
            self._lost.clear()
            with suppress(Unwritable):  # what cannot be deleted now can be an hour later
                await self._pages.files.sweep()
            try:
                async with asyncio.timeout(LOOK_SECONDS if reached else LOOK_AGAIN_SECONDS):
                    await self._lost.wait()
            except TimeoutError:
                reached = await self.look()
            else:
                await self._set()

    async def look(self) -> bool:
        """Another program with our token may have taken the webhook; there is one per account. False when Viber could
        not be asked."""
        try:
            account = await self._client.account()
        except (Refusal, Trouble, TimeoutError) as away:
            log.warning("viber was not asked for its webhook", why=logs.plain(str(away)))
            return False
        if account.webhook != self._address or not set(ALLOWED) <= set(account.event_types):
            log.error("the webhook of Viber was changed by somebody, it is set back", found=account.webhook)
            await self._set()
        return True

    async def _set(self) -> None:
        while True:
            try:
                await self._client.set_webhook(self._address, ALLOWED)
            except (Refusal, Trouble, TimeoutError) as away:
                log.error("viber does not take our webhook, so nothing comes from it", why=logs.plain(str(away)))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                log.info("viber calls us", at=self._address)
                return


def _key(raw: Json, body: bytes) -> str:
    """One for each event: `delivered` comes once for every device, a repeated event has the same."""
    token = raw.get("message_token") or hashlib.sha256(body).hexdigest()
    return f"{raw['event']}.{token}.{person_of(raw)}"


def _language(opened: Callback) -> str:
    """`bg`, `bg-BG`; whoever has another than ours gets English."""
    spoken = opened.user.language.partition("-")[0].casefold() if opened.user else ""
    if not spoken:
        return FIRST_LANGUAGE
    return spoken if spoken in LANGUAGES else "en"
