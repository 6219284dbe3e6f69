"""Replies begin without a look at the outbox where they may, and still go to each chat in their order, each once.

The deliverer as it is, on a real database; what a messenger answers, and when, is drawn.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.channels.channel import Meaning, Sent, Trouble
from bot.deliver import LONGEST_BACKOFF
from bot.settings import config
from sandbox import Sandbox
from sandbox.clock import WorldClock
from storage import outbox
from storage.database import Tx
from storage.outbox import NOTICE, REPLY, Call, Due
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine

STEPS, CHATS = 60, 5
SENT_WITHIN = 20.0
PACE = "messages_per_second = 1000\nchat_messages_per_second = 100"
"""So that a chat has to wait now and then."""


class Messenger:
    """Stands in for the calls of the Telegram channel: each ends when, and as, somebody says."""

    def __init__(self) -> None:
        self.under_way: dict[int, asyncio.Future[Sent]] = {}
        self.chats: set[str] = set()
        self.beside: list[str] = []
        """Chats to which a call was begun while another one was under way."""
        self.taken: dict[str, list[Due]] = defaultdict(list)
        self.moved = asyncio.Event()

    async def perform(self, due: Due) -> Sent:
        self.beside += [due.chat] if due.chat in self.chats else []
        self.chats.add(due.chat)
        self.under_way[due.id] = asyncio.get_running_loop().create_future()
        self.moved.set()
        try:
            sent = await self.under_way[due.id]
        finally:
            self.chats.discard(due.chat)
        self.taken[due.chat].append(due)
        return sent

    def end(self, trouble: Trouble | None = None) -> None:
        """Any of them."""
        if self.under_way:
            ending = self.under_way.pop(random.choice(list(self.under_way)))
            if trouble:
                ending.set_exception(trouble)
            else:
                ending.set_result(Sent("1"))


async def say(tx: Tx, app: App, priority: int, count: int = 1) -> None:
    for _ in range(count):
        chat, method = str(random.randrange(CHATS)), random.choice(["editMessageText", "sendMessage"])
        await outbox.add(tx, [Call("telegram", chat, method, {"chat_id": chat}, priority)], app.now())


async def step(app: App, messenger: Messenger, clock: WorldClock) -> None:
    async with app.database.transaction() as tx:
        if random.random() < 0.5:
            await app.deliverer.record(tx)
        if random.random() < 0.7:
            await say(tx, app, REPLY, random.choice([1, 1, 1, 3]))
        if random.random() < 0.1:
            await say(tx, app, NOTICE)
    match random.randrange(8):
        case 0:
            clock.move(timedelta(seconds=1))
            app.deliverer.look_again()
        case 1 | 2 | 3:
            await asyncio.sleep(0)


async def answering(messenger: Messenger) -> None:
    """Beside all else, also in the midst of a transaction."""
    while True:
        for _turn in range(random.randrange(10)):
            await asyncio.sleep(0)
        messenger.end(Trouble(Meaning.RETRY, "not reached") if random.random() < 0.1 else None)


async def sent(app: App, messenger: Messenger) -> None:
    """What is due goes out although nobody says that it should be looked for."""
    while True:
        messenger.moved.clear()
        while messenger.under_way:
            messenger.end()
        if not await outbox.due(app.database.glance(), app.now(), 1):
            return
        await messenger.moved.wait()


@pytest.mark.parametrize("seed", range(40))
async def test_replies_go_in_their_order(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random.seed(seed)
    messenger = Messenger()
    async with Sandbox(TOKEN, limits=False) as sandbox:
        clock = sandbox.world.clock
        read = config.load({**engine.environ, config.TOKEN: TOKEN}, write_config(tmp_path, sandbox, pace=PACE))
        async with open_app(read, clock.now) as app, asyncio.timeout(SENT_WITHIN):
            app.database.committing = lambda _when: messenger.moved.set()
            monkeypatch.setattr(app.teller.channels["telegram"], "perform", messenger.perform)
            running = asyncio.create_task(app.deliverer.run())
            answers = asyncio.create_task(answering(messenger))
            for _ in range(STEPS):
                await step(app, messenger, clock)
            answers.cancel()
            await sent(app, messenger)
            while await outbox.waiting(app.database.glance()):
                clock.move(LONGEST_BACKOFF)
                app.deliverer.look_again()
                await sent(app, messenger)
            running.cancel()
    assert not messenger.beside
    for chat, taken in messenger.taken.items():
        replies = [due.id for due in taken if due.priority == REPLY]
        assert replies == sorted(set(replies)), f"chat {chat}"
