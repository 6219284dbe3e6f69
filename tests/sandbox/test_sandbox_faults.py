"""Faults: what the bot is told, and what the person has nevertheless.

What a newcomer gets wrong: two kinds deliver first and fail afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot
from telegram.error import Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from sandbox import Fault, Person, Sandbox
from sandbox.faults import Kind


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        ("429", RetryAfter, 429),
        ("403", Forbidden, 403),
        ("500", NetworkError, 500),
        ("html_502", NetworkError, 502),
        ("disconnect", NetworkError, 0),
        ("hang", TimedOut, 0),
    ],
)
async def test_nothing_is_delivered(
    sandbox: Sandbox, bot: Bot, ivan: Person, kind: Kind, error: type[TelegramError], status: int
) -> None:
    sandbox.faults.add(Fault("sendMessage", chat=ivan.id, kind=kind))
    with pytest.raises(error) as caught:
        await bot.send_message(ivan.id, "x", read_timeout=0.2)
    if isinstance(caught.value, RetryAfter):
        assert caught.value.retry_after == timedelta(seconds=60)
    assert len(ivan.chat) == 1
    assert (sandbox.calls[-1].status, sandbox.calls[-1].fault) == (status, kind)
    assert sandbox.faults.unused() == []
    await bot.send_message(ivan.id, "x")
    assert (await ivan.hears()).text == "x"


@pytest.mark.parametrize("kind", ["timeout_after_delivery", "half_response"])
async def test_delivered_but_not_told(sandbox: Sandbox, bot: Bot, ivan: Person, kind: Kind) -> None:
    sandbox.faults.add(Fault("sendMessage", kind=kind))
    with pytest.raises(NetworkError):
        await bot.send_message(ivan.id, "x", read_timeout=0.2)
    assert (await ivan.hears()).text == "x"


async def test_faults_choose(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    other = Fault("sendMessage", chat=5, kind="500", times=2)
    sandbox.faults.add(other)
    await bot.send_message(ivan.id, "x")
    assert sandbox.faults.unused() == [other, other]
    nonsense: Any = "nonsense"
    with pytest.raises(ValueError, match="unknown kind"):
        Fault("sendMessage", kind=nonsense)
