"""Our bot at ten in the morning of a working day, whenever it is measured: what can wait is not told by night.

`python -m bench.by_day 2026-12-01T10:00+02:00`; everything else as `obhvat run`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.app import open_app
from bot.settings import config


async def main(at: datetime) -> None:
    ahead = at - datetime.now(UTC)
    read = config.load(os.environ, Path(os.environ[config.CONFIG]))
    async with open_app(read, lambda: datetime.now(UTC) + ahead) as app:
        await app.run()


if __name__ == "__main__":
    asyncio.run(main(datetime.fromisoformat(sys.argv[1])))
