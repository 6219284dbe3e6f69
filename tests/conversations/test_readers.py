"""Whoever gets only aggregates sees no case, no team and no person by any command, button, word, photo or file."""

from __future__ import annotations

import re
from typing import Any

import pytest

from casework.records import GOVERNOR, NATIONAL
from handlers.buttons import BUTTONS
from handlers.engine.replies import Filed, Tapped, Typed, Unreadable
from handlers.engine.scene import Printed
from handlers.office import season_tables
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, Chat, joins

COMMANDS = [
    f"/{name}"
    for name in ("report", "cases", "last", "drafts", "ask", "announce", "hour", "language", "settings", "menu", "back",
                 "cancel", "help", "start", "nonsense")
]  # fmt: skip
SECRET = re.compile(r"[А-Я]{2}-\d{3}|Б-1|Мила|Лидия|Росица|Дунав|Дряновец|Бяла")
"""A number, a team, people, a child, places."""


@pytest.fixture(params=[GOVERNOR, NATIONAL])
async def reader(database: Database, request: Any) -> Chat:
    async with database.transaction() as tx:
        await joins(tx, "ana", Invitation(request.param, None, "", "Ана"))
    return Chat(database, "ana")


def told(chat: Chat) -> str:
    words = chat._words()
    lines = [words.say(line) for message in chat.all for line in message.view.lines]
    return "\n".join([*lines, *(words.say(one.label) for m in chat.all for row in m.view.rows for one in row)])


async def test_no_command_shows_a_case_a_team_or_a_person(reader: Chat, mila: Chat) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    for said in (*COMMANDS, "14 никой", "БЯ-014", "/help снимки", "Моите случаи", "здравейте"):
        await reader.says(said)
        assert not SECRET.search(told(reader)), said
        assert [m for m in reader.all if m.to] == []
        assert not set(reader.labels) & {"Докладвай посещение", "Моите случаи", "Формуляри за ден"}, said


async def test_no_button_shows_a_case_a_team_or_a_person(reader: Chat, mila: Chat) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    assert len(BUTTONS) > 40
    for key in BUTTONS:
        for value in ("", "1", "14", "2026-11-24", "2026-08-20"):
            await reader.sends(Tapped("go", key, value))
            assert not SECRET.search(told(reader)), key
            kinds = {type(message.attachment).__name__ for message in reader.all if message.attachment}
            assert kinds <= {"Printed", "Book"}, key
            assert (kinds == set()) == (key not in ("season", "about_me")), key


async def test_a_photo_a_file_and_what_cannot_be_read_are_answered_by_the_menu(reader: Chat) -> None:
    await reader.shows(1, "14")
    assert "Тук за Вас" in reader.text
    await reader.sends(Filed("f", "cases.xlsx", 100, "1"))
    assert "Тук за Вас" in reader.text
    await reader.sends(Unreadable("sticker"))
    assert reader.labels == ["Отчет за сезона", "Настройки", "Помощ"]


async def test_language_can_be_left_and_chosen(reader: Chat) -> None:
    await reader.says("/language")
    await reader.says("/menu")
    assert reader.labels == ["Отчет за сезона", "Настройки", "Помощ"]
    await reader.taps("Настройки", "Език")
    await reader.sends(Typed("чудесен"))
    assert "Език / Language" in reader.text
    await reader.taps("English")
    assert reader.labels == ["Season report", "Settings", "Help"]


async def test_the_aggregates_name_no_team(reader: Chat, mila: Chat) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    await reader.says("/menu")
    await reader.taps("Отчет за сезона")
    [pages] = [message.attachment for message in reader.all if isinstance(message.attachment, Printed)]
    assert not re.search(r"[А-Я]{2}-\d{3}|Б-1|Мила|Дунав", repr(pages))
    assert ("Посещения", "<5") in pages.figures
    assert pages.months.bars[-1].values == (None,), "a bar could be measured"


async def test_a_member_gets_no_report(mila: Chat, database: Database) -> None:
    await mila.sends(Tapped("go", "season", ""))
    assert mila.text == "Отчетът за сезона е за координаторите."
    async with database.transaction() as tx:
        assert await tx.rows("SELECT id FROM audit WHERE what = 'made the season report'") == []


async def test_every_making_is_recorded(reader: Chat, kolyo: Chat, database: Database) -> None:
    for chat in (reader, kolyo):
        await chat.sends(Tapped("go", "season", ""))
    await kolyo.sends(Tapped("go", "season", "2026-08-19"))
    async with database.transaction() as tx:
        made = await tx.rows("SELECT detail FROM audit WHERE what = 'made the season report' ORDER BY id")
    assert [row["detail"] for row in made] == [
        "2026-08-20 – 2027-06-15, all municipalities, aggregate",
        "2026-08-20 – 2027-06-15, Бяла",
        "2025-08-20 – 2026-06-15, Бяла",
    ]
    assert NOW.year == 2026
    assert season_tables.NOT_SHOWN == "*"
