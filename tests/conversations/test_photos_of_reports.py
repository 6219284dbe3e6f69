"""Photos find their report, also when they come late, and leave it when their messenger no longer has them."""

from __future__ import annotations

import json
from typing import Any

from handlers import conversations
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Moment
from handlers.engine.words import Words
from storage import people
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK


async def lost(database: Database, unique: str, *, saved: bool = False) -> list[Message]:
    async with database.transaction() as tx:
        me, _kept = await people.with_journal(tx, "telegram", "mila")
        assert me is not None
        return await conversations.photo_lost(tx, Scene(me, WORK, Moment(NOW, TODAY, "bg")), unique, saved=saved)


def ways(message: Message) -> list[str]:
    return [button.key for row in message.view.rows for button in row]


async def test_a_photo_sent_while_a_report_is_corrected_is_added_to_its_photos(mila: Any, database: Database) -> None:
    await mila.shows(2, "14 никой")
    await mila.taps("Запази")
    await mila.says("/last")
    await mila.taps("Поправи № 1")
    assert (await mila.shows(3)).startswith("В доклада има 5 снимки.")
    await mila.taps("Запази")
    async with database.reading() as tx:
        row = await tx.one("SELECT report, version FROM visit")
    assert (len(json.loads(row["report"])["photos"]), row["version"]) == (5, 2)


async def test_a_lost_photo_leaves_the_draft_it_was_meant_for_and_the_open_report_goes_on(
    mila: Any, database: Database
) -> None:
    assert "Снимки: 1" in await mila.shows(1, "14 никой")
    await mila.says("/menu")
    await mila.says("15 никой")
    [told] = await lost(database, "u0")
    assert ways(told) == ["drafts"]
    assert "Доклад № 1 · БЯ-015" in await mila.taps("Запази")
    await mila.says("/drafts")
    await mila.taps("БЯ-014")
    assert "Снимки: 1" not in mila.text


async def test_a_lost_photo_of_a_saved_report_leads_to_the_last_reports(mila: Any, database: Database) -> None:
    await mila.says("15 никой")
    [told] = await lost(database, "u9", saved=True)
    assert ways(told) == ["last"]
    assert Words("bg", TODAY).say(told.view.lines[0]).startswith("Една снимка не стигна до мен")


async def test_of_a_lost_photo_that_no_report_holds_nothing_is_said(mila: Any, database: Database) -> None:
    await mila.says("15 никой")
    assert await lost(database, "u9") == []
