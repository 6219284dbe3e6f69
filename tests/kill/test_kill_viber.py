"""The same on Viber, which gives an event again only until it has had its 200.

What a newcomer gets wrong: nothing is sent twice by a person here either. Between the commit and the 200 there is a
gap; who is killed in it gets the event once more, and it must count once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from bot.commands.demo import free_port
from bot.settings import config
from sandbox import Sandbox, ViberMessage, ViberPhone
from tests.bot.conftest import TOKEN
from tests.bot.viber import configured
from tests.kill.test_kill import MEMBERS, MORNING, PATIENCE, Lives, count_reports, prepare

pytestmark = [pytest.mark.kill, pytest.mark.timeout(int(PATIENCE * 4))]


async def waits(phone: ViberPhone, start: str, label: str = "", holding: str = "") -> ViberMessage:
    """Until something begins so, whatever was repeated before it, and its button is there."""
    while True:
        message = await phone.hears(PATIENCE)
        if message.text.startswith(start) and holding in message.text and (not label or label in phone.labels):
            return message


async def gets_a_receipt(phone: ViberPhone, earlier: set[str]) -> None:
    """A new one: an older may be repeated by the next life."""
    while (await waits(phone, "Записано")).text in earlier:
        continue


async def joins(phone: ViberPhone, number: int) -> None:
    await phone.starts(f"code{number}")
    for start, label in (("Това е", "Започни"), ("Език", "Български"), ("Каквото", "Приемам")):
        await waits(phone, start, label)
        await phone.taps(label)
    await waits(phone, "Добре дошли")


async def reports(phone: ViberPhone, number: int, attempt: int) -> None:
    """A visit in one line; every second one is a refusal, which asks for more."""
    refusal = attempt % 2 == 0
    await phone.says(f"{number} отказ" if refusal else f"{number} никой")
    if refusal:
        await waits(phone, "Кого", "Баща")
        await phone.taps("Баща")
        await waits(phone, "Защо", "Пропусни")
        await phone.taps("Пропусни")
    await waits(phone, "Прегледайте", "Запази", f"Опит: {attempt}\n")
    earlier = {message.text for message in phone.chat}
    await phone.taps("Запази")
    await gets_a_receipt(phone, earlier)


@pytest.mark.parametrize(
    "at_commits",
    [pytest.param(True, marks=pytest.mark.long, id="commit points"), pytest.param(False, id="random moments")],
)
async def test_every_report_from_viber_is_there_once(tmp_path: Path, at_commits: bool) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(MORNING)
        await prepare(tmp_path)
        path = configured(tmp_path, sandbox, free_port())
        lives = Lives(path, {config.VIBER_TOKEN: sandbox.viber_token}, sandbox, at_commits=at_commits)
        living = asyncio.create_task(lives.live())
        while sandbox.viber.courier.hook is None:
            await sandbox.world.changed.wait(PATIENCE)
        phones = [sandbox.world.person(f"Член {n}", telegram=False).viber for n in range(1, MEMBERS + 1)]
        await asyncio.gather(*(joins(one, n) for n, one in enumerate(phones, start=1)))
        saved = 0
        for attempt in count(1):
            await asyncio.gather(*(reports(one, n, attempt) for n, one in enumerate(phones, start=1)))
            saved += MEMBERS
            if lives.over:
                break
            if lives.halfway:
                lives.strike()
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
    count_reports(tmp_path, saved)
