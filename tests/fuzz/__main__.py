"""`make fuzz`, on all cores: a million inputs for each parser that outsiders reach, fewer for the operator's own files.

`OBHVAT_SEED` makes the same inputs again, `OBHVAT_FUZZ` is how many for each, `OBHVAT_ONLY` names one parser, and
`OBHVAT_INPUT` plays one input of it alone.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import secrets
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import structlog

from tests.fuzz import run
from tests.fuzz.parsers import PARSERS
from tests.fuzz.run import MOST_MEMORY, Figures

SHARES = 4
"""Of a parser's inputs for each core: so many that no core waits long for the last one."""
COLUMNS = {"inputs": 10, "refused": 10, "a second": 10, "slowest ms": 12, "of input": 10, "memory MB": 11, "crashes": 9}
HEAD = "parser".ljust(20) + "".join(name.rjust(width) for name, width in COLUMNS.items())


def main() -> None:
    seed = int(os.environ.get("OBHVAT_SEED") or secrets.randbelow(10**6))
    count, only = int(os.environ.get("OBHVAT_FUZZ", "0")), os.environ.get("OBHVAT_ONLY", "")
    if alone := os.environ.get("OBHVAT_INPUT"):
        quiet()
        print(run.made(only, seed, int(alone)), run.play(only, seed, range(int(alone), int(alone) + 1)), sep="\n")
        return
    print(f"seed {seed}; the same inputs again: OBHVAT_SEED={seed} make fuzz\n{HEAD}", flush=True)
    played = [_parser(name, seed, count or parser.usual) for name, parser in PARSERS.items() if only in ("", name)]
    sys.exit(not all(map(_is_good, played)))


def _parser(name: str, seed: int, count: int) -> Figures:
    cores, told = len(os.sched_getaffinity(0)), Figures(name)
    size = max(1, -(-count // (cores * SHARES)))
    # New processes for each parser: what one leaves behind in memory is not counted to the next.
    ways = multiprocessing.get_context("fork")
    stood = ways.Array("q", [-1] * (count // size + 1), lock=False)
    with ProcessPoolExecutor(cores, ways, _begun, (stood,)) as pool:
        shares = [
            pool.submit(_share, name, seed, at, min(count, at + size), at // size) for at in range(0, count, size)
        ]
        for share in as_completed(shares):
            try:
                told.add(share.result())
            except BrokenProcessPool:
                told.crashes.append((-1, f"a process is gone; they stood at the inputs {sorted(set(stood))}"))
                break
    print(_line(told), flush=True)
    for number, what in told.crashes[:10]:
        print(f"    OBHVAT_SEED={seed} OBHVAT_ONLY='{name}' OBHVAT_INPUT={number}: {what}", flush=True)
    if told.memory > MOST_MEMORY:
        print(f"    more memory than {MOST_MEMORY / 1e6:.0f} MB", flush=True)
    return told


_stood: Any = None


def _begun(stood: Any) -> None:
    global _stood
    _stood = stood
    quiet()
    run.bounded()


def quiet() -> None:
    """A million refusals are a million lines."""
    logging.disable()
    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _share(name: str, seed: int, first: int, end: int, place: int) -> Figures:
    def at(number: int) -> None:
        _stood[place] = number

    return run.play(name, seed, range(first, end), at)


def _is_good(told: Figures) -> bool:
    return not told.crashes and told.memory <= MOST_MEMORY


def _line(told: Figures) -> str:
    pace = told.inputs / told.seconds if told.seconds else 0
    return (
        f"{told.name:20}{told.inputs:>10}{told.refused:>10}{pace:>10.0f}{told.slowest * 1000:>12.1f}"
        f"{told.slowest_input:>10}{told.memory / 1e6:>11.1f}{len(told.crashes):>9}"
    )


if __name__ == "__main__":
    main()
