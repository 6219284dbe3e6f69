"""A case is forgotten by a process that ends itself with SIGKILL: `python -m tests.kill.forgetting after 2 0.01`.

At that commit, or so many seconds after it: between the commits files are deleted and the database is written anew.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import warnings
from pathlib import Path

from bot.app import now_utc, open_app
from bot.commands import forgetting
from bot.settings import config
from casework.numbers import CaseQuery
from storage import forgetting as rows


async def erase(when: str, number: int, seconds: float) -> None:
    async with open_app(config.load(os.environ, Path(os.environ[config.CONFIG]))) as app:
        seen = 0

        def committing(now: str) -> None:
            nonlocal seen
            seen += now == when
            if now == when and seen == number:
                threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
                if not seconds:
                    signal.pause()

        app.database.committing = committing
        async with app.database.reading() as tx:
            [one] = await rows.traits(tx, app.work.sealer, CaseQuery("БЯ", 14))
        await forgetting.erase(app, one, now_utc())


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asyncio.run(erase(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
