"""Somebody is away: the bot is silent towards them until they are back, and nothing that was for them is lost."""

from __future__ import annotations

from datetime import timedelta

from casework.records import LEADER, MUNICIPAL
from sandbox import Person
from tests.bot.conftest import World
from tests.bot.test_alerts import alerts, due_today, mornings, mornings_of
from tests.bot.test_announcing import announces, does, writes


async def goes_away(someone: Person, last: str, *, stands_in: str = "") -> None:
    """From today on; where nobody can stand in, nobody is asked for."""
    await writes(someone, "/settings")
    await does(someone, "Ще отсъствам")
    await writes(someone, "днес", last)
    await does(someone, *((stands_in,) if stands_in else ()), "Запази")


def heard(someone: Person) -> int:
    return sum(one.from_bot for one in someone.chat)


async def test_what_is_due_comes_to_whoever_stands_in_with_their_own_in_one_message(world: World) -> None:
    world.to_a_working_day(8)
    kolyo, lidia = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Лидия", LEADER)
    mila, vera = await world.person("Мила"), await world.person("Вера")
    for someone, number in ((mila, 14), (vera, 15)):
        await writes(someone, f"{number} никой")
        await does(someone, "Запази")
    await goes_away(mila, "4.12", stands_in="Вера")
    await vera.hears()
    await lidia.hears()
    await due_today(world)
    before = heard(mila)
    world.move_to(0, 9)
    await world.rung()
    assert mornings_of(vera) == ["Замествате Мила.\n\n2 посещения са за днес:\n• Бяла: БЯ-014, БЯ-015"]
    await mornings(world, days=3)
    assert (heard(mila), alerts(kolyo)) == (before, 1)
    world.sandbox.world.clock.move(timedelta(days=7))
    await mornings(world)
    assert "Добре дошли отново. От днес пак Ви пиша какво е за деня." in mila.chat[-1].text
    assert any("Мила отново е тук" in one.text for one in vera.chat if one.from_bot)


async def test_what_is_for_them_alone_waits_until_they_are_back(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await goes_away(mila, "27.11")
    before = heard(mila)
    assert await announces(kolyo) == "Изпратено до 1 човек."
    await mornings(world, days=3)
    assert heard(mila) == before
    # The first working morning after it is a Monday.
    await mornings(world)
    assert any(one.text.startswith("Кольо съобщава:") for one in mila.chat[-3:])


async def test_who_comes_back_earlier_gets_what_waited(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await goes_away(mila, "27.11")
    await announces(kolyo)
    await world.settled()
    await does(mila, "Върнах се")
    assert (await mila.hears()).text.startswith("Кольо съобщава:")


async def test_no_digest_to_a_coordinator_who_is_away_and_the_next_one_tells_of_all_days(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await goes_away(kolyo, "25.11")
    await writes(mila, "14 никой")
    await does(mila, "Запази")
    before = heard(kolyo)
    for days in (0, 1):
        world.move_to(days, 18)
        await world.rung()
    assert heard(kolyo) == before
    world.move_to(1, 18)
    await world.rung()
    digests = [one.text for one in kolyo.chat if one.from_bot and one.text.startswith("Обхват, ")]
    assert len(digests) == 1
    assert "Посещения: 1" in digests[0]


async def test_a_draft_waits_for_whoever_is_away(world: World) -> None:
    mila = await world.person("Мила")
    await writes(mila, "14 никой")
    await goes_away(mila, "31.12.2026")
    world.sandbox.world.clock.move(timedelta(days=20))
    await mornings(world, days=2)
    assert "Черновата" not in " ".join(one.text for one in mila.chat)
    await writes(mila, "/menu")
    await does(mila, "Върнах се")
    await world.rung()
    assert (await mila.hears()).text.startswith("Чернова за БЯ-014 ще се изтрие")
    assert (await writes(mila, "/drafts")).labels[0].startswith("БЯ-014")
