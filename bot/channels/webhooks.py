"""What comes to an open door of ours: whether the messenger sent it, and what it says.

What a newcomer gets wrong: anybody can knock, so nothing here may raise. An error would be a 500, and a page of log for
every knock.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

DEEPEST = 50
"""What messengers send is nested less than ten deep; whoever walks more of it would fall."""


def is_right(shown: str, wanted: str) -> bool:
    """Compared in a time that tells nothing. What is no text in a header, aiohttp has as half letters."""
    return hmac.compare_digest(shown.encode(errors="surrogateescape"), wanted.encode())


def told(body: bytes) -> dict[str, Any]:
    """The object that it is; empty for everything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and _is_flat(said, DEEPEST) else {}


def _is_flat(node: Any, left: int) -> bool:
    if not isinstance(node, dict | list):
        return True
    return left > 0 and all(_is_flat(one, left - 1) for one in (node.values() if isinstance(node, dict) else node))
