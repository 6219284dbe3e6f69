"""A sandbox and real clients for it: a Telegram bot, and a Viber bot with its webhook.

What a newcomer gets wrong: limits are off in `sandbox`; tests of the limits open their own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot

from sandbox import Person, Sandbox, ViberPhone


@pytest.fixture(autouse=True)
def _calm(timedelta_retry_after: None) -> None:
    """In every test of this folder."""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=False) as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    client = Bot(sandbox.token, base_url=sandbox.telegram_api_url, base_file_url=sandbox.telegram_file_url)
    async with client:
        yield client


@pytest.fixture
async def ivan(sandbox: Sandbox) -> Person:
    """A person who has started the bot, with nothing left in the queue."""
    person = sandbox.world.person("Иван")
    await person.starts()
    sandbox.world.updates.drop_all()
    return person


@dataclass(frozen=True)
class Got:
    """One request to the bot's webhook."""

    raw: bytes
    signature: str
    sig: str

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.raw)
        return told


class ViberBot:
    """A bot in a few lines: a client of the REST API and a webhook that keeps what it gets."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.url = ""
        self.files: dict[str, bytes] = {}
        # What the next requests to the webhook are answered; then 200 and nothing.
        self.answers: list[tuple[int, str]] = []
        # How long they keep Viber waiting for it.
        self.pauses: list[float] = []
        self._http = http
        self._got: asyncio.Queue[Got] = asyncio.Queue()

    async def call(self, method: str, **body: Any) -> dict[str, Any]:
        headers = {"X-Viber-Auth-Token": self.sandbox.viber_token, "Content-Type": "application/json"}
        address = f"{self.sandbox.viber_api_url}/{method}"
        # Not escaped: "я" as \u044f is six bytes of thirty thousand.
        data = json.dumps(body, ensure_ascii=False).encode()
        async with self._http.post(address, data=data, headers=headers) as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
            return told

    async def sends(self, phone: ViberPhone, **body: Any) -> dict[str, Any]:
        """A text, unless `type` says otherwise."""
        sender = {"name": "Обхват"}
        return await self.call("send_message", **{"receiver": phone.id, "sender": sender, "type": "text", **body})

    async def gets(self, *names: str) -> dict[str, Any]:
        """The next event; with names the next of these, and those between are passed over."""
        while True:
            event = (await self.got()).event
            if not names or event["event"] in names:
                return event

    async def got(self) -> Got:
        return await asyncio.wait_for(self._got.get(), 3)

    @property
    def waiting(self) -> int:
        return self._got.qsize()

    async def take(self, request: web.Request) -> web.Response:
        signature = request.headers["X-Viber-Content-Signature"]
        self._got.put_nowait(Got(await request.read(), signature, request.query["sig"]))
        if self.pauses:
            await asyncio.sleep(self.pauses.pop(0))
        status, body = self.answers.pop(0) if self.answers else (200, "")
        return web.Response(status=status, text=body)

    async def give(self, request: web.Request) -> web.Response:
        data = self.files.get(request.match_info["name"])
        return web.Response(status=404) if data is None else web.Response(body=data)


@pytest.fixture
async def deaf_bot(sandbox: Sandbox) -> AsyncIterator[ViberBot]:
    """A bot that listens but has not said so to Viber."""
    async with aiohttp.ClientSession() as http:
        bot = ViberBot(sandbox, http)
        app = web.Application()
        app.add_routes([web.post("/viber", bot.take), web.get("/files/{name}", bot.give)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield bot
        finally:
            await runner.cleanup()


@pytest.fixture
async def viber_bot(deaf_bot: ViberBot) -> ViberBot:
    """A bot with a webhook for all events."""
    answer = await deaf_bot.call("set_webhook", url=f"{deaf_bot.url}/viber", send_name=True, send_photo=True)
    assert answer["status"] == 0
    assert (await deaf_bot.gets())["event"] == "webhook"
    return deaf_bot


@pytest.fixture
async def mila(sandbox: Sandbox, viber_bot: ViberBot) -> ViberPhone:
    """Somebody who has written to the bot, with nothing on its way."""
    phone = sandbox.world.person("Мила", telegram=False).viber
    await phone.says("Здравейте")
    await viber_bot.gets("message")
    return phone
