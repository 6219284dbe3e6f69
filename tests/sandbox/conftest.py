"""A sandbox and a real client for it.

What a newcomer gets wrong: limits are off in `sandbox`; tests of the limits open their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from sandbox import Person, Sandbox


@pytest.fixture(autouse=True)
def _timedelta_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the client warns of its own future, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=False) as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    client = Bot(sandbox.token, base_url=sandbox.telegram_api_url, base_file_url=sandbox.telegram_file_url)
    async with client:
        yield client


@pytest.fixture
async def ivan(sandbox: Sandbox) -> Person:
    """A person who has started the bot, with nothing left in the queue."""
    person = sandbox.world.person("Иван")
    await person.starts()
    sandbox.world.updates.drop_all()
    return person
