"""The button that opens a chat with somebody: on Telegram where it can be, and nowhere a message is lost for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.records import LEADER, MUNICIPAL
from sandbox import ChatMessage, Person, Sandbox
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber

CARD = "go.desk_case.1.0.o.."


async def card(world: World, who: Person) -> ChatMessage:
    await who.taps_data(CARD)
    await world.settled()
    return who.last


def links(message: ChatMessage) -> dict[str, str]:
    return {button.label: button.url for row in message.buttons for button in row if button.url}


@pytest.fixture
async def kolyo(world: World) -> Person:
    world.to_a_working_day(10)
    return await world.person("Кольо", MUNICIPAL, "Бяла")


async def test_it_opens_the_chat_of_whoever_owes_the_case(world: World, kolyo: Person) -> None:
    lidia, mila = await world.person("Лидия Колева", LEADER), await world.person("Мила")
    assert links(await card(world, kolyo)) == {
        "Пиши на Лидия": f"tg://user?id={lidia.id}",
        "Пиши на Мила": f"tg://user?id={mila.id}",
    }


async def test_for_somebody_who_wants_none_the_card_comes_without_it(world: World, kolyo: Person) -> None:
    lidia = await world.person("Лидия Колева", LEADER)
    lidia.private = True
    shown = await card(world, kolyo)
    assert (links(shown), shown.labels[:2]) == ({}, ["Попитай", "Отложи"])
    lidia.private = False
    assert list(links(await card(world, kolyo))) == ["Пиши на Лидия"]
    lidia.private = True
    for label in ("Попитай", "← Към случая"):
        await kolyo.taps(label)
        await world.settled()
    assert (links(kolyo.last), kolyo.last.labels[0]) == ({}, "Попитай")


async def test_to_somebody_on_viber_alone_nothing_leads(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        world.to_a_working_day(10)
        await joins(world, "Лидия Колева", LEADER)
        kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
        shown = await card(world, kolyo)
        assert "Екип Б-1 · Лидия Колева" in shown.text
        assert links(shown) == {}
