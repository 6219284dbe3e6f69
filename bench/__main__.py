"""`make bench`: both bots, processes of their own, over the sandbox of this one; people tap as fast as they see.

Two rounds of each in turn. Everything is on loopback, bounded in count and time; only processes started here are ended.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from casework.records import MEMBER, NextStep
from sandbox import Person, Sandbox
from sandbox.messages import ChatMessage
from storage import new_cases, people, teams
from storage.database import open_database
from storage.new_cases import NewCase
from storage.people import Invitation

TOKEN = "111:AAA"
PEOPLE, REPORTS_EACH, ALONE = 50, 4, 30
ROUNDS = 2
LIMIT_SECONDS = 240
STEPS = ("БЯ-", "Обещание", "Майка", "Няма транспорт", "Готово", "утре", "Запази")
"""How the labels begin that lead through a usual report, in both bots."""


@dataclass
class Figures:
    started_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)

    def rows(self) -> dict[str, float]:
        return {
            "processor time per report, one person (ms)": statistics.mean(self.cpu_ms),
            f"reports per second, {PEOPLE} people": statistics.mean(self.per_second),
            "tap to answer, median (ms)": statistics.median(self.waits_ms),
            "tap to answer, 95th percentile (ms)": statistics.quantiles(self.waits_ms, n=20)[18],
            "start-up (s)": statistics.mean(self.started_s),
            "memory (MB)": statistics.mean(self.memory_mb),
        }


async def one_report(person: Person, waits: list[float]) -> None:
    began = time.perf_counter()
    await person.says("/report")
    for step in STEPS:
        message = await person.hears(60)
        waits.append((time.perf_counter() - began) * 1000)
        label = _label(message, step)
        began = time.perf_counter()
        await person.taps(label, message)
    message = await person.hears(60)
    waits.append((time.perf_counter() - began) * 1000)
    if "№" not in message.text:
        raise AssertionError(f"no receipt: {message.text!r}")


def _label(message: ChatMessage, start: str) -> str:
    for label in (button.label for row in message.buttons for button in row):
        if label.removeprefix("✓ ").startswith(start):
            return label
    raise AssertionError(f"no button {start!r} under {message.text!r}")


async def measure(figures: Figures, command: Callable[[Sandbox, Path], list[str]], prepare: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Sandbox(TOKEN, limits=False) as sandbox:
            crowd = [sandbox.world.person(f"Човек {n}") for n in range(PEOPLE)]
            if prepare:
                await _prepare(folder, crowd)
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *command(sandbox, folder), cwd=Path(__file__).parents[1], env=_environ(sandbox, folder),
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                await one_report(crowd[0], [])
                figures.started_s.append(time.perf_counter() - began)
                await _play(figures, psutil.Process(process.pid), crowd)
            finally:
                process.terminate()
                await process.wait()


async def _play(figures: Figures, process: psutil.Process, crowd: list[Person]) -> None:
    before = sum(process.cpu_times()[:2])
    for _ in range(ALONE):
        await one_report(crowd[0], [])
    figures.cpu_ms.append((sum(process.cpu_times()[:2]) - before) * 1000 / ALONE)

    async def several(person: Person) -> None:
        for _ in range(REPORTS_EACH):
            await one_report(person, figures.waits_ms)

    began = time.perf_counter()
    await asyncio.gather(*(several(person) for person in crowd))
    figures.per_second.append(PEOPLE * REPORTS_EACH / (time.perf_counter() - began))
    figures.memory_mb.append(process.memory_info().rss / 1e6)


def _environ(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    path = folder / "config.toml"
    path.write_text(
        f'[telegram]\napi_url = "{sandbox.url}"\nmessages_per_second = 1000\nchat_messages_per_second = 1000\n'
        f'[database]\nurl = "sqlite:///{folder}/obhvat.db"\n[photos]\nstore = "{folder}/photos"\n'
        '[http]\nlisten = "127.0.0.1:0"\n'
    )
    return {**os.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path), "OBHVAT_SECRET_KEY": "k" * 40}


async def _prepare(folder: Path, crowd: list[Person]) -> None:
    """One team of fifty and its sixty cases."""
    now = datetime.now(UTC)
    database = await open_database(f"sqlite:///{folder}/obhvat.db")
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        for one in crowd:
            await people.invite(tx, str(one.id), Invitation(MEMBER, team, "", one.name), now + timedelta(days=1))
            joined = await people.join(tx, str(one.id), "telegram", str(one.id), str(one.id), one.name, now)
            assert joined is not None
            await people.set_language(tx, joined.id, "bg")
            await people.accept(tx, joined.id, now)
        new = [NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", None, str(n)) for n in range(60)]
        # Due tomorrow, so that no notice comes between the answers by day.
        await new_cases.put(tx, new, NextStep("S11", "visit", now.date() + timedelta(days=1)), now)
    await database.close()


def ours(_sandbox: Sandbox, _folder: Path) -> list[str]:
    return [sys.executable, "-m", "bot.cli", "run"]


def plain(sandbox: Sandbox, folder: Path) -> list[str]:
    return [sys.executable, "-m", "bench.plain", sandbox.url, TOKEN, str(folder)]


async def main() -> None:
    our, other = Figures(), Figures()
    async with asyncio.timeout(LIMIT_SECONDS):
        for _ in range(ROUNDS):
            await measure(other, plain, prepare=False)
            await measure(our, ours, prepare=True)
    print(f"\n{'':48}{'plain':>10}{'obhvat':>10}{'ratio':>8}")
    for (name, theirs), mine in zip(other.rows().items(), our.rows().values(), strict=True):
        print(f"{name:48}{theirs:>10.1f}{mine:>10.1f}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
