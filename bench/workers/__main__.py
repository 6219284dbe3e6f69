"""`python -m bench.workers`: reports per second of one worker and of several of the same PostgreSQL, and their latency.
`--plot docs/workers.png` draws both.

All are played several times in turn, in one run, on one PostgreSQL with `fsync` on. Workers, PostgreSQL and the people
share the cores that a play is given. Everything is on loopback or a socket, bounded in count and time; only processes
that were started here are ended.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bench.workers import machine, shown
from bench.workers.measured import LOADED, Figures, as_fast_as_they_can, under_load
from bench.workers.played import FEW, MANY, Play
from tests import postgres

PLAYS = (
    Play(MANY, 1, 1), Play(MANY, 1, 2), Play(MANY, 2, 2), Play(MANY, 3, 2), Play(FEW, 1, 1), Play(FEW, 1, 2),
    Play(FEW, 2, 2),
)  # fmt: skip
ROUNDS = 4
LIMIT_SECONDS = 1200
DURABLE = ("fsync=on", "listen_addresses=", "max_connections=100", "shared_buffers=128MB")


async def main(plot: Path | None, rounds: int) -> None:
    figures = {play: Figures() for play in PLAYS}
    p95 = {workers: list[float]() for workers in LOADED}
    second = machine.second_core()
    with postgres.running(DURABLE) as server:
        postgres.Databases(server)
        async with asyncio.timeout(LIMIT_SECONDS):
            for _round in range(rounds):
                for play, of in figures.items():
                    await as_fast_as_they_can(server, play, of)
            for workers, of_loads in p95.items():
                of_loads += await under_load(server, workers)
    shown.table(figures, p95)
    print(f"\ntwo processes that share nothing do {second:.2f} times what one of them does on this machine")
    if plot:
        shown.draw(figures, p95, plot)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--plot", type=Path)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    asyncio.run(main(given.plot, given.rounds))
