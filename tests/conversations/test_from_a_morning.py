"""A coordinator's message of a morning as a place to work from: its cases open with what may be done, and lead back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.engine.replies import Tapped
from handlers.morning import alerts
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK, Chat
from tests.conversations.moving import Oblast, oblast

LATE = range(1, 11)
"""БЯ-001 … БЯ-010 are overdue, the first the longest, and their leader was told of them."""


@pytest.fixture
async def there(database: Database) -> Oblast:
    made = await oblast(database)
    async with database.transaction() as tx:
        for number in LATE:
            due = (TODAY - timedelta(days=8 - number // 4)).isoformat()
            await tx.run("UPDATE child_case SET due_on = :due, told_rung = 1 WHERE id = :id", due=due, id=number)
        told = await alerts.morning(tx, WORK, TODAY, NOW)
    made.kolyo.all = told
    return made


@pytest.fixture
def kolyo(there: Oblast) -> Chat:
    """With the message of this morning in front of him."""
    return there.hand(there.kolyo, there.kolyo, "Кольо")


async def test_a_case_opens_beside_the_message_with_what_may_be_done_and_leads_back(kolyo: Chat) -> None:
    said = kolyo.text.splitlines()
    assert said[:2] == ["10 просрочени случая чакат Вас:", "• БЯ-001, Бяла · Б-1 · 8 дни"]
    assert kolyo.labels[-2:] == ["Всички от сутринта", "Знам за тях"]
    await kolyo.taps("БЯ-002")
    assert not kolyo.shown.replaces
    assert {"Попитай", "Отложи", "Предай нагоре", "Напомняния за БЯ-002"} <= set(kolyo.labels)
    back = (await kolyo.taps("← От сутринта")).splitlines()
    assert kolyo.shown.replaces
    assert back[0] == "Казано сутринта (днес, 24.11), 1–6 от 10."
    assert back[1:] == said[1:7]


async def test_all_of_it_is_shown_page_by_page_and_a_case_leads_back_to_its_page(kolyo: Chat) -> None:
    await kolyo.taps("Всички от сутринта")
    assert not kolyo.shown.replaces
    second = await kolyo.taps("Още →")
    assert second.splitlines()[0] == "Казано сутринта (днес, 24.11), 7–10 от 10."
    await kolyo.taps("БЯ-009")
    assert await kolyo.taps("← От сутринта") == second


async def test_what_was_dealt_with_meanwhile_stands_there_no_more(there: Oblast, kolyo: Chat) -> None:
    await kolyo.taps("БЯ-001", "Отложи", "вт, 1.12", "Болест")
    await there.reports(there.mila, 2)
    said = await kolyo.taps("← От сутринта")
    assert said.splitlines()[:2] == ["Казано сутринта (днес, 24.11), 1–6 от 8.", "• БЯ-003, Бяла · Б-1 · 8 дни"]
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2026-12-20' WHERE due_on < '2026-12-01'")
    await kolyo.taps("БЯ-003")
    assert await kolyo.taps("← От сутринта") == "Казано сутринта (днес, 24.11): няма случаи."
    assert kolyo.labels == ["Меню"]


async def test_what_may_be_said_to_its_alerts_leads_back_to_the_case_to_work_with(kolyo: Chat) -> None:
    await kolyo.taps("БЯ-001", "Напомняния за БЯ-001", "Отвори БЯ-001")
    assert "Отложи" in kolyo.labels
    assert kolyo.labels[-2:] == ["← От сутринта", "Меню"]


async def test_a_step_of_today_is_told_with_its_day(there: Oblast, kolyo: Chat) -> None:
    later = NOW + timedelta(days=1)
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2026-11-25', team_id = NULL WHERE id = 16")
        there.kolyo.all = await alerts.morning(tx, WORK, later.date(), later)
    kolyo = there.hand(there.kolyo, there.kolyo, "Кольо")
    kolyo.now = later
    await kolyo.taps("БЯ-016")
    assert await kolyo.taps("← От сутринта") == (
        "Казано сутринта (днес, 25.11), 1–1 от 1.\nБЯ-016, Дряновец · днес, 25.11"
    )


async def test_whoever_was_told_nothing_finds_nothing_there(there: Oblast) -> None:
    for token in ("w..261124", "w..", "w.90."):
        for who in (there.vera, there.reni):
            assert (await who.sends(Tapped("go", "desk", token))).endswith("няма случаи."), token
        assert "случаи" not in await there.mila.sends(Tapped("go", "desk", token))
