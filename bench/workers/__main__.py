"""`python -m bench.workers`: reports per second of one worker and of several of the same PostgreSQL, and their latency.
`--plot docs/workers.png` draws both.

It is done twice: each worker has as much as it can have, or each is held to `SHARE` of a core, and PostgreSQL and the
people have what they need. All are played several times in turn, in one run, on one PostgreSQL with `fsync` on.
Everything is on loopback or a socket, bounded in count and time; only processes that were started here are ended.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.workers import machine, shown
from bench.workers.measured import Figures, as_fast_as_they_can, under_load
from bench.workers.share import NoShares, held
from tests import postgres

SHARE = 0.4
"""Of a core, for each worker that is held: two of them and what serves them are less than two cores."""
WORKERS = {None: (1, 2, 3), SHARE: (1, 2)}
"""How many, by what each is held to."""
ROUNDS = 4
LIMIT_SECONDS = 900
DURABLE = ("fsync=on", "listen_addresses=", "max_connections=100", "shared_buffers=128MB")


async def main(plot: Path | None) -> None:
    figures = {(share, count): Figures() for share, counts in _possible().items() for count in counts}
    second = machine.second_core()
    with postgres.running(DURABLE) as server:
        postgres.Databases(server)
        async with asyncio.timeout(LIMIT_SECONDS):
            for _round in range(ROUNDS):
                for (share, count), of in figures.items():
                    await as_fast_as_they_can(server, count, share, of)
            for count in WORKERS[None]:
                await under_load(server, count, figures[None, count])
    shown.table(figures)
    print(f"\ntwo processes that share nothing do {second:.2f} times what one of them does on this machine")
    if plot:
        shown.draw(figures, plot)


def _possible() -> Mapping[float | None, Sequence[int]]:
    """Of `WORKERS`, those that can be held as they shall be; that others cannot is said."""
    try:
        with held(SHARE):
            return WORKERS
    except NoShares as no:
        print(f"Only workers that have as much as they can have: {no}")
        return {None: WORKERS[None]}


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--plot", type=Path)
    asyncio.run(main(asked.parse_args().plot))
