"""A visit reported over the wire, and everything strange a person or Telegram can do meanwhile."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.commands.demo import free_port
from bot.deliver import LOOK_AHEAD
from bot.pace import CHAT_BURST
from sandbox import Fault, Person, Sandbox
from storage import outbox
from storage.database import Tx
from storage.outbox import BROADCAST, Call
from tests.bot.conftest import TOKEN, World, living
from tests.engines import engine


async def visits(world: World) -> list[str]:
    async with world.app.database.reading() as tx:
        return [row["outcome"] for row in await tx.rows("SELECT outcome FROM visit ORDER BY id")]


async def says_and_hears(person: Person, text: str) -> str:
    await person.says(text)
    return (await person.hears()).text


async def taps_and_hears(person: Person, *labels: str) -> str:
    for label in labels:
        await person.taps(label)
        said = await person.hears()
    return said.text


async def test_a_visit_is_reported_and_every_tap_edits_the_one_message(world: World) -> None:
    mila = await world.person("Мила")
    await says_and_hears(mila, "/report")
    before = len(mila.chat)
    said = await taps_and_hears(mila, "БЯ-001 · Бяла, ул. Дунав 1", "Никой на адреса", "Запази")
    assert said.startswith("Записано. Доклад № 1 · БЯ-001")
    assert len(mila.chat) == before
    assert await visits(world) == ["O20"]


async def test_an_album_of_ten_gets_one_answer(world: World) -> None:
    mila = await world.person("Мила")
    await says_and_hears(mila, "/report")
    await taps_and_hears(mila, "БЯ-001 · Бяла, ул. Дунав 1", "Няма такъв адрес / регистрация")
    await mila.shows_album(10)
    await world.settled()
    world.sandbox.world.clock.move(_seconds(2))
    assert "10 снимки" in (await mila.hears()).text
    await mila.quiet(0.2)
    said = await taps_and_hears(mila, "Готово")
    assert "Снимки: 10" in said


def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


async def test_two_quick_taps_save_once(world: World) -> None:
    mila = await world.person("Мила")
    await says_and_hears(mila, "14 никой")
    await asyncio.gather(mila.taps("Запази"), mila.taps("Запази"))
    said = [(await mila.hears()).text for _ in range(2)]
    assert any("вече приключено" in text for text in said)
    assert await visits(world) == ["O20"]


async def test_strange_messages_are_answered_and_stop_nothing(world: World) -> None:
    mila = await world.person("Мила")
    for send in (mila.sends_sticker, mila.sends_voice, mila.sends_contact):
        await send()
        assert "не мога да прочета" in (await mila.hears()).text
    first = await mila.says("14")
    await mila.hears()
    await mila.edits(first, "15")
    assert "променени" in (await mila.hears()).text
    group = world.sandbox.world.group("Екипът", mila)
    await group.says(mila, "здравейте")
    world.sandbox.world.inject({"poll": {"id": "7"}})
    world.sandbox.world.inject({"message": {"nonsense": True}})
    await group.says(mila, "/report")
    assert "Записано" not in await says_and_hears(mila, "14 никой")
    assert "Записано" in await taps_and_hears(mila, "Запази")
    assert [m.text for m in group.chat if m.from_bot] == ["Говоря само в личен чат. Пишете ми там."]


async def test_a_stranger_gets_one_sentence(world: World) -> None:
    stranger = world.sandbox.world.person("Непознат")
    await stranger.starts()
    assert "координатор" in (await stranger.hears()).text
    await stranger.taps_data("go.cases.0", await stranger.says("x"))
    said = [(await stranger.hears()).text for _ in range(2)]
    assert all("БЯ-" not in text for text in said)


async def test_after_429_the_answer_comes_and_others_do_not_wait(world: World) -> None:
    mila, rumen = await world.person("Мила"), await world.person("Румен")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "429", retry_after=1))
    await mila.says("/menu")
    await rumen.says("/menu")
    assert (await rumen.hears()).text
    world.sandbox.world.clock.move(_seconds(2))
    assert (await mila.hears()).text


async def test_a_call_that_hangs_holds_up_nobody_else(world: World) -> None:
    mila, rumen = await world.person("Мила"), await world.person("Румен")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "hang", seconds=60))
    await mila.says("/menu")
    for _ in range(3):
        assert "какво ще правим" in await says_and_hears(rumen, "/menu")
    await mila.quiet(0)


async def test_what_waits_for_one_chat_is_said_in_its_order_after_a_failure(world: World) -> None:
    mila = await world.person("Мила")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "500"))
    await mila.says("непознато")
    await mila.says("/help")
    await world.settled()
    await mila.quiet(0)
    world.sandbox.world.clock.move(_seconds(5))
    assert "какво ще правим" in (await mila.hears()).text
    assert "на един ред" in (await mila.hears()).text


async def test_a_chat_that_must_wait_does_not_fill_the_queue_of_the_others(world: World) -> None:
    mila, rumen = await world.person("Мила"), await world.person("Румен")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "429", retry_after=60))
    async with world.app.database.transaction() as tx:
        calls = [
            Call("telegram", str(mila.id), "sendMessage", {"chat_id": mila.id, "text": str(n)}) for n in range(300)
        ]
        await outbox.add(tx, calls, world.app.now())
    assert "какво ще правим" in await says_and_hears(rumen, "/menu")


async def test_a_chat_gets_its_messages_at_the_pace_it_may_and_holds_up_nobody(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with living(sandbox, tmp_path, pace="chat_messages_per_second = 4") as world:
        mila, rumen = sandbox.world.person("Мила"), sandbox.world.person("Румен")
        mila.started = rumen.started = True
        calls = [
            Call("telegram", str(one.id), "sendMessage", {"chat_id": one.id, "text": "Утре няма училище."})
            for one in (*[mila] * (CHAT_BURST + 2), rumen)
        ]
        begun = world.app.now()
        async with world.app.database.transaction() as tx:
            await outbox.add(tx, calls, begun)
        for _call in range(CHAT_BURST + 2):
            await mila.hears(30)
        assert mila.chat[-1].date - begun >= 2 * timedelta(seconds=1 / 4)
        assert [one.date < mila.chat[-1].date for one in rumen.chat] == [True]


async def test_many_at_once_are_told_however_many_calls_end_in_one_moment(sandbox: Sandbox, tmp_path: Path) -> None:
    """More than are looked at once, to a chat each, at no pace; whoever is not told then waits for the next message."""
    async with living(sandbox, tmp_path) as world:
        people = [sandbox.world.person(f"№ {number}") for number in range(3 * LOOK_AHEAD)]
        for one in people:
            one.started = True
        calls = [
            Call("telegram", str(one.id), "sendMessage", {"chat_id": one.id, "text": "Утре няма училище."}, BROADCAST)
            for one in people
        ]
        async with world.app.database.transaction() as tx:
            await outbox.add(tx, calls, world.app.now())
        await world.settled()
        assert [len(one.chat) for one in people] == [1] * len(people)


@pytest.mark.parametrize("kind", ["500", "html_502", "disconnect", "half_response"])
async def test_a_failing_messenger_is_asked_again(world: World, kind: Any) -> None:
    mila = await world.person("Мила")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, kind))
    await mila.says("/menu")
    await world.settled()
    world.sandbox.world.clock.move(_seconds(5))
    assert "какво ще правим" in (await mila.hears()).text


async def test_a_blocked_bot_stops_sending_until_they_write_again(world: World) -> None:
    mila = await world.person("Мила")
    await mila.blocks()
    await world.settled()
    async with world.app.database.reading() as tx:
        assert [row["reachable"] for row in await tx.rows("SELECT reachable FROM identity")] == [0]
    await mila.unblocks()
    await says_and_hears(mila, "/menu")
    async with world.app.database.reading() as tx:
        assert [row["reachable"] for row in await tx.rows("SELECT reachable FROM identity")] == [1]


async def test_the_name_deletes_itself(world: World) -> None:
    mila = await world.person("Мила")
    await says_and_hears(mila, "/cases")
    await taps_and_hears(mila, "• БЯ-001 · Бяла, ул. Дунав 1")
    await mila.taps("Покажи името")
    shown = await mila.hears()
    assert "Росица Илиева" in shown.text
    await world.settled()
    world.sandbox.world.clock.move(_seconds(601))

    async def deleted(tx: Tx) -> bool:
        return bool(await tx.rows("SELECT 1 FROM outbox WHERE method = 'deleteMessage' AND state = 'sent'"))

    await world.until(deleted)
    assert shown.id not in {message.id for message in mila.chat if not message.deleted}


async def test_neither_a_refused_number_nor_a_shown_name_stays_in_any_table(world: World) -> None:
    mila = await world.person("Мила")
    await says_and_hears(mila, "14 никой")
    await taps_and_hears(mila, "Промени", "Бележка")
    assert "ЕГН" in await says_and_hears(mila, "ЕГН 6101057509")
    await mila.says("/cases")
    await mila.hears()
    await taps_and_hears(mila, "• БЯ-001 · Бяла, ул. Дунав 1")
    await mila.taps("Покажи името")
    assert "Росица Илиева" in (await mila.hears()).text
    await world.settled()
    # The outcome of a call is written a moment after it.
    await world.until(lambda tx: _no_row(tx, "SELECT 1 FROM outbox WHERE state = 'waiting' AND vanish_after > 0"))
    async with world.app.database.reading() as tx:
        tables = [row["name"] for row in await tx.rows(engine.tables)]
        kept = [str(tuple(row)) for table in tables for row in await tx.rows(f'SELECT * FROM "{table}"')]
    assert not [row for row in kept if "6101057509" in row or "Росица" in row]


async def _no_row(tx: Tx, sql: str) -> bool:
    return not await tx.rows(sql)


async def test_a_webhook_is_served_only_to_who_knows_the_secret(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    async with living(sandbox, tmp_path, f'public_url = "http://127.0.0.1:{port}"', port) as world:
        mila = await world.person("Мила")
        assert "какво ще правим" in await says_and_hears(mila, "/menu")
        body = json.dumps({"update_id": 1, "message": {}}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/telegram", body, {"Content-Type": "application/json"}
        )

        def forged() -> int:
            try:
                return int(urllib.request.urlopen(request).status)
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code

        assert await asyncio.to_thread(forged) == 403
    assert TOKEN not in str(world.app.config)
