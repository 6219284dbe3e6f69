"""The bots that are measured: how each is begun, a process of its own, and what it takes from the machine."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox import Sandbox

HOUSE = Path(__file__).parents[1]
TOKEN = "111:AAA"
BESIDE = HOUSE / ".venv-bench" / "bin" / "python"
"""aiogram wants another pydantic than ours (`requirements-bench.lock`); `make bench` sets this up."""
PATIENT_SECONDS = 60.0
PACE = "messages_per_second = 1000\nchat_messages_per_second = 1000\n"
"""None: only the broadcast is about the messenger's pace."""


@dataclass(frozen=True)
class Bot:
    name: str
    command: Callable[[Sandbox, Path], list[str]]
    is_ours: bool = False


OURS = Bot("obhvat", lambda _sandbox, _folder: [sys.executable, "-m", "bot.cli", "run"], is_ours=True)
PLAIN = Bot(
    "python-telegram-bot",
    lambda sandbox, folder: [sys.executable, "-m", "bench.plain", sandbox.url, TOKEN, str(folder)],
)
AIOGRAM = Bot("aiogram", lambda sandbox, _folder: [str(BESIDE), "-m", "bench.plain_aiogram", sandbox.url, TOKEN])
ECHO = Bot("the floor", lambda sandbox, _folder: [sys.executable, "-m", "bench.echo", sandbox.url, TOKEN])


class Running:
    """A bot that asks for updates."""

    def __init__(self, process: psutil.Process, ready_s: float) -> None:
        self._process = process
        self.ready_s = ready_s
        """From its start until it first asked for updates."""

    def processor_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        return float(self._process.memory_info().rss) / 1e6


@asynccontextmanager
async def running(bot: Bot, sandbox: Sandbox, folder: Path, pace: str = PACE) -> AsyncIterator[Running]:
    """From its first `getUpdates` until the block is left; then only this process is ended."""
    polls, began = sandbox.world.updates.polls, time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *bot.command(sandbox, folder), cwd=HOUSE, env=_environ(sandbox, folder, pace),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = began + PATIENT_SECONDS
        while sandbox.world.updates.polls == polls:
            await sandbox.world.updates.pulse.wait(0.5)
            assert process.returncode is None, f"{bot.name} ended by itself"
            assert time.perf_counter() < deadline, f"{bot.name} does not ask for updates"
        yield Running(psutil.Process(process.pid), time.perf_counter() - began)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _environ(sandbox: Sandbox, folder: Path, pace: str) -> dict[str, str]:
    path = folder / "config.toml"
    path.write_text(
        f'[telegram]\napi_url = "{sandbox.url}"\n{pace}'
        f'[database]\nurl = "sqlite:///{folder}/obhvat.db"\n[photos]\nstore = "{folder}/photos"\n'
        '[http]\nlisten = "127.0.0.1:0"\n'
    )
    return {**os.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path), "OBHVAT_SECRET_KEY": "k" * 40}
