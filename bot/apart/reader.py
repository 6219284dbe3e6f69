"""A sent file is read in a process of its own: nobody waits for it, and no file can take the bot's memory or time.

The bytes go in and the rows come out through pipes, so that nothing of them is on a disk. When the bot dies its pipes
close, and the reader ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import resource
import sys
from collections.abc import Mapping

from bot.apart import spreadsheets
from casework.imports import Problem, Sheet, Unusable

LONGEST_SECONDS = 120
MOST_MEMORY = 1_000_000_000
"""Of addresses; 20,000 lines take 400 MB of them, and 70 MB of real memory."""


async def read(content: bytes, mapping: Mapping[str, str], *, most_memory: int = MOST_MEMORY) -> Sheet:
    """Raises Unusable, also when the file takes too much time or memory."""
    command = (sys.executable, "-m", __name__, json.dumps(dict(mapping)), str(most_memory))
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    # What it says when it breaks may hold a cell, and with it a name, so it is not logged.
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=nothing)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            told, _ = await process.communicate(content)
    except TimeoutError:
        told = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found: Sheet | Problem = pickle.loads(told) if told else Problem(0, "", "too_heavy")
    if isinstance(found, Problem):
        raise Unusable(found)
    return found


def _read() -> Sheet | Problem:
    try:
        return spreadsheets.read_import(sys.stdin.buffer.read(), json.loads(sys.argv[1]))
    except Unusable as wrong:
        return wrong.problem


if __name__ == "__main__":
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
    sys.stdout.buffer.write(pickle.dumps(_read()))
