"""The bot and the sandbox of `tests/bot`."""

from __future__ import annotations

from tests.bot.conftest import _timedelta_retry_after, sandbox

__all__ = ["_timedelta_retry_after", "sandbox"]
