"""What is written to the log: events, numbers and places in the code, and nothing that a person wrote.

What a newcomer gets wrong: an exception's message often quotes what it did not like, and a messenger's answer what we
sent it. So of exceptions only their kind and place are told, and of answers what `plain` leaves.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog

LONGEST = 120
_LIBRARIES = (
    "httpx",
    "httpcore",
    "aiohttp.access",
    "telegram",
    "aiosqlite",
    "asyncio",
    "apscheduler",
    "PIL",
    "obstore",
)
"""At INFO the first ones write whole addresses, token included; at DEBUG the others what they send or store."""
_QUOTED = re.compile(r"""["«„“`].*?(["»“”`]|$)|(?<![A-Za-z])'.*?('|$)""")
_STRANGE = re.compile(r"[^\x20-\x7e]+|\d{5,}[\w:-]*|(?<=/bot)\d+:[\w-]+")
_KNOWN = (sqlite3.Error, OSError)
"""Their messages are of the disk and the schema."""


def plain(said: str) -> str:
    """Of a sentence of somebody else's what cannot be a person's: no quotation, no letter but ASCII, no long number."""
    return _STRANGE.sub("…", _QUOTED.sub("…", said))[:LONGEST]


def told(error: BaseException | None) -> str:
    """The kind of an error, with those inside it and what led to it, each with its place in the code."""
    return " ← ".join(_chain(error))


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        said = f" ({plain(str(error))})" if isinstance(error, _KNOWN) else ""
        yield f"{type(error).__name__}{said}{_place(error)}"
        if isinstance(error, BaseExceptionGroup):
            yield from (told(one) for one in error.exceptions)
        error = error.__cause__ or error.__context__


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return "".join(f" at {frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))


def _traced(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event["error"] = told(error)
    return event


class _Plain(logging.Formatter):
    """For what libraries say of themselves."""

    def format(self, record: logging.LogRecord) -> str:
        error = told(record.exc_info[1]) if record.exc_info else ""
        return f"{record.levelname.lower()} {record.name}: {plain(record.getMessage())} {error}".rstrip()


def configure(renderer: Any) -> None:
    """For the running process: everything goes to the standard error, one line each."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _traced,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Plain())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    sys.excepthook = _unexpected
    quiet_libraries()


def quiet_libraries() -> None:
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends the process: told as everything else is."""
    sys.stderr.write(f"{told(error.with_traceback(trace))}\n")
