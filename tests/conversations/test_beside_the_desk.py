"""What is seen beside working on a case, the whole case and the people of its team, and the way back from there."""

from __future__ import annotations

import pytest

from handlers.engine.replies import Tapped
from storage.database import Database
from tests.conversations.moving import Oblast, oblast


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def opens(there: Oblast, value: str = "1.0.o..") -> str:
    return await there.kolyo.sends(Tapped("go", "desk_case", value))


async def test_the_whole_case_takes_the_place_of_the_card_and_leads_back_to_it(there: Oblast) -> None:
    card = await opens(there)
    await there.kolyo.taps("Целият случай")
    assert there.kolyo.shown.replaces
    assert {"Докладвай посещение", "Предай на ръководителя"} <= set(there.kolyo.labels)
    assert there.kolyo.labels[-2:] == ["← Към случая", "Меню"]
    assert await there.kolyo.taps("← Към случая") == card
    assert there.kolyo.labels[-2:] == ["← Към списъка", "Меню"]


async def test_from_a_page_of_a_team_to_its_people_to_one_of_them_and_back(there: Oblast) -> None:
    await opens(there)
    await there.kolyo.taps("Екип Б-1")
    second = await there.kolyo.taps("Още →")
    people = await there.kolyo.taps("Хората в екипа")
    assert people.startswith("Б-1 · Бяла")
    assert there.kolyo.labels[-2:] == ["← Към списъка", "Меню"]
    assert (await there.kolyo.taps("Мила Петрова")).startswith("Мила Петрова · член\nЕкип: Б-1")
    assert there.kolyo.labels[-2:] == ["← Хората", "Меню"]
    assert await there.kolyo.taps("← Хората") == people
    assert await there.kolyo.taps("← Към списъка") == second


async def test_what_was_begun_on_the_card_is_left_by_looking_at_the_whole_case(there: Oblast) -> None:
    await opens(there)
    card = there.kolyo.all
    await there.kolyo.taps("Отложи")
    there.kolyo.all = card
    await there.kolyo.taps("Целият случай")
    assert await there.kolyo.says("3.12") != "Защо БЯ-001 се отлага за чт, 3.12?"
    assert (await there.case()).postponed == 0


async def test_nobody_sees_there_what_is_not_theirs(there: Oblast) -> None:
    for key, value in (
        ("desk_whole", "x"), ("desk_whole", "1.1."), ("desk_people", "x"), ("desk_people", "o.."),
        ("desk_person", "1"), ("desk_person", "1.o.."), ("desk_person", ""),
    ):  # fmt: skip
        for who in (there.kolyo, there.mila):
            assert "сега не е във Вашия район" in await who.sends(Tapped("go", key, value)), (key, value)
    for key, value in (("desk_whole", "1.0.o.."), ("desk_people", "t1.."), ("desk_person", "1.t1..")):
        for who in (there.vera, there.mila):
            said = await who.sends(Tapped("go", key, value))
            assert "Дунав" not in said, (key, value)
            assert "Мила" not in said, (key, value)
            assert who.labels[-1] == "Меню"


async def test_an_old_button_about_another_case_is_answered_below_and_one_of_the_same_in_its_place(
    there: Oblast,
) -> None:
    await opens(there)
    await there.kolyo.taps("Отложи")
    first = there.kolyo.all
    await there.kolyo.taps("вт, 1.12")
    there.kolyo.all = first
    assert "Защо БЯ-001 се отлага за вт, 1.12?" in await there.kolyo.taps("вт, 1.12")
    assert there.kolyo.shown.replaces
    await opens(there, "2.0.o..")
    await there.kolyo.taps("Попитай")
    there.kolyo.all = first
    said = await there.kolyo.taps("вт, 1.12")
    assert said.startswith("Този бутон е от по-рано; нищо не се промени.")
    assert "БЯ-002" in said
    assert not there.kolyo.shown.replaces
