"""The bot as it is, of which nothing runs, once for a file of tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.app import App
from tests.properties import causes


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def app(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    opening = causes.opened(tmp_path_factory.mktemp("causes"))
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))
