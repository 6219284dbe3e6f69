"""Lists: late taps, what has changed meanwhile, and what is news in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers.caseload import lists
from handlers.engine.replies import Tapped
from handlers.engine.scene import Message, Sheet
from handlers.engine.words import Words
from handlers.morning import notices
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, TODAY, WORK, joins

EVERY = "Изберете списък. До всеки стои колко от Вашите случаи са в него."


def pressed(key: str, value: str = "") -> Tapped:
    return Tapped("go", key, value)


async def changed(database: Database, what: str, *running: int) -> None:
    async with database.transaction() as tx:
        for number in running:
            await tx.run(f"UPDATE child_case SET {what} WHERE running = :n", n=number)


async def told(database: Database, day: date, work: Any = WORK) -> list[Message]:
    async with database.transaction() as tx:
        return await lists.morning(tx, work, day, NOW)


def read(messages: Sequence[Message]) -> list[str]:
    words = Words("bg", TODAY)
    return ["\n".join(words.say(line) for line in one.view.lines) for one in messages]


async def test_one_comes_back_from_a_case_to_the_same_page(mila: Any) -> None:
    await mila.sends(pressed("lists"))
    await mila.taps("Още непосетени · 16", "Още →", "БЯ-009")
    assert (await mila.taps("← Към списъка")).startswith("Още непосетени, 7–12 от 16.")
    assert (await mila.taps("Още →", "← Предишни", "← Предишни")).startswith("Още непосетени, 1–6 от 16.")


async def test_a_page_that_is_no_longer_there_is_the_first(mila: Any, database: Database) -> None:
    await mila.sends(pressed("list", "Q40.6"))
    card = mila.button("БЯ-007")
    await changed(database, "attempts = 1", *range(3, 17))
    assert (await mila.sends(card)).startswith("БЯ-007 · ")
    assert (await mila.taps("← Към списъка")).startswith("Още непосетени, 1–2 от 2.")


async def test_a_case_that_has_left_leads_back_to_its_list(mila: Any, database: Database) -> None:
    await mila.sends(pressed("list", "Q40.0"))
    card = mila.button("БЯ-001")
    await changed(database, "team_id = NULL", 1)
    assert await mila.sends(card) == "Този случай вече не е при Вашия екип."
    assert (await mila.taps("← Към списъка")).startswith("Още непосетени, 1–6 от 15.")


async def test_a_list_that_the_catalogue_no_longer_has_leads_to_all_of_them(mila: Any) -> None:
    for key, value in (("list", "Q99.0"), ("list", "Q40"), ("list_table", "Q99.0"), ("list_tell", "Q99.0"),
                       ("list_hush", "Q99.0"), ("list", "")):  # fmt: skip
        assert await mila.sends(pressed(key, value)) == EVERY
    assert (await mila.sends(pressed("list", "Q40.9999999"))).startswith("Още непосетени, 1–6")
    assert await mila.sends(pressed("list_card", "x.Q40.0")) == "Този случай вече не е при Вашия екип."


async def test_the_table_of_a_list_has_its_cases_and_no_name_or_street(mila: Any, database: Database) -> None:
    await changed(database, "attempts = 1", *range(3, 17))
    await mila.sends(pressed("list_table", "Q40.0"))
    sheet = mila.shown.attachment
    assert isinstance(sheet, Sheet)
    assert sheet.name == "obhvat-Q40-2026-11-24.xlsx"
    assert [row[0] for row in sheet.rows] == ["БЯ-001", "БЯ-002"]
    assert not any("Дунав" in cell or "Росица" in cell for row in sheet.rows for cell in row)


async def test_what_was_on_a_list_already_is_no_news(mila: Any, database: Database) -> None:
    await changed(database, "attempts = 1", *range(1, 15))
    assert "Всяка работна сутрин" in await mila.sends(pressed("list_tell", "Q40.0"))
    await mila.sends(pressed("list_tell", "Q40.0"))
    assert await told(database, TODAY) == []
    assert await told(database, TODAY + timedelta(days=1)) == []
    assert (await mila.sends(pressed("lists"))).endswith("Всяка работна сутрин научавате новото в: Още непосетени.")


async def test_news_comes_once_and_what_comes_back_is_new_again(mila: Any, database: Database) -> None:
    await changed(database, "attempts = 1", *range(1, 17))
    await mila.sends(pressed("list_tell", "Q40.0"))
    await changed(database, "attempts = 0", 1, 2)
    days = [TODAY + timedelta(days=n) for n in range(5)]
    assert await told(database, days[0]) == []
    [message] = await told(database, days[1])
    assert read([message]) == ["Ново в „Още непосетени“: 2 случая\n• БЯ-001, Бяла\n• БЯ-002, Дряновец"]
    assert message.can_wait
    assert await told(database, days[1]) == []
    await changed(database, "attempts = 1", 1)
    assert await told(database, days[2]) == []
    await changed(database, "attempts = 0, settlement = ''", 1)
    assert read(await told(database, days[3])) == ["Ново в „Още непосетени“: 1 случай\n• БЯ-001, Бяла"]
    await mila.sends(pressed("list_hush", "Q40.0"))
    await changed(database, "attempts = 0", 3)
    assert await told(database, days[4]) == []


async def test_the_news_of_several_lists_is_one_message(mila: Any, database: Database) -> None:
    for code in ("Q10", "Q40"):
        await mila.sends(pressed("list_tell", f"{code}.0"))
    late = (TODAY - timedelta(days=20)).isoformat()
    await changed(database, f"due_on = '{late}'", *range(1, 9))
    [said] = read(notices.together(await told(database, TODAY + timedelta(days=1))))
    assert said.startswith("Ново в „Просрочени над 14 дни“: 8 случая\n• БЯ-001, Бяла\n")
    assert said.endswith("и още 3")
    await changed(database, "attempts = 1, due_on = NULL", *range(1, 17))
    await told(database, TODAY + timedelta(days=2))
    await changed(database, f"attempts = 0, due_on = '{late}'", 1)
    [message] = notices.together(await told(database, TODAY + timedelta(days=3)))
    assert "\n\nНово в „Още непосетени“: 1 случай" in read([message])[0]
    assert [button.value for row in message.view.rows for button in row] == ["Q10.0", "Q40.0"]


async def test_who_goes_to_no_doors_any_more_hears_nothing(mila: Any, database: Database) -> None:
    await mila.sends(pressed("list_tell", "Q10.0"))
    late = (TODAY - timedelta(days=20)).isoformat()
    await changed(database, f"due_on = '{late}'", 1)
    async with database.transaction() as tx:
        await tx.run("UPDATE person SET role = 'institution', institution = 'I10' WHERE name LIKE 'Мила%'")
    assert await told(database, TODAY + timedelta(days=1)) == []
    async with database.transaction() as tx:
        await tx.run("UPDATE person SET role = 'leader', institution = '' WHERE name LIKE 'Мила%'")
    assert len(await told(database, TODAY + timedelta(days=1))) == 1


async def test_a_list_that_the_catalogue_no_longer_has_is_no_news(mila: Any, database: Database) -> None:
    await mila.sends(pressed("list_tell", "Q10.0"))
    late = (TODAY - timedelta(days=20)).isoformat()
    await changed(database, f"due_on = '{late}'", 1)
    book = WORK.catalogue.model_copy(update={"lists": {"Q40": WORK.catalogue.lists["Q40"]}})
    assert await told(database, TODAY + timedelta(days=1), replace(WORK, catalogue=book)) == []


async def test_a_team_is_told_of_its_own_cases_alone(mila: Any, kolyo: Any, vera: Any, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run("INSERT INTO team (name, municipality) VALUES ('Р-1', 'Русе')")
        team = (await tx.one("SELECT max(id) AS id FROM team"))["id"]
        await joins(tx, "rumen", Invitation("leader", team, "", "Румен"))
    for chat in (mila, kolyo, vera):
        await chat.sends(pressed("list_tell", "Q10.0"))
    late = (TODAY - timedelta(days=20)).isoformat()
    await changed(database, f"due_on = '{late}'", 1)
    await changed(database, f"due_on = '{late}', team_id = 2, municipality = 'Русе'", 2)
    said = read(await told(database, TODAY + timedelta(days=1)))
    assert [line for one in said for line in one.split("\n")[1:]] == [
        "• БЯ-001, Бяла", "• БЯ-001, Бяла", "• БЯ-002, Дряновец",
    ]  # fmt: skip
