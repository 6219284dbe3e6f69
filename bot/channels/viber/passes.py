"""Addresses of ours that open only for who was given them, and not for ever: `<until>-<signature>` stands in each."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_PASS = re.compile(r"([0-9]{1,12})-([0-9a-f]{64})")


class Passes:
    """`key` is for these signatures and for nothing else."""

    def __init__(self, key: bytes, now: Callable[[], datetime]) -> None:
        self._key = key
        self.now = now

    def issue(self, what: str, lasts: timedelta) -> str:
        until = str(int((self.now() + lasts).timestamp()))
        return f"{until}-{self._signature(what, until)}"

    def opens(self, shown: str, what: str) -> bool:
        parts = _PASS.fullmatch(shown)
        if parts is None:
            return False
        until, signature = parts.groups()
        signed = hmac.compare_digest(signature, self._signature(what, until))
        return signed and self.now() < datetime.fromtimestamp(int(until), UTC)

    def _signature(self, what: str, until: str) -> str:
        return hmac.new(self._key, f"{until}/{what}".encode(), hashlib.sha256).hexdigest()
