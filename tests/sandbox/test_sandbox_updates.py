"""Updates: offsets, long polls, conflicts, the webhook.

What a newcomer gets wrong: an update is gone only when a later call acknowledges it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import Conflict

from sandbox import Fault, Person, Sandbox
from sandbox.telegram.updates import Updates


@pytest.fixture
async def other_bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """A second process with the same token: one client keeps a single connection for its polls."""
    async with Bot(sandbox.token, base_url=sandbox.telegram_api_url) as client:
        yield client


async def _polls(sandbox: Sandbox, bot: Bot, seconds: int = 20, **more: Any) -> asyncio.Task[Any]:
    """A long poll that is known to have reached the server."""
    before = sandbox.world.updates.polls
    task = asyncio.create_task(bot.get_updates(timeout=seconds, **more))
    while sandbox.world.updates.polls == before:
        await sandbox.world.updates.pulse.wait(1)
    return task


async def test_offset_acknowledges(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    for text in ("а", "б", "в"):
        await ivan.says(text)
    first = await bot.get_updates(limit=2)
    assert [u.message.text for u in first] == ["а", "б"]
    assert [u.update_id for u in await bot.get_updates()] == [first[0].update_id + n for n in range(3)]
    rest = await bot.get_updates(offset=first[1].update_id + 1)
    assert [u.message.text for u in rest] == ["в"]
    assert len(sandbox.world.pending) == 1


async def test_a_reordered_update_is_handed_out_behind_the_next_one_of_its_person(
    sandbox: Sandbox, bot: Bot, ivan: Person
) -> None:
    petya = sandbox.world.person("Петя")
    sandbox.faults.add(Fault("message", ivan.id, "reordered"))
    await ivan.says("първо")
    await petya.says("от друг")
    assert [u.message.text for u in await bot.get_updates()] == ["от друг"]
    assert len(sandbox.world.pending) == 2
    await ivan.says("второ")
    got = await bot.get_updates()
    assert [u.message.text for u in got] == ["от друг", "второ", "първо"]
    assert got[2].update_id < got[0].update_id
    # Given once whatever is acknowledged, and gone when it has been.
    assert await bot.get_updates(offset=got[1].update_id + 1, timeout=0) == ()
    assert sandbox.world.pending == []


async def test_a_reordered_update_that_no_other_follows_comes_by_itself(
    sandbox: Sandbox, bot: Bot, ivan: Person
) -> None:
    sandbox.faults.add(Fault("message", ivan.id, "reordered", seconds=0.05))
    poll = await _polls(sandbox, bot)
    await ivan.says("само това")
    assert [u.message.text for u in await asyncio.wait_for(poll, 10)] == ["само това"]
    assert sandbox.faults.unused() == []


async def test_negative_offset_forgets_the_older(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    for text in ("а", "б", "в"):
        await ivan.says(text)
    assert [u.message.text for u in await bot.get_updates(offset=-1)] == ["в"]
    assert len(sandbox.world.pending) == 1


async def test_long_poll_wakes(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    poll = await _polls(sandbox, bot)
    await ivan.says("тук съм")
    assert [u.message.text for u in await asyncio.wait_for(poll, 2)] == ["тук съм"]


async def test_second_poll_ends_the_first(sandbox: Sandbox, bot: Bot, other_bot: Bot, ivan: Person) -> None:
    first = await _polls(sandbox, bot)
    second = await _polls(sandbox, other_bot)
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await asyncio.wait_for(first, 2)
    await ivan.says("здравей")
    assert len(await asyncio.wait_for(second, 2)) == 1


async def test_second_poll_ends_the_first_even_when_news_comes_at_once(
    sandbox: Sandbox, bot: Bot, other_bot: Bot, ivan: Person
) -> None:
    first = await _polls(sandbox, bot)
    second = await _polls(sandbox, other_bot)
    await ivan.says("здравей")
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(results[0], Conflict)
    assert not isinstance(results[1], BaseException)
    assert len(results[1]) == 1


async def test_allowed_updates(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await ivan.says("не се брои")
    assert sandbox.world.pending == []
    await ivan.taps_data("x", 1)
    assert [u.callback_query.data for u in await bot.get_updates()] == ["x"]


async def test_injected_duplicate_is_seen_again(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    await ivan.says("веднъж")
    raw = sandbox.world.pending[0]
    done = (await bot.get_updates())[0].update_id
    await bot.get_updates(offset=done + 1)
    sandbox.world.inject(dict(raw))
    again = await bot.get_updates(offset=done + 1)
    assert [u.update_id for u in again] == [done]
    assert await bot.get_updates(offset=done + 1) == ()


async def test_ten_thousand_waiting_updates_are_handed_out_once_and_in_order() -> None:
    acknowledged: list[int] = []
    updates = Updates(lambda update: acknowledged.append(update["update_id"]))
    for number in range(10_000):
        if number in {0, 5_000}:
            updates.inject({"update_id": number + 7, "old": {}})
        updates.put("message", {})
    expected = [update["update_id"] for update in updates.pending]
    got: list[int] = []
    while batch := await updates.poll(max(got, default=0) + 1, 100, 0, None):
        got += [update["update_id"] for update in batch]
    assert got == expected
    assert sorted(acknowledged) == sorted(expected)
    assert len(updates) == 0


async def test_unknown_kind_is_delivered_raw(sandbox: Sandbox, bot: Bot) -> None:
    number = sandbox.world.inject({"brand_new_kind": {"a": 1}})
    assert (await bot.get_updates())[0].update_id == number


@asynccontextmanager
async def _receiver(answers: list[int]) -> AsyncIterator[tuple[str, asyncio.Queue[tuple[str, Any]]]]:
    got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        got.put_nowait((secret, await request.json()))
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", got
    finally:
        await runner.cleanup()


async def test_webhook_repeats_until_200(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    async with _receiver([500, 503]) as (url, got):
        await bot.set_webhook(url, secret_token="tajna")
        await ivan.says("едно")
        await ivan.says("две")
        seen = [await asyncio.wait_for(got.get(), 3) for _ in range(4)]
        assert {secret for secret, _ in seen} == {"tajna"}
        assert [update["message"]["text"] for _, update in seen] == ["едно", "едно", "едно", "две"]
        info = await bot.get_webhook_info()
        assert info.url == url
        assert "503" in (info.last_error_message or "")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
    await ivan.says("три")
    assert (await bot.get_updates())[-1].message.text == "три"


async def test_webhook_ends_a_waiting_poll_and_drops(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    poll = await _polls(sandbox, bot)
    async with _receiver([]) as (url, got):
        await bot.set_webhook(url)
        with pytest.raises(Conflict):
            await asyncio.wait_for(poll, 2)
        await bot.delete_webhook()
        await ivan.says("старо")
        await bot.set_webhook(url, drop_pending_updates=True)
        await ivan.says("ново")
        assert (await asyncio.wait_for(got.get(), 3))[1]["message"]["text"] == "ново"
