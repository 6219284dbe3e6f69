"""Why late: taps that come twice, too late, from the wrong hands, or once too often."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from casework.escalation import Turn
from casework.records import DECISION, INSTITUTION, Person
from handlers.desk import coordinate
from handlers.engine.replies import Tapped
from handlers.engine.words import Words
from handlers.morning import overdue
from handlers.onekeyboard import one_keyboard
from storage import cases, lateness, moves, people
from storage.database import Database
from storage.people import Invitation
from tests import everybody
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, joins

NOT_YOURS = "Този случай вече не е при Вашия екип."


def pressed(key: str, value: str) -> Tapped:
    return Tapped("go", key, value)


async def standing(database: Database, running: int = 1) -> tuple[str, str, int, int]:
    async with database.reading() as tx:
        row = await tx.one(
            "SELECT next_step, due_on, postponed, told_rung FROM child_case WHERE running = :n", n=running
        )
    return row["next_step"], row["due_on"], row["postponed"], row["told_rung"]


async def changed(database: Database, what: str) -> None:
    async with database.transaction() as tx:
        await tx.run(f"UPDATE child_case SET {what} WHERE running = 1")


async def told(database: Database) -> tuple[int, list[str]]:
    """How many reasons are kept, and those that stand with the moves of the first case."""
    async with database.reading() as tx:
        me = await people.get(tx, 1)
        assert me is not None
        kept = await tx.one("SELECT count(*) AS n FROM lateness")
        history = await moves.history(tx, me, 1)
    return int(kept["n"]), [one.detail for one in history if one.cause.kind == DECISION]


async def test_a_reason_puts_the_step_off_and_the_ladder_begins_anew(mila: Any, database: Database) -> None:
    await changed(database, "told_rung = 2")
    await mila.sends(pressed("card", "1"))
    assert (await mila.taps("Отложи БЯ-001")).startswith("Защо се бави БЯ-001?")
    reason = mila.button("Нямаше транспорт")
    assert await mila.sends(reason) == "БЯ-001 е отложен: нямаше транспорт. Срок: пт, 27.11"
    assert await standing(database) == ("visit", "2026-11-27", 1, 0)
    assert await mila.sends(reason) == "Нищо не е променено. За БЯ-001 следва: посещение. Срок: пт, 27.11"
    assert await mila.sends(pressed("late", "1")) == mila.text
    assert await told(database) == (1, ["L50"])
    assert await mila.taps("Отвори БЯ-001") == (
        "БЯ-001 · Бяла, ул. Дунав 1\nНеобхванат · Разпределен на екип\nРодено през 2015 г.\n"
        "Следва: посещение. Срок: пт, 27.11\nОтложено 1 път: нямаше транспорт"
    )
    assert "Отложи БЯ-001" not in mila.labels


async def test_the_last_time_is_said_and_after_it_there_is_another_way(mila: Any, database: Database) -> None:
    for days in (0, 3):
        mila.now = NOW + timedelta(days=days)
        await mila.sends(pressed("late", "1"))
        await mila.taps("Нямаше никой")
    assert mila.text.endswith("\nПовече не може да се отлага: закъснее ли пак, научава координаторът.")
    mila.now = NOW + timedelta(days=7)
    before = await standing(database)
    assert before[2] == 2
    assert await mila.sends(pressed("late", "1")) == "БЯ-001 вече е отлаган 2 пъти и повече не може да се отлага."
    assert mila.labels == ["Докладвай посещение", "Попитай координатора", "Меню"]
    assert await mila.sends(pressed("postpone", "1.3.L20")) == mila.text
    assert await standing(database) == before
    assert "Как завърши" in await mila.taps("Докладвай посещение")


async def test_a_report_in_between_wins(mila: Any, database: Database) -> None:
    await mila.sends(pressed("late", "1"))
    reason = mila.button("Болест")
    await mila.says("1 никой")
    await mila.taps("Запази")
    before = await standing(database)
    assert (await mila.sends(reason)).startswith("Нищо не е променено. За БЯ-001 следва: ново посещение")
    assert (await standing(database), await told(database)) == (before, (0, []))


async def test_a_reason_leaves_an_open_report_as_it_is(mila: Any, database: Database) -> None:
    await mila.says("2 никой")
    await mila.sends(pressed("postpone", "1.1.L20"))
    assert await standing(database) == ("visit", "2026-11-27", 1, 0)
    assert "Случай: БЯ-002" in await mila.says("без")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("due_on = NULL", "Нищо не е променено: БЯ-001 вече е приключен."),
        ("waits_for = 7, next_step = 'answer'", "Нищо не е променено. За БЯ-001 следва: "),
        ("due_on = '2026-11-25'", "Нищо не е променено. За БЯ-001 следва: посещение. Срок: утре, 25.11"),
        ("version = 2", "Нищо не е променено. За БЯ-001 следва: посещение. Срок: днес, 24.11"),
        ("team_id = NULL", NOT_YOURS),
    ],
)
async def test_what_has_changed_meanwhile_is_said(mila: Any, database: Database, what: str, said: str) -> None:
    await changed(database, what)
    assert (await mila.sends(pressed("postpone", "1.1.L20"))).startswith(said)
    assert await told(database) == (0, [])


@pytest.mark.parametrize("value", ["", "x", "1", "1.1", "1.1.L99", "999.1.L20", "9" * 20 + ".1.L20"])
async def test_what_no_button_of_ours_says_changes_nothing(mila: Any, database: Database, value: str) -> None:
    said = await mila.sends(pressed("postpone", value))
    assert said == NOT_YOURS or said.startswith("Нищо не е променено.")
    assert await told(database) == (0, [])


async def test_others_who_see_the_case_say_nothing_for_its_team(
    kolyo: Chat, vera: Chat, mila: Any, database: Database
) -> None:
    async with database.transaction() as tx:
        await joins(tx, "rzi", Invitation(INSTITUTION, None, "Бяла", "Роза", "I60"))
    rzi = Chat(database, "rzi")
    for key, value in (("late", "1"), ("postpone", "1.1.L20")):
        for someone in (kolyo, vera):
            assert await someone.sends(pressed(key, value)) == NOT_YOURS
        assert (await rzi.sends(pressed(key, value))).startswith("Посещенията се докладват от екипите.")
    await kolyo.sends(pressed("card", "1"))
    assert not any(label.startswith("Отложи") for label in kolyo.labels)
    assert await told(database) == (0, [])


async def test_correcting_the_report_after_a_reason_keeps_the_count(mila: Any, database: Database) -> None:
    await mila.says("1 никой")
    await mila.taps("Запази")
    mila.now = NOW + timedelta(days=7)
    await mila.sends(pressed("late", "1"))
    await mila.taps("Болест")
    assert await standing(database) == ("retry", "2026-12-07", 1, 0)
    await mila.says("/last")
    await mila.taps("Поправи № 1", "Промени", "Резултат", "Неизвестно местонахождение", "Запази")
    assert await standing(database) == ("retry", "2026-12-07", 1, 0)
    async with database.reading() as tx:
        case = await cases.get(tx, await person(database, 1), 1)
    assert case is not None
    assert case.status == "S41"


async def person(database: Database, number: int) -> Person:
    async with database.reading() as tx:
        found = await people.get(tx, number)
    assert found is not None
    return found


async def test_a_message_of_the_morning_names_what_cannot_be_postponed_without_that_button(
    mila: Any, database: Database
) -> None:
    await changed(database, "waits_for = 7, next_step = 'answer'")
    me = await person(database, 1)
    async with database.reading() as tx:
        listed = [await cases.get(tx, me, number) for number in (1, 2, 3)]
    turns = [Turn(case, 2, me, late) for case, late in zip(listed, (1, 1, 0), strict=True) if case]
    message = overdue.told(WORK, turns, TODAY)
    words = Words("bg", TODAY)
    assert [[words.say(button.label) for button in row] for row in message.view.rows] == [
        ["Отвори БЯ-001"],
        ["Отвори БЯ-002", "Отложи БЯ-002"],
        ["БЯ-003"],
        ["Знам за тях"],
    ]


async def test_a_heavy_morning_fits_on_the_keyboard_of_a_chat_with_one(mila: Any, database: Database) -> None:
    me = await person(database, 1)
    async with database.reading() as tx:
        listed, _total = await cases.due_first(tx, me, TODAY, offset=0, limit=20)
    message = overdue.told(WORK, [Turn(case, 2, me, n % 2) for n, case in enumerate(listed)], TODAY)
    [shown] = one_keyboard([message], "an open report")
    assert len(shown.view.rows) == 12
    assert [button.key for button in shown.view.rows[-2]] == ["cases_below", "know_below"]
    lines = [Words("bg", TODAY).say(line) for line in message.view.lines]
    assert sum(line.count("БЯ-") for line in lines) == 16


async def test_a_place_that_no_list_names_is_its_municipality(database: Database) -> None:
    await changed(database, "settlement = ''")
    me = await person(database, 1)
    async with database.reading() as tx:
        case = await cases.get(tx, me, 1)
    assert case is not None
    message = overdue.told(WORK, [Turn(case, 1, me, 0)], TODAY)
    assert [Words("bg", TODAY).say(line) for line in message.view.lines] == [
        "1 случай е за днес:",
        "• Бяла: БЯ-001",
    ]


async def test_the_digest_counts_reasons_once_and_the_table_tells_the_last(
    mila: Any, kolyo: Any, database: Database
) -> None:
    for number, reason in ((1, "Болест"), (2, "Нямаше никой"), (3, "Болест")):
        await mila.sends(pressed("late", str(number)))
        await mila.taps(reason)
    assert await digest(database, TODAY) == ["Защо се забавиха:", "• Болест: 2", "• Нямаше никой: 1"]
    mila.now = NOW + timedelta(days=1)
    assert await digest(database, TODAY + timedelta(days=1)) == []
    await mila.sends(pressed("late", "4"))
    await mila.taps("Празници")
    assert await digest(database, TODAY + timedelta(days=2)) == ["Защо се забавиха:", "• Празници, отпуск: 1"]
    await kolyo.sends(pressed("table", ""))
    sheet = kolyo.shown.attachment
    assert sheet.header[-1] == "Защо се забави"
    reasons = {row[0]: row[-1] for row in sheet.rows}
    assert (reasons["БЯ-001"], reasons["БЯ-016"]) == ("Отложено 1 път: болест", "")


async def digest(database: Database, day: date) -> list[str]:
    """What the digest of that day says of reasons."""
    at = NOW + timedelta(days=(day - TODAY).days, hours=7)
    async with database.transaction() as tx:
        me = next(one for one in await everybody.on_duty(tx) if one.municipality == "Бяла" and one.coordinates)
        made = await coordinate.make_digest(tx, WORK, me, day, at - timedelta(days=1), at, late=False, now=at)
    lines = [Words("bg", day).say(line) for message in made for line in message.view.lines]
    parts = "\n".join(lines).split("\n\n")
    return next((part.splitlines() for part in parts if part.startswith("Защо се забавиха")), [])


async def test_a_reason_that_came_in_late_is_counted_in_the_next_digest(mila: Any, database: Database) -> None:
    async with database.transaction() as tx:
        me = await people.get(tx, 1)
        assert me is not None
        case = await cases.get(tx, me, 1)
        assert case is not None
        await lateness.keep(tx, me, case, "L20", TODAY, NOW)
        hour = timedelta(hours=1)
        said = [
            await lateness.said_between(tx, me, NOW + since * hour, NOW + 9 * hour, after=after)
            for since, after in ((0, 9), (1, 9), (1, 0))
        ]
        assert said == [["L20"], [], ["L20"]]
        assert await lateness.said_between(tx, me, NOW - hour, NOW, after=0) == []
        assert await lateness.last(tx) == 1
