"""`make soak`: a week at ten times the load of the fullest season on record, and 2,000 kills.

`OBHVAT_SEED` replays a week, `OBHVAT_KILLS`, `OBHVAT_REPORTS` and `OBHVAT_DAYS` make another one.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from pathlib import Path

from tests.soak.play import play

REPORTS = 7000
"""6,888 visits in the ten weeks of 2017/18 in the oblast of Ruse are 700 a week (utroruse.com/article/747835)."""


def main() -> None:
    seed = int(os.environ.get("OBHVAT_SEED") or secrets.randbelow(10**6))
    kills, days = int(os.environ.get("OBHVAT_KILLS", "2000")), int(os.environ.get("OBHVAT_DAYS", "7"))
    reports = int(os.environ.get("OBHVAT_REPORTS", REPORTS))
    print(f"seed {seed}; the same week again: OBHVAT_SEED={seed} make soak", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        model, figures = asyncio.run(play(Path(folder), seed=seed, kills=kills, days=days, reports=reports))
    print("\n".join(figures.told(model)))
    sys.exit(bool(model.lost or model.doubled))


if __name__ == "__main__":
    main()
