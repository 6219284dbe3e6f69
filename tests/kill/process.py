"""The bot as a process that ends itself with SIGKILL at a chosen commit: `python -m tests.kill.process after 7`.

Its clock is the real one plus so many seconds as the world of the test is ahead.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import warnings
from datetime import timedelta
from pathlib import Path

from bot.app import now_utc, open_app
from bot.settings import config

AHEAD = "OBHVAT_SECONDS_AHEAD"
POINTS = ["commit points", "random moments"]
"""Where a process is killed, as the tests are called."""


async def live(when: str, number: int) -> None:
    read = config.load(os.environ, Path(os.environ[config.CONFIG]))
    ahead = timedelta(seconds=float(os.environ[AHEAD]))
    async with open_app(read, lambda: now_utc() + ahead) as app:
        seen = 0

        def committing(now: str) -> None:
            nonlocal seen
            seen += now == when
            if now == when and seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

        app.database.committing = committing
        await app.run()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asyncio.run(live(sys.argv[1], int(sys.argv[2])))
