"""Lists and cards that have changed since their button was shown, and who may see what."""

from __future__ import annotations

from typing import Any

from handlers.engine.replies import Tapped
from storage import people
from storage.database import Database
from tests.conversations.conftest import NOW


async def left(database: Database, *running: int) -> None:
    """These cases are with no team any more."""
    async with database.transaction() as tx:
        for number in running:
            await tx.run("UPDATE child_case SET team_id = NULL WHERE running = :n", n=number)


async def test_a_page_that_is_no_longer_there_is_the_first_one(mila: Any, database: Database) -> None:
    await mila.says("/cases")
    await mila.taps("Още")
    later = mila.button("Още")
    await left(database, *range(7, 17))
    assert (await mila.sends(later)).startswith("Моите случаи, 1–6 от 6.")


async def test_a_second_tap_on_more_turns_no_page_too_many(mila: Any, database: Database) -> None:
    await left(database, *range(9, 17))
    await mila.says("/report")
    more = mila.button("Още")
    await mila.sends(more)
    shown = mila.labels
    assert await mila.sends(more) == await mila.sends(more)
    assert mila.labels == shown
    await mila.taps("← ")
    assert len([label for label in mila.labels if label.startswith("БЯ-")]) == 6


async def test_a_page_of_what_was_found_that_is_no_longer_there_is_the_first_one(mila: Any, database: Database) -> None:
    await mila.says("/report")
    await mila.says("дунав")
    more = mila.button("Още")
    await left(database, *range(7, 17))
    await mila.sends(more)
    assert [label[:6] for label in mila.labels[:6]] == [f"БЯ-{n:03}" for n in (1, 3, 5, 2, 4, 6)]


async def test_a_card_says_only_what_is_known(mila: Any, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET birth_year = NULL, due_on = NULL, sealed_name = NULL WHERE running = 16")
    await mila.sends(card(16))
    assert mila.text == "БЯ-016 · Дряновец, ул. Дунав 16\nНеобхванат · Разпределен на екип"
    assert "Покажи името" not in mila.labels


async def test_a_name_is_neither_shown_nor_counted_as_seen_when_the_case_has_left(
    mila: Any, database: Database
) -> None:
    await mila.sends(card(1))
    look = mila.button("Покажи името")
    await left(database, 1)
    assert await mila.sends(look) == "Този случай вече не е при Вашия екип."
    async with database.reading() as tx:
        assert await tx.rows("SELECT what FROM audit WHERE case_id = 1") == []


async def test_a_case_that_has_left_is_not_passed_on(mila: Any, database: Database) -> None:
    await mila.sends(card(1))
    passing = mila.button("Предай")
    await left(database, 1)
    assert await mila.sends(passing) == "Този случай вече не е при Вашия екип."
    assert await next_step(database, 1) == "visit"


async def test_a_case_stays_when_the_leader_would_not_hear_of_it(mila: Any, database: Database) -> None:
    async with database.transaction() as tx:
        await people.unreachable(tx, "telegram", "lidia", NOW)
    await mila.sends(card(1))
    assert await mila.taps("Предай") == "Екипът Ви още няма друг ръководител, затова случаят остава при Вас."
    assert await next_step(database, 1) == "visit"


async def test_the_button_for_help_leaves_the_open_question_as_it_is(mila: Any) -> None:
    await mila.says("/menu")
    help_ = mila.button("Помощ")
    await mila.says("/report")
    first = mila.button("БЯ-001")
    assert "14 никой" in await mila.sends(help_)
    assert "Как завърши" in await mila.sends(first)


async def test_the_button_of_the_menu_puts_the_open_report_aside(mila: Any) -> None:
    await mila.says("/cases")
    menu = mila.button("Меню")
    await mila.says("14 никой")
    assert (await mila.sends(menu)).startswith("Докладът Ви е в „Чернови“.")
    await mila.says("/drafts")
    assert "БЯ-014" in mila.labels[0]


async def test_the_table_is_for_coordinators(mila: Any) -> None:
    assert await mila.sends(Tapped("go", "table", "2026-11-24")) == "Таблицата е само за координатори."
    assert mila.shown.attachment is None


def card(running: int) -> Tapped:
    """Numbers and ids are the same in this district."""
    return Tapped("go", "card", str(running))


async def next_step(database: Database, running: int) -> str:
    async with database.reading() as tx:
        row = await tx.one("SELECT next_step FROM child_case WHERE running = :n", n=running)
    return str(row["next_step"])
