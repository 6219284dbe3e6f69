"""Looks through what was written to a log for what may never stand there. The soak calls `leaks` on its whole log.

Our log is English and ASCII, so any Cyrillic letter in it is something that a person wrote or is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from casework.privacy import personal_numbers

_FORBIDDEN = {
    "Cyrillic": re.compile(r"[\u0400-\u04ff]|\\u04[0-9a-f]{2}"),
    "a token": re.compile(r"\b\d{6,}:[\w-]{20,}|/bot\d+:|\b[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{16}\b"),
    "a telephone": re.compile(r"(?<![\d.])(?:\+?359|0)[\s/-]?8[789]\d[\s/-]?\d{3}[\s/-]?\d{3}(?!\d)"),
    "what a message says": re.compile(r"\"(?:text|caption|payload)\"\s*:\s*\"[^\"…]"),
}


def leaks(log: Path | str, secrets: Iterable[str] = ()) -> list[str]:
    """What was found, a line each: what it is, and the line of the log. `secrets` are looked for in every form."""
    text = log.read_text("utf-8", "replace") if isinstance(log, Path) else log
    forms = {form for secret in secrets if secret for form in (secret, secret.casefold(), json.dumps(secret)[1:-1])}
    return [found for number, line in enumerate(text.splitlines(), start=1) for found in _found(number, line, forms)]


def _found(number: int, line: str, forms: Iterable[str]) -> Iterator[str]:
    yield from (f"{what}, line {number}: {line}" for what, pattern in _FORBIDDEN.items() if pattern.search(line))
    yield from (f"{form}, line {number}: {line}" for form in forms if form in line)
    if personal_numbers(re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "", line)):
        yield f"a personal number, line {number}: {line}"
