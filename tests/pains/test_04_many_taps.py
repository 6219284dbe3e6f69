"""Pain 4: double taps, old buttons, "query is too old" (you_can_bot #170, #171; python-telegram-bot #1069, #1029)."""

from __future__ import annotations

from datetime import timedelta

from sandbox import Person
from tests.bot.conftest import World
from tests.bot.conftest import sandbox as sandbox
from tests.bot.conftest import world as world


async def saved(world: World) -> int:
    async with world.app.database.reading() as tx:
        return int((await tx.one("SELECT count(*) AS n FROM visit"))["n"])


async def reports(mila: Person, number: int) -> None:
    await mila.says(f"{number} никой")
    await mila.hears()


async def test_five_taps_on_save_whose_queries_are_too_old_save_once(world: World) -> None:
    mila = await world.person("Мила")
    await reports(mila, 1)
    for _ in range(5):
        await mila.taps("Запази")
    # Telegram takes no answer to any of them: "query is too old and response timeout expired".
    world.sandbox.world.clock.move(timedelta(minutes=16))
    await world.settled()
    assert await saved(world) == 1
    assert any("Записано. Доклад № 1" in one.text for one in mila.chat)
    async with world.app.database.reading() as tx:
        assert (await tx.one("SELECT count(*) AS n FROM inbox WHERE state <> 'done'"))["n"] == 0


async def test_a_button_of_last_week_and_of_another_case_changes_nothing_and_says_so(world: World) -> None:
    mila = await world.person("Мила")
    await reports(mila, 1)
    old = mila.last
    save = next(button.data for row in old.buttons for button in row if button.label == "Запази")
    await mila.taps("Запази")
    await mila.hears()
    world.sandbox.world.clock.move(timedelta(days=7))
    await world.settled()
    await reports(mila, 2)
    await world.settled()
    mila.forget()
    await mila.taps_data(save, old.id)
    said = (await mila.hears()).text
    assert "Записано" not in said
    assert await saved(world) == 1
    await mila.taps("Запази", next(one for one in reversed(mila.chat) if "Запази" in one.labels))
    assert "Записано. Доклад № 2 · БЯ-002" in (await mila.hears()).text
