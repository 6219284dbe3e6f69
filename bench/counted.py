"""What one update costs inside our bot: statements, commits, turns of the event loop, JSON read and written.

`python -m bench.counted FILE` is our bot with counters, written to FILE as JSON when it is told to end.
"""

from __future__ import annotations

import asyncio
import json
import os
import selectors
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import district
from bench.bots import Bot, running
from bench.questions import STEPS
from bench.reporting import one_report
from bench.table import Line
from bot.app import open_app
from bot.settings import config
from storage.sqlite import Writing

REPORTS = 20
WHATS = ("statements", "commits", "turns of the event loop", "JSON read", "JSON written")
counts = Counter[str]()


class Turns(selectors.DefaultSelector):
    """The loop looks here once a turn."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        counts["turns of the event loop"] += 1
        return super().select(timeout)


def counting(what: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **named: Any) -> Any:
        counts[what] += 1
        return real(*args, **named)

    return counted


async def _live() -> None:
    read = config.load(os.environ, Path(os.environ[config.CONFIG]))
    async with open_app(read) as app:
        app.database.committing = lambda when: counts.update({"commits": int(when == "after")})
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await app.run()


def main(file: Path) -> None:
    for name in ("rows", "row", "run", "many"):
        setattr(Writing, name, counting("statements", getattr(Writing, name)))
    json.loads, json.dumps = counting("JSON read", json.loads), counting("JSON written", json.dumps)
    with suppress(asyncio.CancelledError), asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_live())
    file.write_text(json.dumps(counts))


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(Turns())


async def lines() -> list[Line]:
    """The difference between a life with so many more reports and one without."""
    few, many = [await _counted(reports) for reports in (1, 1 + REPORTS)]
    updates = REPORTS * (1 + len(STEPS))
    return [Line(f"{what}, of one update", (many[what] - few[what]) / updates) for what in WHATS]


async def _counted(reports: int) -> dict[str, int]:
    async with district.played(1) as (sandbox, crowd, folder):
        await district.fill(folder, crowd)
        file = folder / "counts.json"
        bot = Bot("obhvat", lambda _s, _f: [sys.executable, "-m", "bench.counted", str(file)], is_ours=True)
        async with running(bot, sandbox, folder):
            for _ in range(reports):
                await one_report(crowd[0], [])
        found: dict[str, int] = json.loads(file.read_text())
        return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
