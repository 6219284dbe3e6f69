"""What is new in a list is told in the one message of a working morning, and on no other day or hour."""

from __future__ import annotations

from casework.records import LEADER
from sandbox import Person
from tests.bot.conftest import World


async def changed(world: World, what: str) -> None:
    async with world.app.database.transaction() as tx:
        await tx.run(f"UPDATE child_case SET {what}")


async def asking(world: World) -> Person:
    """A leader who wants to hear who has not been visited yet, where everybody has been."""
    lidia = await world.person("Лидия", LEADER)
    await changed(world, "attempts = 1, due_on = '2199-01-01'")
    for label in ("Моите случаи", "Списъци", "Още непосетени · 0", "Казвай ми за новите"):
        await lidia.taps(label)
        await lidia.hears()
    return lidia


async def test_news_waits_for_the_hour_of_a_working_day_and_comes_once(world: World) -> None:
    world.to_a_working_day(9)
    while world.work_tomorrow:
        world.to_a_working_day(10)
    lidia = await asking(world)
    await changed(world, "attempts = 0")
    lidia.forget()
    world.move_to(1, 10)
    await world.rung()
    world.to_a_working_day(3)
    await world.rung()
    await lidia.quiet(0.1)
    world.move_to(0, 10)
    await world.rung()
    said = (await lidia.hears()).text
    assert said.startswith("Ново в „Още непосетени“: 16 случая\n• БЯ-001, Бяла\n")
    world.move_to(0, 15)
    await changed(world, "attempts = 1")
    await world.rung()
    await changed(world, "attempts = 0")
    await world.rung()
    await lidia.quiet(0.1)
    assert (await opened(lidia)).startswith("Още непосетени, 1–6 от 16.")


async def opened(lidia: Person) -> str:
    await lidia.taps("Още непосетени")
    return (await lidia.hears()).text


async def test_news_stands_in_one_message_with_what_is_overdue(world: World) -> None:
    world.to_a_working_day(9)
    lidia = await asking(world)
    await changed(world, f"attempts = 0, due_on = '{world.today()}'")
    lidia.forget()
    world.to_a_working_day(9)
    await world.rung()
    said = (await lidia.hears()).text
    assert said.startswith("16 просрочени случая чакат Вас:")
    assert "\n\nНово в „Още непосетени“: 16 случая\n" in said
    await lidia.quiet(0.1)
