"""Ten thousand messages wait when the bot comes back: how long until the last is answered, counted from its start."""

from __future__ import annotations

import statistics
import time

from bench import district
from bench.bots import ECHO, OURS, Bot, running
from bench.table import AT_LEAST, Aim, Line
from sandbox import Person

WAITING, WRITERS, ROUNDS = 10_000, 200, 2
ASKED = ("/menu", "/help", "/cases", "/drafts")
LONGEST_SECONDS = 120


async def measure(bot: Bot) -> float:
    """Messages a second."""
    async with district.played(WRITERS) as (sandbox, crowd, folder):
        if bot.is_ours:
            await district.fill(folder, crowd)
        for n in range(WAITING):
            await crowd[n % WRITERS].says(ASKED[(n // WRITERS) % len(ASKED)])
        deadline = time.monotonic() + LONGEST_SECONDS
        began = time.perf_counter()
        async with running(bot, sandbox, folder):
            for one in crowd:
                for _ in range(WAITING // WRITERS):
                    await one.hears(deadline - time.monotonic())
            took = time.perf_counter() - began
        assert all(_answers(one) == WAITING // WRITERS for one in crowd), "something was answered twice"
    return WAITING / took


def _answers(one: Person) -> int:
    return sum(message.from_bot for message in one.chat)


async def lines() -> list[Line]:
    ours, floor = list[float](), list[float]()
    for _ in range(ROUNDS):
        floor.append(await measure(ECHO))
        ours.append(await measure(OURS))
    mine, theirs = statistics.mean(ours), statistics.mean(floor)
    return [Line(f"{WAITING:,} waiting messages, answered a second", mine, None, Aim(AT_LEAST, 500), ECHO.name, theirs)]
