"""Buttons of questions and answers that are pressed late, twice, or by somebody whom they do not concern."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import conversations
from handlers.engine.replies import Tapped
from handlers.engine.scene import Scene
from handlers.engine.talk import Moment
from handlers.engine.words import Words
from storage import people
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK, Chat

NOT_THERE = "Този въпрос не е във Вашия район или авторът му вече не е тук. Нищо не е променено."
ANSWERED = "Този въпрос вече има отговор."


def pressed(key: str, number: int = 1) -> Tapped:
    return Tapped("go", key, str(number))


async def asks(mila: Chat, *texts: str) -> None:
    for text in texts:
        await mila.says("/ask")
        await mila.says(text)
        await mila.taps("Изпрати въпроса")


async def answers(kolyo: Chat, text: str = "До десет.") -> None:
    await kolyo.sends(pressed("answer"))
    await kolyo.says(text)


async def noted(database: Database) -> list[str]:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT what FROM audit WHERE detail <> '' AND what <> 'joined' ORDER BY id")
    return [row["what"] for row in rows]


async def test_where_nothing_waits_it_is_said(kolyo: Any) -> None:
    assert await kolyo.sends(pressed("questions")) == "Няма въпроси, които чакат отговор."


async def test_of_many_questions_the_oldest_are_shown_and_the_others_counted(mila: Any, kolyo: Any) -> None:
    await asks(mila, *(f"Въпрос {number}?" for number in range(9)))
    assert (await kolyo.sends(pressed("questions"))).splitlines()[1:] == ["и още 1"]
    assert len([label for label in kolyo.labels if label.startswith("Мила Петрова")]) == 8


@pytest.mark.parametrize("key", ["question", "take", "answer"])
async def test_a_question_of_another_area_is_not_there(mila: Any, vera: Any, database: Database, key: str) -> None:
    await asks(mila, "Колко снимки?")
    assert await vera.sends(pressed(key)) == NOT_THERE
    assert await noted(database) == ["asked"]


async def test_no_answer_is_asked_for_where_there_is_no_question(kolyo: Any, database: Database) -> None:
    async with database.transaction() as tx:
        me, _kept = await people.with_journal(tx, "telegram", "kolyo")
        assert me is not None
        here = Scene(me, WORK, Moment(NOW, TODAY, "bg"))
        [told] = await conversations.begin(tx, here, "answer", {"question": 7})
    assert Words("bg", TODAY).say(told.view.lines[0]) == NOT_THERE
    async with database.reading() as tx:
        assert await tx.rows("SELECT 1 FROM journal") == []


async def test_an_answered_question_shows_its_answer(mila: Any, kolyo: Any) -> None:
    await asks(mila, "Колко снимки?")
    await answers(kolyo)
    for key in ("question", "take", "answer"):
        assert await kolyo.sends(pressed(key)) == f"{ANSWERED}\nКольо: „До десет.“"


async def test_an_answer_that_went_out_goes_out_once(mila: Any, kolyo: Any) -> None:
    await asks(mila, "Колко снимки?")
    await answers(kolyo)
    assert await kolyo.sends(pressed("answer_too")) == NOT_THERE
    assert [message.to for message in kolyo.all] == [None]


async def test_that_it_helped_is_noted_once_and_only_from_the_asker(mila: Any, kolyo: Any, database: Database) -> None:
    await asks(mila, "Колко снимки?")
    await answers(kolyo)
    assert await kolyo.sends(pressed("helped")) == NOT_THERE
    for _ in range(2):
        assert await mila.sends(pressed("helped")) == "Отбелязано, благодаря."
    assert await noted(database) == ["asked", "took a question", "answered", "was helped"]


async def test_only_an_own_answer_is_published_and_only_once(
    mila: Any, kolyo: Any, vera: Any, database: Database
) -> None:
    await asks(mila, "Колко снимки?")
    await answers(kolyo)
    assert await vera.sends(pressed("publish")) == NOT_THERE
    for said in ("Вече е в помощта.", "Този отговор вече е в помощта. Нищо не е променено."):
        await kolyo.sends(pressed("publish"))
        assert await kolyo.taps("Запази") == said
    assert (await noted(database)).count("published an answer") == 1


async def test_what_was_taken_out_of_the_help_is_no_longer_shown_by_an_older_button(mila: Any, kolyo: Any) -> None:
    await asks(mila, "Колко снимки?")
    await answers(kolyo)
    await kolyo.sends(pressed("publish"))
    await kolyo.taps("Запази")
    assert "До десет." in await mila.sends(pressed("help_more"))
    await kolyo.sends(pressed("withdraw"))
    assert await mila.sends(pressed("help_more")) == "Това вече не е в помощта."
