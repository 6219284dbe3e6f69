"""One life of the bot in a process of its own, which ends itself with SIGKILL where it is told to.

What a newcomer gets wrong: this is forked from a process that has imported everything and opened nothing
(`multiprocessing`'s fork server), so a life begins in a fraction of the time that a new interpreter takes. All that the
bot opens, reads and forgets is its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import warnings
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from aiohttp import ClientSession

from bot.app import App, now_utc, open_app
from bot.settings import config
from tests.soak.chance import ANSWERED, ASKING, Death

__all__ = ["live"]


def live(environ: Mapping[str, str], ahead: float, death: Death, log: Connection) -> None:
    """The clock is the real one plus so many seconds; what the operator would see goes to `log`."""
    os.dup2(log.fileno(), 2)
    os.environ.update(environ)
    warnings.simplefilter("ignore")
    processors: list[Any] = [structlog.processors.add_log_level, structlog.processors.format_exc_info]
    structlog.configure([*processors, structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory(
        os.fdopen(2, "w", buffering=1, closefd=False)
    ))  # fmt: skip
    asyncio.run(_live(timedelta(seconds=ahead), death))


async def _live(ahead: timedelta, death: Death) -> None:
    read = config.load(os.environ, Path(os.environ[config.CONFIG]))
    _dies_calling(death)
    async with open_app(read, lambda: now_utc() + ahead) as app:
        _dies_committing(app, death)
        await app.run()


def _dies_committing(app: App, death: Death) -> None:
    seen = 0

    def committing(when: str) -> None:
        nonlocal seen
        seen += when == death.where
        if when == death.where and seen == death.number:
            os.kill(os.getpid(), signal.SIGKILL)

    app.database.committing = committing


def _dies_calling(death: Death) -> None:
    """Every call to the world goes through the one session, so it is counted there: asked, or answered."""
    real, seen = ClientSession._request, 0

    async def request(self: ClientSession, *args: Any, **named: Any) -> Any:
        nonlocal seen
        seen += 1
        mine = seen == death.number
        if mine and death.where == ASKING:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await real(self, *args, **named)
        if mine and death.where == ANSWERED:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    if death.where in (ASKING, ANSWERED):
        patch.object(ClientSession, "_request", request).start()  # for good: the process ends by it
