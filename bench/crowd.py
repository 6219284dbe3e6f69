"""A thousand people report in the same moment, and every one of them reads the receipt of a report that is kept."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench import district
from bench.bots import OURS, running
from bench.reporting import one_report
from bench.table import AT_MOST, Aim, Line

PEOPLE = 1000


async def lines() -> list[Line]:
    waits_ms = list[float]()
    async with district.played(PEOPLE) as (sandbox, crowd, folder):
        await district.fill(folder, crowd)
        async with running(OURS, sandbox, folder):
            began = time.perf_counter()
            ended = await asyncio.gather(*(one_report(one, waits_ms) for one in crowd), return_exceptions=True)
            seconds = time.perf_counter() - began
        failed = sum(isinstance(one, BaseException) for one in ended)
        refused = sum(call.status != 200 for call in sandbox.calls)
        errors = failed + refused + _unkept(folder)
    return [
        Line(f"errors while {PEOPLE:,} people report at once", errors, None, Aim(AT_MOST, 0)),
        Line("their reports per second", PEOPLE / seconds),
        Line("the longest that one of them waited for an answer (s)", max(waits_ms) / 1000),
    ]


def _unkept(folder: Path) -> int:
    """Reports that are missing or twice, messages that were set aside, calls that went wrong."""
    with district.opened(folder) as file:
        reports = abs(district.number(file, "visit") - PEOPLE)
        aside = district.number(file, "inbox WHERE state <> 'done' OR tries > 0")
        return reports + aside + district.number(file, "outbox WHERE state NOT IN ('sent', 'waiting') OR tries > 1")
