"""A usual report, eight taps long: one after the other by one person, and by fifty people at once; three bots."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import district
from bench.bots import AIOGRAM, OURS, PLAIN, Bot, Running, running
from bench.questions import STEPS
from bench.table import AT_LEAST, AT_MOST, Aim, Line, ratio
from sandbox import Person
from sandbox.messages import ChatMessage

PEOPLE, REPORTS_EACH, ALONE = 50, 4, 30
ROUNDS = 2
PATIENCE_SECONDS = 60.0


@dataclass
class Figures:
    ready_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    alone_ms: list[float] = field(default_factory=list)
    together_ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)

    def told(self) -> dict[str, float]:
        return {
            "processor time per report, one person (ms)": statistics.mean(self.alone_ms),
            f"processor time per report, {PEOPLE} people (ms)": statistics.mean(self.together_ms),
            f"reports per second, {PEOPLE} people": statistics.mean(self.per_second),
            "tap to answer, 95th percentile (ms)": statistics.quantiles(self.waits_ms, n=20)[18],
            "from the start until it is ready (s)": statistics.mean(self.ready_s),
            "memory (MB)": statistics.mean(self.memory_mb),
        }


async def one_report(person: Person, waits_ms: list[float], steps: Sequence[str] = STEPS) -> None:
    """Raises AssertionError when an answer is missing or is another one."""
    began = time.perf_counter()
    await person.says("/report")
    for step in steps:
        message = await person.hears(PATIENCE_SECONDS)
        waits_ms.append((time.perf_counter() - began) * 1000)
        label = label_of(message, step)
        began = time.perf_counter()
        await person.taps(label, message)
    message = await person.hears(PATIENCE_SECONDS)
    waits_ms.append((time.perf_counter() - began) * 1000)
    assert "№" in message.text, f"no receipt: {message.text!r}"


def label_of(message: ChatMessage, start: str) -> str:
    for label in (button.label for row in message.buttons for button in row):
        if label.removeprefix("✓ ").startswith(start):
            return label
    raise AssertionError(f"no button {start!r} under {message.text!r}")


async def measure(bot: Bot, figures: Figures) -> None:
    async with district.played(PEOPLE) as (sandbox, crowd, folder):
        if bot.is_ours:
            await district.fill(folder, crowd)
        async with running(bot, sandbox, folder) as live:
            figures.ready_s.append(live.ready_s)
            await one_report(crowd[0], [])
            await _alone(live, crowd[0], figures)
            await _together(live, crowd, figures)
            figures.memory_mb.append(live.memory_mb())


async def _alone(live: Running, one: Person, figures: Figures) -> None:
    before = live.processor_s()
    for _ in range(ALONE):
        await one_report(one, [])
    figures.alone_ms.append((live.processor_s() - before) * 1000 / ALONE)


async def _together(live: Running, crowd: Sequence[Person], figures: Figures) -> None:
    async def several(person: Person) -> None:
        for _ in range(REPORTS_EACH):
            await one_report(person, figures.waits_ms)

    before, began = live.processor_s(), time.perf_counter()
    await asyncio.gather(*(several(person) for person in crowd))
    figures.per_second.append(PEOPLE * REPORTS_EACH / (time.perf_counter() - began))
    figures.together_ms.append((live.processor_s() - before) * 1000 / (PEOPLE * REPORTS_EACH))


async def lines() -> list[Line]:
    figures = {bot: Figures() for bot in (PLAIN, AIOGRAM, OURS)}
    for _ in range(ROUNDS):
        for bot, found in figures.items():
            await measure(bot, found)
    ours = figures[OURS].told()
    aims = dict(zip(ours, _aims(), strict=True))
    return [
        ratio(what, value, bot.name, figures[bot].told()[what], aim)
        for what, value in ours.items()
        for bot, aim in zip((PLAIN, AIOGRAM), aims[what], strict=True)
    ] + [Line("from the start until it is ready (s)", statistics.mean(figures[OURS].ready_s), None, Aim(AT_MOST, 1.5))]


def _aims() -> list[tuple[Aim | None, Aim | None]]:
    """In the order of what is told: beside python-telegram-bot, and beside aiogram."""
    return [
        (Aim(AT_MOST, 0.4), Aim(AT_MOST, 0.6)),
        (None, None),
        (Aim(AT_LEAST, 2.5), Aim(AT_LEAST, 1.5)),
        (None, None),
        (None, None),
        (None, None),
    ]
