"""What is measured of workers while people report: how many a second, what they cost, how long an answer takes."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from bench.workers.cores import of_postgres
from bench.workers.played import FEW, Play, playing
from bench.workers.wire import ANSWERS, Wire
from tests import postgres

WARM_SECONDS, COUNTED_SECONDS = 2.0, 8.0
LOADS = (20, 80, 240, 400)
"""Messages a second."""
LOAD_SECONDS = 6.0
LOADED = (1, 2, 3)
"""Workers, on two cores."""


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


async def as_fast_as_they_can(server: postgres.Server, play: Play, figures: Figures) -> None:
    """Counted while everybody goes on: a worker with fewer people would else be done, and wait for the others."""
    async with playing(server, play) as (wire, workers), asyncio.TaskGroup() as group:
        until = time.perf_counter() + WARM_SECONDS + COUNTED_SECONDS
        for one in wire.people:
            group.create_task(_steadily(wire, one, 0.0, until))
        await asyncio.sleep(WARM_SECONDS)
        before, began, made = _used(server, workers), time.perf_counter(), wire.answers
        await asyncio.sleep(COUNTED_SECONDS)
        seconds, after, reports = time.perf_counter() - began, _used(server, workers), (wire.answers - made) / ANSWERS
        figures.per_second.append(reports / seconds)
        for into, used, had in zip((figures.worker_ms, figures.server_ms, figures.ours_ms), after, before, strict=True):
            into.append((used - had) * 1000 / reports)


async def under_load(server: postgres.Server, workers: int) -> list[float]:
    """The 95th percentile from tap to answer (ms) for each load: everybody taps at their own pace, so that together
    they write so many messages a second."""
    p95 = []
    async with playing(server, Play(FEW, workers, 2)) as (wire, _workers):
        for load in LOADS:
            pause = FEW / load
            # Begun in the same moment, they would all save in the same moment too.
            begun = min(pause * ANSWERS, LOAD_SECONDS)
            until = time.perf_counter() + begun + LOAD_SECONDS
            async with asyncio.TaskGroup() as group:
                for n, one in enumerate(wire.people):
                    group.create_task(_steadily(wire, one, pause, until, begun * n / FEW))
                await asyncio.sleep(begun)
                for person in wire.people.values():
                    person.waits_ms.clear()
            waits = [wait for person in wire.people.values() for wait in person.waits_ms]
            p95.append(statistics.quantiles(waits, n=20)[18])
    return p95


async def _steadily(wire: Wire, person: int, pause: float, until: float, begins_after: float = 0.0) -> None:
    await asyncio.sleep(begins_after)
    while time.perf_counter() < until:
        await wire.report(wire.people[person], pause)


def _used(server: postgres.Server, workers: Sequence[psutil.Process]) -> tuple[float, float, float]:
    """Processor seconds of workers, PostgreSQL and this process; what ended meanwhile is not counted."""
    return _seconds(workers), _seconds(of_postgres(server)), _seconds([psutil.Process()])


def _seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in processes)
