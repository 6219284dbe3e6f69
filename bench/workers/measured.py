"""What is measured of workers while people report: how many a second, what they cost, how long an answer takes."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from bench.workers.started import PEOPLE, playing
from bench.workers.wire import Wire
from tests import postgres

WARM_SECONDS, COUNTED_SECONDS = 2.0, 8.0
LOADS = (10, 20, 40, 60, 80)
"""Messages a second."""
LOAD_SECONDS = 8.0


@dataclass
class Figures:
    """A figure for each round."""

    per_second: list[float] = field(default_factory=list)
    worker_ms: list[float] = field(default_factory=list)
    """Processor time of the workers per report."""
    server_ms: list[float] = field(default_factory=list)
    """The same of PostgreSQL."""
    ours_ms: list[float] = field(default_factory=list)
    """The same of who plays with them."""
    p95_ms: dict[int, list[float]] = field(default_factory=dict)
    """By load."""


async def as_fast_as_they_can(server: postgres.Server, count: int, share: float | None, figures: Figures) -> None:
    """Counted while everybody goes on: a worker with fewer people would else be done, and wait for the others."""
    async with playing(server, count, share) as (wire, workers), asyncio.TaskGroup() as group:
        until = time.perf_counter() + WARM_SECONDS + COUNTED_SECONDS
        for one in wire.people:
            group.create_task(_steadily(wire, one, 0.0, until))
        await asyncio.sleep(WARM_SECONDS)
        before, began, made = _used(server, workers), time.perf_counter(), wire.reports
        await asyncio.sleep(COUNTED_SECONDS)
        seconds, after, reports = time.perf_counter() - began, _used(server, workers), wire.reports - made
        figures.per_second.append(reports / seconds)
        for into, used, had in zip((figures.worker_ms, figures.server_ms, figures.ours_ms), after, before, strict=True):
            into.append((used - had) * 1000 / reports)


async def under_load(server: postgres.Server, count: int, figures: Figures) -> None:
    """Everybody taps at their own pace, so that together they write so many messages a second."""
    async with playing(server, count) as (wire, _workers):
        for load in LOADS:
            for one in wire.people.values():
                one.waits_ms.clear()
            until = time.perf_counter() + LOAD_SECONDS
            await asyncio.gather(*(_steadily(wire, one, PEOPLE / load, until) for one in wire.people))
            waits = [wait for one in wire.people.values() for wait in one.waits_ms]
            figures.p95_ms.setdefault(load, []).append(statistics.quantiles(waits, n=20)[18])


async def _steadily(wire: Wire, person: int, pause: float, until: float) -> None:
    await asyncio.sleep(pause * (person % PEOPLE) / PEOPLE)
    while time.perf_counter() < until:
        await wire.report(wire.people[person], pause)


def _used(server: postgres.Server, workers: Sequence[psutil.Process]) -> tuple[float, float, float]:
    """Processor seconds of workers, PostgreSQL and this process; what ended meanwhile is not counted."""
    head = psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))
    return _seconds(workers), _seconds([head, *head.children()]), _seconds([psutil.Process()])


def _seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in processes)
