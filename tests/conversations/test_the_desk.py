"""The digest as a surface to work on: from it to a case, a deed there, and back to exactly where one was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.records import NextStep, Person
from handlers.desk import coordinate
from handlers.engine.replies import Tapped
from storage import cases, new_cases, people, teams
from storage.database import Database, Tx
from storage.new_cases import NewCase
from tests.conversations.conftest import NOW, TODAY, WORK, Chat
from tests.conversations.moving import Oblast, oblast

LATE = (1, 2, 3, 4, 5, 6, 7, 8)
"""БЯ-001 … БЯ-008 are overdue, the first the longest."""


@pytest.fixture
async def there(database: Database) -> Oblast:
    made = await oblast(database)
    async with database.transaction() as tx:
        for number in LATE:
            due = (TODAY - timedelta(days=20 - number)).isoformat()
            await tx.run("UPDATE child_case SET due_on = :due WHERE id = :id", due=due, id=number)
        far = [NewCase("РУ", "G2", "Русе", "Русе", "ул. Рила 1", 2014, made.team["Р-1"], "", None, "far")]
        await new_cases.put(tx, far, NextStep("S11", "visit", TODAY - timedelta(days=2)), NOW)
    return made


async def _me(tx: Tx, who: Chat) -> Person:
    me, _kept = await people.with_journal(tx, "telegram", who.account)
    assert me is not None
    return me


async def digest(who: Chat, day: date = TODAY) -> str:
    """Their phone with the digest of the day."""
    async with who.database.transaction() as tx:
        me = await _me(tx, who)
        told = await coordinate.make_digest(
            tx, WORK, me, day, who.now - timedelta(days=1), who.now, late=False, now=who.now
        )  # fmt: skip
    who.all = [one for one in told if one.view.rows]
    for one in who.all:
        object.__setattr__(one, "to", None)
    return who.text


async def test_from_the_digest_to_a_case_and_back_in_two_taps(there: Oblast) -> None:
    said, rows = await digest(there.kolyo), there.kolyo.labels
    assert rows == [
        "БЯ-001", "БЯ-002", "БЯ-003", "БЯ-004", "БЯ-005",
        "Просрочени (8)", "Екипи", "Графики", "Таблица (xlsx)",
    ]  # fmt: skip
    assert "БЯ-002 · Дряновец" in await there.kolyo.taps("БЯ-002")
    assert there.kolyo.shown.replaces
    assert await there.kolyo.taps("← Обобщение") == said
    assert there.kolyo.labels == [*rows, "Меню"]


async def test_a_case_opens_from_the_second_page_and_goes_back_to_it(there: Oblast) -> None:
    await digest(there.kolyo)
    assert await there.kolyo.taps("Просрочени") == (
        "Просрочени, 1–6 от 8.\n"
        "• БЯ-001, Бяла · Б-1 · 19 дни\n• БЯ-002, Дряновец · Б-1 · 18 дни\n• БЯ-003, Бяла · Б-1 · 17 дни\n"
        "• БЯ-004, Дряновец · Б-1 · 16 дни\n• БЯ-005, Бяла · Б-1 · 15 дни\n• БЯ-006, Дряновец · Б-1 · 14 дни"
    )
    second = await there.kolyo.taps("Още →")
    assert second.startswith("Просрочени, 7–8 от 8.")
    await there.kolyo.taps("БЯ-008")
    assert await there.kolyo.taps("← Към списъка") == second
    assert there.kolyo.labels == ["БЯ-007", "БЯ-008", "← Предишни", "← Обобщение", "Меню"]
    await there.kolyo.taps("← Предишни")
    assert "Обхват, 24.11.2026" in await there.kolyo.taps("← Обобщение")


async def test_the_region_walks_from_municipalities_to_a_case(there: Oblast) -> None:
    await there.reports(there.mila, 9)
    await digest(there.reni)
    assert await there.reni.taps("Общини") == "Общини · 17 / 9 / 1\nотворени / просрочени / посетени тази седмица"
    assert there.reni.labels == ["Бяла · 16 / 8 / 1", "Русе · 1 / 1 / 0", "← Обобщение", "Меню"]
    await there.reni.taps("Бяла")
    assert there.reni.labels == ["Б-1 · 16 / 8 / 1", "Б-2 · 0 / 0 / 0", "← Общини", "Меню"]
    first = await there.reni.taps("Б-1")
    assert first.splitlines()[:2] == ["Екип Б-1, 1–6 от 16.", "❗ БЯ-001, Бяла · 19 дни"]
    assert (await there.reni.taps("Още →", "Още →")).splitlines()[-1] == "БЯ-009, Бяла · вт, 1.12"
    await there.reni.taps("← Предишни", "← Предишни", "БЯ-003")
    assert await there.reni.taps("← Към списъка") == first
    await there.reni.taps("← Екипи", "← Общини", "Русе")
    assert there.reni.labels[0] == "Р-1 · 1 / 1 / 0"


async def test_cases_without_a_team_stand_below_the_teams(there: Oblast) -> None:
    await there.kolyo.sends(tap("take_away", "4"))
    await there.kolyo.taps("Вземи го")
    await digest(there.kolyo)
    await there.kolyo.taps("Екипи")
    assert there.kolyo.labels[:3] == ["Б-1 · 15 / 7 / 0", "Б-2 · 0 / 0 / 0", "без екип · 1 / 0 / 0"]
    assert (await there.kolyo.taps("без екип")).startswith("Бяла, без екип, 1–1 от 1.\nБЯ-004, Дряновец · ")
    assert (await there.kolyo.taps("БЯ-004")).splitlines()[-1] == "Без екип"
    assert "Дай на екип" in there.kolyo.labels
    assert (await there.kolyo.taps("← Към списъка", "← Екипи")).startswith("Бяла · 16 / 7 / 0")


def tap(key: str, value: str) -> Tapped:
    return Tapped("go", key, value)


async def opens(who: Chat, number: int = 1) -> str:
    """A case as it stands, from the list of overdue ones."""
    return await who.sends(tap("desk_case", f"{number}.0.o.."))


async def test_a_place_from_nowhere_shows_what_may_be_seen_and_nothing_else(there: Oblast) -> None:
    for token in ("", "x", "o.99999.", "t99.0.", "t3..", "a123..", "n77..991399", "t.0.261124", "d..261399", "о.6."):
        said = await there.kolyo.sends(tap("desk", token))
        assert "Русе" not in said, token
        assert there.kolyo.labels[-1] == "Меню"
    assert there.kolyo.labels[0] == "БЯ-001"
    await there.kolyo.sends(tap("desk", "m.."))
    assert there.kolyo.labels[0] == "Б-1 · 16 / 8 / 0"
    for token in ("a77..", "n77..", "t77..", "t.."):
        said = await there.reni.sends(tap("desk", token))
        assert said == "Този случай сега не е във Вашия район. Нищо не е променено.", token
    for who in (there.mila, there.vera, there.lidia):
        assert await who.sends(tap("desk", "o..")) != "", who
        for value in ("1.1.o..", "1.1.d..261124", "x", "1.1.", "1..o..", f"{'9' * 40}.1.o.."):
            for key in ("desk_case", "desk_give", "desk_ask", "desk_off", "desk_up", "desk_decide"):
                said = await who.sends(tap(key, value))
                assert said == "Този случай сега не е във Вашия район. Нищо не е променено.", (who.account, key, value)
    assert (await there.case()).version == 1


async def test_a_day_is_put_off_with_a_reason_and_the_leader_hears_it(there: Oblast) -> None:
    await opens(there.kolyo)
    assert (await there.kolyo.taps("Отложи")).splitlines()[-1] == "Дължи се: посещение. За кой ден да се отложи?"
    await there.kolyo.taps("утре, 25.11")
    assert await there.kolyo.taps("Болест") == "БЯ-001 е отложен: болест. Срок: утре, 25.11"
    assert there.told(there.kolyo) == {"Лидия Колева": "Кольо отложи БЯ-001, Бяла за утре, 25.11: болест."}
    assert there.kolyo.labels == ["Случаят", "← Към списъка", "Меню"]
    assert "Отложено 1 път: болест" in await there.kolyo.taps("Случаят")
    assert (await there.case()).due_on == TODAY + timedelta(days=1)
    assert "БЯ-001" not in await there.kolyo.taps("← Към списъка")


async def test_what_an_institution_owes_cannot_be_put_off(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET waits_for = 7 WHERE id = 1")
    await opens(there.kolyo)
    assert "Отложи" not in there.kolyo.labels
    assert await there.kolyo.sends(tap("desk_off", "1.1.o..")) == (
        "Няма стъпка на екип, която да се отложи. Нищо не е променено."
    )


async def test_a_question_goes_to_who_owes_it_and_the_answer_comes_back_with_the_case(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    await opens(there.kolyo)
    assert "Какво да попитам Мила Петрова?" in await there.kolyo.taps("Попитай")
    assert await there.kolyo.taps("Кога ще отидете там?") == (
        "Въпросът за БЯ-001 е при Мила Петрова. Отговорът ще дойде тук."
    )
    assert there.told(there.kolyo) == {"Мила Петрова": "Кольо пита за БЯ-001, Бяла: „Кога ще отидете там?“"}
    there.hand(there.kolyo, there.mila, "Мила Петрова")
    assert "Кольо пита за БЯ-001" in await there.mila.taps("Отговори")
    assert await there.mila.taps("Отивам утре") == "Отговорът отива при Кольо."
    there.hand(there.mila, there.kolyo, "Кольо")
    assert there.kolyo.text == "Мила Петрова отговаря за БЯ-001: „Отивам утре“\nПопитахте: „Кога ще отидете там?“"
    card = await there.kolyo.taps("Покажи случая")
    assert card.splitlines()[-2:] == [
        "Кольо попита Мила Петрова току-що: „Кога ще отидете там?“", "Мила Петрова отговори току-що: „Отивам утре“",
    ]  # fmt: skip


async def test_who_is_away_is_named_and_the_next_one_is_asked(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    async with there.database.transaction() as tx:
        await tx.run(
            "INSERT INTO absence (person_id, from_on, until_on, made_by, made_at, state) "
            "VALUES (1, :day, :day, 1, 0, 'now')",
            day=TODAY.isoformat(),
        )
    await opens(there.kolyo)
    said = await there.kolyo.taps("Попитай")
    assert said.splitlines()[0] == "Мила Петрова отсъства до днес, 24.11."
    assert "Какво да попитам Лидия Колева?" in said
    async with there.database.transaction() as tx:
        await tx.run("UPDATE identity SET reachable = 0 WHERE person_id = 2")
    await opens(there.kolyo)
    await there.kolyo.taps("Попитай")
    assert there.kolyo.text == "За БЯ-001 сега няма кого да попитам тук. Моля, обадете се."


async def test_somebody_else_is_asked_in_ones_own_words(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    await opens(there.reni)
    await there.reni.taps("Попитай", "Питай друг")
    assert there.reni.labels == ["Лидия Колева", "Кольо", "← Към случая"]
    await there.reni.taps("Кольо")
    assert await there.reni.says("Кога") == "Въпросът за БЯ-001 е при Кольо. Отговорът ще дойде тук."
    there.hand(there.reni, there.kolyo, "Кольо")
    await there.kolyo.taps("Отговори")
    first = there.kolyo.button("Отивам днес")
    await there.kolyo.says("Утре ще говоря с тях")
    await there.kolyo.sends(tap("inquired_below", "1"))
    assert there.kolyo.text.startswith("Този въпрос вече има отговор.\nКольо отговори току-що: „Утре")
    assert "вече приключено" in await there.kolyo.sends(first)


async def test_only_who_was_asked_may_answer(there: Oblast) -> None:
    await opens(there.kolyo)
    await there.kolyo.taps("Попитай", "Какво пречи?")
    for who, number in ((there.mila, "1"), (there.lidia, "99"), (there.lidia, "x")):
        assert await who.sends(tap("inquired", number)) == (
            "Този въпрос не е към Вас или случаят вече не е Ваш. Нищо не е променено."
        )


async def test_a_case_is_passed_up_at_once_and_once(there: Oblast) -> None:
    await opens(there.kolyo)
    await there.kolyo.taps("Предай нагоре")
    assert there.kolyo.labels == ["Ръководител · Лидия Колева", "РУО · Рени", "← Към случая"]
    await there.kolyo.taps("РУО")
    assert await there.kolyo.says("Няма кола за селото") == "Съобщено за БЯ-001: Рени."
    assert there.told(there.kolyo)["Рени"].splitlines()[:2] == [
        "Кольо се обръща към Вас за БЯ-001, Бяла.", "С думите: „Няма кола за селото“",
    ]  # fmt: skip
    case = await there.case()
    assert (case.due_on, case.next_step) == (TODAY - timedelta(days=19), "visit")
    async with there.database.reading() as tx:
        [due] = [one for one in await cases.due_everywhere(tx, TODAY, last_rung=5) if one.case.id == 1]
    assert due.told_rung == 4
    await there.kolyo.taps("Случаят", "Предай нагоре")
    assert there.kolyo.labels == ["Ръководител · Лидия Колева", "← Към случая"]
    await there.kolyo.taps("Ръководител")
    assert await there.kolyo.taps("Пропусни") == "Съобщено за БЯ-001: Лидия Колева."
    assert (await there.case()).next_step == "leader"
    await there.kolyo.taps("Случаят")
    assert await there.kolyo.taps("Предай нагоре") == (
        "Кольо предаде БЯ-001 на ръководителя (току-що).\nВече знаят за него, затова не е съобщено повторно."
    )
    await there.reports(there.mila, 1)
    await opens(there.kolyo)
    await there.kolyo.taps("Предай нагоре")
    assert there.kolyo.labels == ["Ръководител · Лидия Колева", "РУО · Рени", "← Към случая"]


async def test_a_correction_finds_the_step_under_a_case_that_was_passed_up(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    await opens(there.kolyo)
    await there.kolyo.taps("Предай нагоре", "РУО", "Пропусни")
    await there.mila.sends(tap("fix", "1"))
    await there.mila.taps("Промени", "Резултат")
    await there.mila.says("Записано / подадени документи")
    await there.mila.taps("Майка", "Запази")
    assert (await there.case()).next_step == "enrolled"


async def test_nobody_above_is_said(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await tx.run("UPDATE identity SET reachable = 0 WHERE person_id IN (2, 7)")
    await opens(there.kolyo)
    assert await there.kolyo.taps("Предай нагоре") == (
        "Нагоре тук няма на кого да се съобщи; моля, обадете се. Нищо не е променено."
    )


async def test_who_goes_back_from_a_question_has_left_it(there: Oblast) -> None:
    await opens(there.kolyo)
    await there.kolyo.taps("Предай нагоре", "РУО", "← Към случая")
    assert "Какво" in await there.kolyo.says("Дряновец") or "БЯ-" in " ".join(there.kolyo.labels)
    assert (await there.case()).version == 1


async def test_of_a_day_without_a_digest_the_ways_are_shown(there: Oblast) -> None:
    assert await there.kolyo.sends(tap("desk", "d..261120")) == "За пт, 20.11 нямам обобщение за Вас."
    assert there.kolyo.labels == ["Просрочени (8)", "Екипи", "Графики", "Таблица (xlsx)", "Меню"]
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")
        await tx.run(
            "INSERT INTO inbox (channel, arrival, sender, payload, received_at, state) "
            "VALUES ('telegram', 'k', 'mila', '{}', 0, 'aside')"
        )
    await there.kolyo.sends(tap("desk", "d.."))
    assert there.kolyo.labels == ["Екипи", "Отложени съобщения (1)", "Графики", "Таблица (xlsx)", "Меню"]
    assert await there.kolyo.sends(tap("desk", "o..")) == "Просрочени: няма случаи."


async def test_what_left_the_region_is_the_regions_to_find(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL, municipality = '' WHERE id = 2")
    await there.reni.sends(tap("desk", "m.."))
    assert there.reni.labels[0] == "извън областта · 1 / 1 / 0"
    await there.reni.taps("извън областта", "без екип")
    assert there.reni.text.startswith("извън областта, 1–1 от 1.\n❗ БЯ-002, Дряновец · 18 дни")


async def test_the_second_page_of_teams_is_where_one_comes_back_to(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        for number in range(3, 12):
            await teams.put(tx, f"Б-{number:02}", "Бяла", "")
    await there.kolyo.sends(tap("desk", "a.."))
    await there.kolyo.taps("Още →")
    assert there.kolyo.labels[-3:] == ["← Предишни", "← Обобщение", "Меню"]
    last = there.kolyo.labels[0]
    assert await there.kolyo.taps(last) == f"Екип {last.split(' ')[0]}: няма случаи."
    await there.kolyo.taps("← Екипи")
    assert there.kolyo.labels[0] == last


async def test_when_it_was_is_said_in_minutes_then_by_the_clock_then_by_the_day(there: Oblast) -> None:
    first = there.kolyo.now
    for passed, said in (
        (timedelta(seconds=59), "(току-що)"),
        (timedelta(seconds=61), "(преди 1 минута)"),
        (timedelta(minutes=59), "(преди 59 минути)"),
        (timedelta(minutes=61), "(днес в 11:00)"),
        (timedelta(days=1), "(вчера, 24.11)"),
    ):
        there.kolyo.now = first
        version = (await there.case(9)).version
        await opens(there.kolyo, 9)
        await there.kolyo.taps("Отложи", "вт, 1.12", "Болест")
        there.reni.now = first + passed
        old = await there.reni.sends(tap("desk_up", f"9.{version}.o.."))
        assert old.startswith(f"Кольо отложи БЯ-009 за вт, 1.12 {said}."), passed


async def test_each_last_deed_is_called_by_its_name(there: Oblast) -> None:
    async def then(who: Chat) -> str:
        await who.sends(tap("desk_up", "1.0.o.."))
        return who.text.splitlines()[0]

    await there.reports(there.mila, 1)
    assert await then(there.kolyo) == "Мила Петрова докладва посещение по БЯ-001 (току-що)."
    await opens(there.reni)
    await there.reni.taps("Предай", "Координатор", "Пропусни")
    assert await then(there.kolyo) == "Рени съобщи на координатора за БЯ-001 (току-що)."
    await opens(there.kolyo)
    await there.kolyo.taps("Предай нагоре", "РУО", "Пропусни")
    assert await then(there.reni) == "Кольо съобщи на РУО за БЯ-001 (току-що)."
    await there.mila.sends(tap("lead", "1"))
    assert await then(there.reni) == "Мила Петрова предаде БЯ-001 на ръководителя (току-що)."
    await there.kolyo.sends(tap("take_away", "1"))
    await there.kolyo.taps("Вземи го")
    assert await then(there.reni) == "Кольо взе БЯ-001 от екипа (току-що)."
    await there.mila.sends(tap("fix", "1"))
    async with there.database.transaction() as tx:
        await tx.run("UPDATE transition SET detail = 'Z' WHERE id = (SELECT max(id) FROM transition)")
        await tx.run("UPDATE transition SET team_id = NULL")
    assert await then(there.reni) == "Кольо промени БЯ-001 (току-що)."
    async with there.database.transaction() as tx:
        await tx.run("UPDATE transition SET cause = 'answer' WHERE id = (SELECT max(id) FROM transition)")
    assert await then(there.reni) == "Кольо промени БЯ-001 (току-що)."
    async with there.database.transaction() as tx:
        await tx.run("UPDATE transition SET person_id = NULL")
    assert await then(there.reni) == "По БЯ-001 има новост (току-що)."


async def test_somebody_who_cannot_be_reached_is_named_and_the_next_one_is_asked(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    async with there.database.transaction() as tx:
        await tx.run("UPDATE identity SET reachable = 0 WHERE person_id = 1")
    await opens(there.kolyo)
    assert (await there.kolyo.taps("Попитай")).startswith("Мила Петрова сега не получава съобщенията ми.\n")


async def test_a_closed_case_can_only_be_decided_about(there: Oblast) -> None:
    await opens(there.kolyo)
    await there.kolyo.taps("Реши", "Дублира друг случай", "Реши така", "Случаят")
    assert there.kolyo.labels == [
        "Реши", "Пиши на Лидия", "Пиши на Мила", "Екип Б-1", "Целият случай", "← Към списъка", "Меню",
    ]  # fmt: skip
    for key, said in (
        ("desk_off", "Няма стъпка на екип, която да се отложи. Нищо не е променено."),
        ("desk_up", "Този случай е закрит. Нищо не е променено."),
    ):
        assert await there.kolyo.sends(tap(key, "1.2.o..")) == said
