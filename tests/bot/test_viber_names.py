"""A name never stands in a Viber chat: it is shown once on a page of ours, and the look is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from sandbox import Sandbox, ViberPhone
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, rows, says, taps

NAME = "Росица Илиева"


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def asks_for_the_name(mila: ViberPhone) -> str:
    await taps(mila, "Моите случаи", "• БЯ-001")
    said = await taps(mila, "Покажи името")
    assert NAME not in said.text
    assert "Меню" in mila.labels
    return said.text.rpartition("\n")[2]


async def opened(http: aiohttp.ClientSession, address: str, method: str = "POST") -> tuple[int, str]:
    async with http.request(method, address) as answer:
        if answer.status == 200:
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, await answer.text()


async def looks(world: World) -> int:
    return len(await rows(world, "SELECT id FROM audit WHERE what = 'saw the name' AND person_id = 1 AND case_id = 1"))


async def test_the_page_shows_the_name_once_and_a_preview_does_not_use_it_up(
    world: World, http: aiohttp.ClientSession
) -> None:
    mila = await joins(world, "Мила")
    address = await asks_for_the_name(mila)
    for _ in range(2):
        status, page = await opened(http, address, "GET")
        assert (status, NAME in page, "Покажи името" in page) == (200, False, True)
    assert await looks(world) == 0
    status, page = await opened(http, address)
    assert (status, NAME in page) == (200, True)
    assert await looks(world) == 1
    status, page = await opened(http, address)
    assert (status, NAME in page, "вече е отваряна" in page) == (410, False, True)
    assert await looks(world) == 1
    assert all(NAME not in row["payload"] for row in await rows(world, "SELECT payload FROM outbox"))


async def test_the_page_is_over_after_ten_minutes_and_for_every_other_address(
    world: World, http: aiohttp.ClientSession
) -> None:
    mila = await joins(world, "Мила")
    address = await asks_for_the_name(mila)
    head, _, what = address.rpartition("/")
    _person, case, once = what.split("-")
    for forged in (f"{head}/1-{int(case) + 1}-{once}", f"{head}/1-{case}-{int(once) + 1}", f"{head}/x", head):
        assert (await opened(http, forged))[0] == 404
    world.sandbox.world.clock.move(timedelta(minutes=10))
    assert (await opened(http, address))[0] == 404
    assert await looks(world) == 0


async def test_who_may_not_see_the_case_any_more_sees_no_name(world: World, http: aiohttp.ClientSession) -> None:
    mila = await joins(world, "Мила")
    address = await asks_for_the_name(mila)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL")
    status, page = await opened(http, address)
    assert (status, NAME in page, "не е при Вашия екип" in page) == (200, False, True)
    assert "вече приключено" in (await says(mila, "›go.name.1")).text or "не е при" in mila.last.text
