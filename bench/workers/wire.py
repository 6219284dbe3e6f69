"""A messenger and its people in as little as possible: what is measured is the bot, not who plays with it.

The Bot API is answered with the same few bytes whatever was asked, a call is read only for its chat, its text and its
buttons, and each person taps the button that their next step names. Updates go to the workers in turn, as a reverse
proxy would give them. It is no test of anything: whether a bot keeps to the Bot API, the sandbox says.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from yarl import URL

from bench.workers import loopback
from bench.workers.loopback import Asking

CASE = "БЯ-"
STEPS = (CASE, "Обещание", "Майка", "Няма транспорт", "Готово", "утре", "Запази")
"""How the labels begin that lead through a usual report."""
RECEIPT = "Записано"
ANSWERS = len(STEPS) + 1
"""To one report."""


@dataclass
class Person:
    id: int
    waits_ms: list[float] = field(default_factory=list)
    heard: asyncio.Queue[tuple[str, list[tuple[str, str]], int]] = field(default_factory=asyncio.Queue)
    """Text, buttons (label, data) and number of each message that the bot shows."""


class Wire:
    """`doors` are the workers, by the connections that each person has to them."""

    def __init__(self, people: int) -> None:
        self.url = ""
        self.doors: list[dict[int, Asking]] = []
        self.secret = ""
        self.people = {1000 + n: Person(1000 + n) for n in range(people)}
        self.answers = 0
        self._updates = itertools.count(1)
        self._messages = itertools.count(1)
        self._turns = itertools.count()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = await loopback.serve(self._called)
        self.url = "http://{}:{}".format(*server.sockets[0].getsockname())
        async with server:
            yield

    async def reach(self, ports: Iterable[int]) -> None:
        self.doors = [{one: await loopback.connect(port) for one in self.people} for port in ports]

    def _called(self, path: str, body: bytes) -> bytes:
        # yarl reads a form in C: a third of all that playing costs was `parse_qs`.
        method, given = path.rpartition("/")[2], URL.build(query_string=body.decode(), encoded=True).query
        if method == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "Обхват", "username": "obhvat_bot"})
        if method not in ("sendMessage", "editMessageText"):
            if method == "setWebhook":
                self.secret = given["secret_token"]
            return _ok({"url": "", "has_custom_certificate": False, "pending_update_count": 0})
        chat, number = int(given["chat_id"]), int(given["message_id"]) if "message_id" in given else 0
        number = number or next(self._messages)
        markup = json.loads(given["reply_markup"]) if "reply_markup" in given else {}
        buttons = [
            (one["text"], one.get("callback_data", "")) for row in markup.get("inline_keyboard", ()) for one in row
        ]
        self.people[chat].heard.put_nowait((given["text"], buttons, number))
        return _ok({"message_id": number, "date": int(time.time()), "chat": {"id": chat, "type": "private"}})

    async def report(self, one: Person, pause: float = 0.0) -> None:
        """A whole report, tapping `pause` seconds after the last tap, or as soon as something can be tapped."""
        began = await self._says(one, {"text": "/report"})
        for step in (*STEPS, RECEIPT):
            while True:
                text, buttons, number = await one.heard.get()
                fitting = [data for label, data in buttons if label.removeprefix("✓ ").startswith(step)]
                # Of the cases of their team not all of them go to the first one.
                data = fitting[one.id % len(fitting) if step == CASE else 0] if fitting else None
                if data or text.startswith(step):
                    break
            self.answers += 1
            one.waits_ms.append((time.perf_counter() - began) * 1000)
            if data:
                await asyncio.sleep(max(0.0, began + pause - time.perf_counter()))
                began = await self._says(one, {"data": data}, number)

    async def _says(self, one: Person, said: dict[str, str], number: int = 0) -> float:
        chat, who = {"id": one.id, "type": "private"}, {"id": one.id, "is_bot": False, "first_name": "Човек"}
        message = {"message_id": number or next(self._messages), "date": int(time.time()), "chat": chat}
        update: dict[str, object] = {"update_id": next(self._updates)}
        if number:
            update["callback_query"] = {"id": "1", "from": who, "chat_instance": "1", "message": message, **said}
        else:
            update["message"] = {**message, "from": who, **said}
        door, began = self.doors[next(self._turns) % len(self.doors)], time.perf_counter()
        headers = f"Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: {self.secret}\r\n"
        await door[one.id].post("/telegram", json.dumps(update).encode(), headers)
        return began


def _ok(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()
