"""People whom no messenger reaches any more, in one list for whoever looks after them."""

from __future__ import annotations

from pathlib import Path

from casework.records import MUNICIPAL, REGIONAL
from handlers.people.unreached import PAGE
from sandbox import Fault, Person, Sandbox
from storage import people
from tests.bot.conftest import World
from tests.bot.test_reach import says_and_hears
from tests.bot.viber import joins, on_viber, says, taps


async def opens(someone: Person, label: str) -> str:
    await someone.taps(label)
    return (await someone.hears()).text


async def menu_of(someone: Person) -> list[str]:
    await someone.says("/menu")
    return (await someone.hears()).labels


async def blocked(world: World, someone: Person) -> None:
    await someone.blocks()
    await world.settled()


async def test_whoever_cannot_be_reached_is_listed_with_why_and_what_they_leave_open(world: World) -> None:
    kolyo, reni = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Рени", REGIONAL)
    mila, rumen = await world.person("Мила"), await world.person("Румен")
    await says_and_hears(mila, "14 отказ")
    await mila.taps("Баща")
    await mila.hears()
    await mila.taps("Пропусни")
    await mila.hears()
    await mila.taps("Запази")
    assert "Записано" in (await mila.hears()).text
    assert "Недостижими хора" not in str(await menu_of(kolyo))
    world.sandbox.faults.add(Fault("sendMessage", rumen.id, "deactivated"))
    await rumen.says("/menu")
    await world.settled()
    world.move_to(0, 12)
    await blocked(world, mila)
    kolyo.forget()
    assert "Недостижими хора: 2" in await menu_of(kolyo)
    assert await opens(kolyo, "Недостижими хора: 2") == (
        "2 души не получават съобщенията ми:\n"
        "• Мила (Б-1) · блокира ме, днес, 24.11 · 1 отворен случай\n"
        "• Румен (Б-1) · профилът е изтрит, днес, 24.11"
    )
    assert kolyo.last.labels == ["Нова връзка: Мила", "Нова връзка: Румен", "Меню"]
    await kolyo.taps("Нова връзка: Мила")
    assert "Само за Мила, за еднократно ползване" in (await kolyo.hears()).text
    # The region looks after everybody.
    assert "Недостижими хора: 2" in await menu_of(reni)


async def test_whoever_is_back_leaves_the_list(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await blocked(world, mila)
    kolyo.forget()
    await kolyo.taps_data("go.unreached.0")
    assert "1 човек не получава съобщенията ми:" in (await kolyo.hears()).text
    await mila.unblocks()
    await says_and_hears(mila, "/menu")
    await kolyo.taps_data("go.unreached.0")
    assert (await kolyo.hears()).text == "Всички Ваши хора получават съобщенията ми."
    await mila.taps_data("go.unreached.0")
    assert (await mila.hears()).text == "Всички Ваши хора получават съобщенията ми."


async def test_a_long_list_has_pages(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    members = [await world.person(f"Член {n}") for n in range(1, PAGE + 2)]
    at = world.app.now()
    async with world.app.database.transaction() as tx:
        for one in members:
            await people.unreachable(tx, "telegram", str(one.id), at)
    kolyo.forget()
    await kolyo.taps_data("go.unreached.0")
    first = await kolyo.hears()
    assert first.labels == [*(f"Нова връзка: Член {n}" for n in range(1, PAGE + 1)), "Още →", "Меню"]
    await kolyo.taps("Още →")
    last = await kolyo.hears()
    assert last.labels == [f"Нова връзка: Член {PAGE + 1}", "← Предишни", "Меню"]
    async with world.app.database.transaction() as tx:  # whoever was alone on the last page is back
        await people.reachable(tx, "telegram", str(members[-1].id))
    await kolyo.taps_data(f"go.unreached.{PAGE}")
    assert (await kolyo.hears()).text.startswith(f"{PAGE} души не получават")


async def test_the_digest_leads_to_the_list_and_stays(world: World) -> None:
    world.to_a_working_day(16)
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await says_and_hears(mila, "14 никой")
    await mila.taps("Запази")
    await mila.hears()
    await blocked(world, mila)
    world.move_to(0, 17, 31)
    await world.rung()
    digest = next(message for message in kolyo.chat if message.text.startswith("Обхват, "))
    await kolyo.taps("Недостижими хора: 1", digest)
    await world.settled()
    assert kolyo.last.text.startswith("1 човек не получава")
    assert digest.text.startswith("Обхват, ")


async def test_on_viber_an_account_that_is_gone_is_told_from_one_that_left(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path) as world:
        kolyo = await joins(world, "Кольо", MUNICIPAL, "Бяла")
        mila = await joins(world, "Мила")
        sandbox.faults.add(Fault("send_message", mila.id, "status", status=5))
        await mila.says("/menu")
        await world.settled()
        assert "вече не получава" in (await kolyo.hears()).text
        await says(kolyo, "/menu")
        told = await taps(kolyo, "Недостижими хора: 1")
        assert "• Мила (Б-1) · профилът е изтрит, днес, 24.11" in told.text
