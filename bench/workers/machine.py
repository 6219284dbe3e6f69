"""What the second core of this machine adds to processes that share nothing and wait for nothing: no worker adds more.

Two cores of a rented machine are often two halves of one.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import time

BEGUN_WITHIN, WORKED_SECONDS = 1.0, 2.0
ROUNDS = 3
TEXT = json.dumps({"text": "Няма транспорт" * 20, "buttons": [["Готово", 1], ["Назад", 2]]})


def second_core() -> float:
    """How much more two of them do than one: 2.0 at most."""
    return statistics.mean(_done(2) / _done(1) for _round in range(ROUNDS))


def _done(count: int) -> float:
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        return sum(pool.map(_work, [time.time() + BEGUN_WITHIN] * count, chunksize=1))


def _work(begins_at: float) -> float:
    """So many a second; all begin together, or the first would have both cores for a while."""
    time.sleep(begins_at - time.time())
    done, until = 0, time.perf_counter() + WORKED_SECONDS
    while time.perf_counter() < until:
        for _ in range(100):
            json.dumps(json.loads(TEXT))
        done += 100
    return done / WORKED_SECONDS
