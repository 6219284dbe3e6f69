"""What a messenger may do: answer half, late, to another, or not at all. A person waits, and nothing comes twice but a
message."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import replace

import aiohttp
import pytest

from bot.settings import config
from sandbox import Fault
from tests.bot.conftest import TOKEN
from tests.faults.conftest import NOBODY, REFUSAL, House
from tests.soak.chance import FIRST_DAY
from tests.soak.model import Receipt

pytestmark = pytest.mark.kill


@pytest.mark.long
async def test_half_answers_repeat_a_message_and_no_report(house: House) -> None:
    async with house.bot():
        for method in ("getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery"):
            chat = None if method in ("getUpdates", "answerCallbackQuery") else house.mila.person.id
            house.sandbox.faults.add(Fault(method, chat, "half_response", times=2))
        await house.mila.reports(REFUSAL)
        await house.settled()
    assert house.sandbox.faults.unused() == []
    # One message is asked in, edited and saved in; here there are copies of it.
    assert len([one for one in house.mila.person.chat if one.from_bot]) > 1
    await house.nothing_is_lost_or_doubled()


async def test_whoever_blocked_the_bot_and_is_back_finds_the_report_where_it_was(house: House) -> None:
    async with house.bot() as life:
        await house.mila.begins(replace(NOBODY, back_at=FIRST_DAY), house.sandbox.world)
        while not any("Мила (Б-1) вече не получава" in one.text for one in house.kolyo.chat):
            await house.sandbox.world.changed.wait(10)
        assert house.rows("SELECT reachable, count(*) FROM identity GROUP BY reachable ORDER BY 1") == [(0, 1), (1, 2)]
        await house.boyan.reports(NOBODY)
        await house.mila.is_back()
        await house.mila.asks()
        await house.mila.ends(NOBODY)
        await house.settled()
    assert "Traceback" not in life.log
    assert house.rows("SELECT count(*) FROM identity WHERE reachable = 0") == [(0,)]
    await house.nothing_is_lost_or_doubled()


async def test_what_arrives_after_what_was_said_later_is_answered_all_the_same(house: House) -> None:
    """An older update after a newer one, also when the newer one has been answered and acknowledged already."""
    async with house.bot():
        await house.mila.begins(replace(REFUSAL, overtaken=True), house.sandbox.world)
        await house.mila.ends(REFUSAL)
        house.sandbox.faults.add(Fault("callback_query", house.boyan.person.id, "reordered"))
        await house.boyan.begins(NOBODY)
        review = await house.boyan.waits("Прегледайте", "Запази")
        await house.boyan.taps("Запази", review)
        await house.boyan.asks()
        found = await house.boyan.receipt()
        house.model.confirmed(Receipt(int(found[1]), found[2], "O20", 1, 0))
        await house.settled()
    assert house.sandbox.faults.unused() == []
    for member in (house.mila, house.boyan):
        house.model.compare_helped(member.number, (one.text for one in member.chat if one.from_bot))
    await house.nothing_is_lost_or_doubled()


@pytest.mark.long
async def test_whatever_telegram_answers_to_the_question_for_news_it_is_asked_again(house: House) -> None:
    """A 429 or a 403 ended the whole bot, Viber's people with it."""
    async with house.bot() as life:
        for kind in ("429", "403", "401", "500", "html_502"):
            times = 2 if kind == "401" else 1  # told once
            house.sandbox.faults.add(Fault("getUpdates", kind=kind, retry_after=1, times=times))
            await house.mila.says("/menu")
            while house.sandbox.faults.unused() or house.sandbox.world.pending:
                await house.sandbox.world.updates.pulse.wait(1)
        await house.mila.reports(NOBODY)
        await house.settled()
    assert life.log.count("telegram is not reached") == 5
    await house.nothing_is_lost_or_doubled()


@pytest.mark.long
async def test_a_slow_messenger_holds_up_only_the_one_it_is_slow_for(house: House) -> None:
    """Thirty seconds are longer than we wait: nobody can tell whether it came, so a question is asked once more."""
    async with house.bot():
        house.sandbox.faults.add(Fault("sendMessage", house.mila.person.id, "timeout_after_delivery", seconds=30))
        slow = asyncio.create_task(house.mila.reports(REFUSAL))
        async with asyncio.timeout(15):
            await house.boyan.reports(NOBODY)
        assert house.sandbox.faults.unused() == []
        await slow
        await house.settled()
    await house.nothing_is_lost_or_doubled()


async def test_a_second_poller_is_told_and_takes_nothing_away(house: House) -> None:
    async with house.bot() as life, aiohttp.ClientSession() as session:
        stolen = []
        while "another process asks for the updates of this bot; stop it" not in life.log:
            stolen += await _polls(session, house)
        stolen += await _polls(session, house)
        await house.mila.reports(NOBODY)
        await house.settled()
    assert stolen == []
    assert life.log.count("another process asks") == 1
    await house.nothing_is_lost_or_doubled()


async def _polls(session: aiohttp.ClientSession, house: House) -> list[object]:
    async with session.post(f"{house.sandbox.url}/bot{TOKEN}/getUpdates", data={"timeout": "1"}) as answer:
        return list((await answer.json()).get("result") or ())


async def test_where_telegrams_name_is_not_found_the_bot_begins_and_viber_is_served(house: House) -> None:
    """After a power cut the network may be there later than we are."""
    house.telegram_is_at("https://no-such-messenger.invalid")
    environ = {**os.environ, **house.environ, config.VIBER_TOKEN: house.sandbox.viber_token}
    command = (sys.executable, "-m", "bot.cli", "run")
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    try:
        assert process.stderr is not None
        told = [await process.stderr.readline()]
        while b"telegram is not reached" not in told[-1]:
            told.append(await process.stderr.readline())
            assert told[-1], told
        while house.sandbox.viber.courier.hook is None:
            await house.sandbox.viber.courier.moved.wait(10)
        phone = house.sandbox.world.person("Вера", telegram=False).viber
        await phone.starts("no-such-invitation")
        await phone.hears()
    finally:
        process.terminate()
        await process.communicate()
    assert "begun although a messenger is not reached" in json.loads(told[0])["event"]
    assert TOKEN.encode() not in b"".join(told)
