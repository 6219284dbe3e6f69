"""The bot and the sandbox of `tests/bot`."""

from __future__ import annotations

from tests.bot.conftest import _calm, sandbox

__all__ = ["_calm", "sandbox"]
