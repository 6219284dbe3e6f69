"""One person on two messengers: linked by a code, gone on with where it suits, told on one and reached on the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.records import MUNICIPAL, REGIONAL
from handlers.engine.scene import Message
from handlers.engine.views import View
from sandbox import Fault, Person, Sandbox, ViberPhone
from storage import people
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, rows, says, taps


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A test may name how many messages of Viber are paid for in a month."""
    paid = getattr(request, "param", 1000)
    async with on_viber(sandbox, tmp_path, telegram=True, paid_messages_a_month=paid) as running:
        yield running
        refused = [call for call in sandbox.viber.calls if call.status != 0 and not call.fault]
        assert refused == [], "a call that Viber does not take"


async def code_of(someone: Person) -> str:
    await someone.says("/settings")
    await someone.hears()
    await someone.taps("Свържи друг месинджър")
    said = (await someone.hears()).text
    assert "viber://pa?chatURI=" in said
    assert "t.me" not in said
    return said.splitlines()[1]


async def linked(world: World, name: str = "Мила") -> tuple[Person, ViberPhone]:
    """Somebody who joined on Telegram and wrote the code on Viber."""
    mila = await world.person(name)
    code = await code_of(mila)
    phone = mila.viber
    assert "същият човек" in (await says(phone, code)).text
    assert "Вече сте и в Viber" in (await mila.hears()).text
    return mila, phone


async def tell(world: World, person_id: int, text: str, *, can_wait: bool = False) -> None:
    async with world.app.database.transaction() as tx:
        told = Message(View((text,)), replaces=False, to=person_id, can_wait=can_wait)
        await world.app.teller.notify(tx, told, world.app.now())


async def test_a_report_begun_on_one_messenger_is_saved_on_the_other(world: World) -> None:
    mila, phone = await linked(world)
    await mila.says("14 отказ")
    assert "Кого" in (await mila.hears()).text
    assert "Защо" in (await says(phone, "Баща")).text
    await taps(phone, "Пропусни")
    assert "Записано. Доклад № 1" in (await taps(phone, "Запази")).text
    assert await rows(world, "SELECT outcome, reporter_id FROM visit") == [{"outcome": "O13", "reporter_id": 1}]
    assert len(await rows(world, "SELECT 1 FROM person")) == 1


async def test_a_code_serves_once_and_only_for_ten_minutes(world: World) -> None:
    mila = await world.person("Мила")
    code = await code_of(mila)
    world.sandbox.world.clock.move(timedelta(minutes=11))
    stranger = world.sandbox.world.person("Непознат", telegram=False).viber
    assert "координатор" in (await says(stranger, code)).text
    fresh = await code_of(mila)
    assert "същият човек" in (await says(mila.viber, fresh)).text
    assert "координатор" in (await says(stranger, fresh)).text
    assert len(await rows(world, "SELECT 1 FROM identity")) == 2


async def test_guessing_codes_is_stopped(world: World) -> None:
    mila = await world.person("Мила")
    stranger = world.sandbox.world.person("Непознат", telegram=False).viber
    for n in range(5):
        assert "координатор" in (await says(stranger, f"0000 000{n}")).text
    code = await code_of(mila)
    assert "координатор" in (await says(stranger, code)).text
    world.sandbox.world.clock.move(timedelta(hours=2))
    code = await code_of(mila)
    assert "същият човек" in (await says(stranger, code)).text


async def test_a_notice_comes_to_one_messenger_and_to_the_other_when_the_first_is_lost(world: World) -> None:
    mila, phone = await linked(world)
    await world.settled()
    await tell(world, 1, "първо")
    assert (await mila.hears()).text == "първо"
    await world.settled()
    await phone.quiet(0)
    await mila.blocks()
    await world.settled()
    await tell(world, 1, "второ")
    assert (await phone.hears()).text == "второ"
    await mila.unblocks()
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "403"))
    await tell(world, 1, "трето")
    assert (await phone.hears()).text == "трето"


async def test_the_preferred_one_is_used_while_it_costs_nothing(world: World) -> None:
    mila, phone = await linked(world)
    await mila.says("/settings")
    assert "Известията идват в: Където не струва пари" in (await mila.hears()).text
    await mila.taps("Къде да идват известията")
    await mila.hears()
    await mila.taps("Viber")
    assert "Известията ще идват в: Viber" in (await mila.hears()).text
    await tell(world, 1, "в сесията")
    assert (await phone.hears()).text == "в сесията"
    world.sandbox.world.clock.move(timedelta(hours=25))
    await tell(world, 1, "извън нея")
    assert (await mila.hears()).text == "извън нея"
    await world.settled()
    await phone.quiet(0)


async def test_what_can_wait_costs_nothing_and_comes_when_they_write(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.world.clock.move(timedelta(hours=25))
    await tell(world, 1, "може да почака", can_wait=True)
    await world.settled()
    await mila.quiet(0)
    await mila.says("/menu")
    heard = [(await mila.hears()).text for _ in range(2)]
    assert "може да почака" in heard
    assert await rows(world, "SELECT charged FROM spending") == []


@pytest.mark.parametrize("world", [1], indirect=True)
async def test_beyond_the_budget_notices_wait_and_the_region_is_told_once(world: World) -> None:
    region = await world.person("Рая", REGIONAL)
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.world.clock.move(timedelta(hours=25))
    for text in ("платено", "чака", "и то чака"):
        await tell(world, 2, text)
        await world.settled()
    assert (await mila.hears()).text == "платено"
    await mila.quiet(0)
    assert "Бюджетът за Viber" in (await region.hears()).text
    await region.quiet(0)
    assert await rows(world, "SELECT charged FROM spending") == [{"charged": 1}]
    assert await rows(world, "SELECT channel FROM outbox WHERE charged = 1") == [{"channel": "viber"}]
    await region.says("/settings")
    month = f"{world.today():%m.%Y}"
    assert f"Платено за {month} във Viber: 1 съобщение" in (await region.hears()).text
    await mila.says("/menu")
    assert {"чака", "и то чака"} <= {(await mila.hears()).text for _ in range(3)}


@pytest.mark.parametrize("status", [23, 24])
async def test_without_money_at_viber_telegram_is_used_and_the_region_is_told(world: World, status: int) -> None:
    region = await world.person("Рая", REGIONAL)
    mila, phone = await linked(world)
    await world.settled()
    async with world.app.database.transaction() as tx:
        await people.prefer(tx, 2, "viber")
    world.sandbox.faults.add(Fault("send_message", phone.id, "status", status=status))
    await tell(world, 2, "важно")
    assert (await mila.hears()).text == "важно"
    assert "Бюджетът за Viber" in (await region.hears()).text
    await phone.quiet(0)


@pytest.mark.parametrize("world", [0], indirect=True)
async def test_an_old_digest_that_was_held_is_not_read_out_beside_the_new_one(world: World) -> None:
    kolyo = await joins(world, "Кольо", MUNICIPAL, "Бяла")
    await world.settled()
    world.to_a_working_day(18)
    await world.rung()
    world.to_a_working_day(18)
    await world.rung()
    await kolyo.quiet(0)
    await kolyo.says("/menu")
    await world.settled()
    said = [message.text for message in kolyo.chat if message.from_bot]
    assert sum(text.startswith("Обхват, ") for text in said) == 1
