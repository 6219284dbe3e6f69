"""Announcements: who may make one, and what their sender sees of many readers."""

from __future__ import annotations

from typing import Any

from handlers.engine.replies import Tapped
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import joins


async def test_a_member_announces_nothing_with_a_button_of_somebody_else(mila: Any, database: Database) -> None:
    assert await mila.sends(Tapped("go", "announce", "")) == "Нищо не е изпратено."
    async with database.reading() as tx:
        assert await tx.rows("SELECT 1 FROM announcement") == []


async def test_of_many_who_have_not_read_it_twenty_are_named(kolyo: Any, database: Database) -> None:
    async with database.transaction() as tx:
        for number in range(20):
            await joins(tx, f"m{number}", Invitation("member", 1, "", f"Ани {number:02}"))
    await kolyo.says("/announce")
    await kolyo.says("Срещата е в осем.")
    await kolyo.taps("Всички в моя район", "Изпрати", "Виж кой го е прочел")
    [read, waiting, more] = kolyo.text.splitlines()[2:]
    assert (read, more) == ("Прочели: 0 от 22", "и още 2")
    assert waiting.count("Ани") == 20
