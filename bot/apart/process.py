"""Files made by a module of ours in a process that ends: its memory goes with it, and what hangs holds up nobody."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

WITHIN = 120.0
"""Seconds for one file. A day of forms of the whole oblast, 200 pages, takes 3.4 on an idle core; a chart 1.5."""


class NotMade(Exception):
    """The module does not take these data, or not in time. The same data would fail the same way."""


async def made(module: str, *arguments: str, data: Any, within: float = WITHIN) -> bytes:
    """What the module writes to its output when it is run with these arguments and reads the data as JSON. Raises
    NotMade."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, stdin=pipe, stdout=pipe)
    try:
        async with asyncio.timeout(within):
            content, _ = await process.communicate(json.dumps(data).encode())
    except TimeoutError as late:
        raise NotMade(f"{module} made nothing within {within} s") from late
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotMade(f"{module} made nothing, exit {process.returncode}")
    return content
