"""What is typed while nothing is open finds a case, and what looks like something else stays that."""

from __future__ import annotations

from typing import Any

from handlers.engine.replies import Tapped
from storage.database import Database
from tests.conversations.conftest import Joining

QUESTION = "Кой случай търсите?"


async def open_journals(database: Database) -> list[str]:
    async with database.reading() as tx:
        return [row["name"] for row in await tx.rows("SELECT name FROM journal")]


async def test_a_number_of_one_case_opens_its_card(mila: Any, database: Database) -> None:
    assert (await mila.says("BЯ 14")).startswith("БЯ-014 · Дряновец, ул. Дунав 14\n")
    assert (await mila.says("7")).startswith("БЯ-007 · ")
    assert await open_journals(database) == []


async def test_a_number_that_several_have_is_asked(mila: Any, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET prefix = 'ИВ' WHERE running = 3")
        await tx.run("UPDATE child_case SET running = 3 WHERE running = 4")
    assert (await mila.says("3")).startswith(QUESTION)
    assert [label[:6] for label in mila.labels[:2]] == ["ИВ-003", "БЯ-003"]


async def test_a_word_is_looked_for_until_a_case_is_tapped(mila: Any, database: Database) -> None:
    assert (await mila.says("дрянвец")).startswith(QUESTION)
    assert mila.labels[0].startswith("БЯ-002 · Дряновец")
    assert (await mila.says("dunav 5")).startswith(QUESTION)
    assert mila.labels[0] == "БЯ-005 · Бяла, ул. Дунав 5"
    assert (await mila.taps("БЯ-005")).startswith("БЯ-005 · Бяла, ул. Дунав 5\nНеобхванат")
    assert await open_journals(database) == []


async def test_a_report_in_one_line_comes_before_what_is_sought(mila: Any, database: Database) -> None:
    await mila.says("дунав")
    assert "Случай: БЯ-014" in await mila.says("14 никой")
    assert await open_journals(database) == ["visit"]


async def test_a_photo_begins_a_report_also_while_a_case_is_sought(mila: Any, database: Database) -> None:
    await mila.says("дунав")
    assert (await mila.shows(caption="бя 14")).startswith("БЯ-014 · Дряновец, ул. Дунав 14\nКак завърши")
    assert await open_journals(database) == ["visit"]


async def test_what_finds_nothing_is_answered_with_the_menu(mila: Any, database: Database) -> None:
    said = await mila.says(" здравейте ")
    assert said.startswith("При Вас няма „здравейте“.")
    assert "14 никой" in said
    assert (await mila.says("😀")).startswith("За доклад на един ред")
    assert await open_journals(database) == []


async def test_a_personal_number_is_neither_sought_nor_kept(mila: Any, database: Database) -> None:
    assert "ЕГН" in await mila.says("6101057509")
    assert await open_journals(database) == []


async def test_who_sees_no_cases_cannot_look_for_one(somebody: Joining, vera: Any) -> None:
    school = await somebody("school", "Ани", "I10")
    assert "Посещенията се докладват от екипите" in await school.says("дунав")
    assert "Посещенията се докладват от екипите" in await school.sends(Tapped("go", "find", ""))
    assert "Посещенията се докладват от екипите" in await school.sends(Tapped("go", "lists", ""))
    assert (await vera.says("дунав")).startswith("При Вас няма „дунав“.")
    assert (await vera.says("бя 1")).startswith("При Вас няма „бя 1“.")
