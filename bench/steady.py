"""Thirty taps a second, as many as Telegram lets us answer, and how long each waits: ours, and the floor in turn."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from itertools import cycle

from bench import district
from bench.bots import ECHO, OURS, Bot, running
from bench.echo import ON
from bench.questions import STEPS
from bench.reporting import PATIENCE_SECONDS, label_of
from bench.table import AT_MOST, Aim, Line
from sandbox import Person
from sandbox.messages import ChatMessage

PER_SECOND, SECONDS, ROUNDS, PEOPLE = 30, 10, 3, 60


class Turn:
    """One person who taps on whenever it is their turn, and begins anew at the end."""

    def __init__(self, person: Person, labels: tuple[str, ...]) -> None:
        self._person = person
        self._labels: Iterator[str] = cycle(("", *labels))
        """Empty: the command that begins."""
        self._seen: ChatMessage | None = None

    async def act(self, waits_ms: list[float]) -> None:
        label, began = next(self._labels), time.perf_counter()
        if label and self._seen:
            await self._person.taps(label_of(self._seen, label), self._seen)
        else:
            await self._person.says("/report")
        self._seen = await self._person.hears(PATIENCE_SECONDS)
        waits_ms.append((time.perf_counter() - began) * 1000)


async def measure(bot: Bot, waits_ms: list[float]) -> None:
    async with district.played(PEOPLE) as (sandbox, crowd, folder):
        if bot.is_ours:
            await district.fill(folder, crowd)
        labels = STEPS if bot.is_ours else (ON,) * len(STEPS)
        turns = [Turn(one, labels) for one in crowd]
        async with running(bot, sandbox, folder):
            await asyncio.gather(*(turn.act([]) for turn in turns))
            async with asyncio.TaskGroup() as under_way:
                began = time.perf_counter()
                for n in range(PER_SECOND * SECONDS):
                    # By the clock, not by the answers: who answers late does not get fewer questions.
                    await asyncio.sleep(max(0.0, began + n / PER_SECOND - time.perf_counter()))
                    under_way.create_task(turns[n % PEOPLE].act(waits_ms))


async def lines() -> list[Line]:
    ours, floor = list[float](), list[float]()
    for _ in range(ROUNDS):
        await measure(ECHO, floor)
        await measure(OURS, ours)
    told = []
    for name, percentile, aim in (("median", 50, None), ("95th percentile", 95, Aim(AT_MOST, 15, " ms more"))):
        mine, theirs = (statistics.quantiles(waits, n=100)[percentile - 1] for waits in (ours, floor))
        what = f"tap to answer at {PER_SECOND} a second, {name} (ms)"
        told.append(Line(what, mine, mine - theirs, aim, ECHO.name, theirs))
    return told
