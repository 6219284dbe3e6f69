"""A check after the enrolment beside all else that happens to a case: visits, corrections, decisions, the team."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.records import Cause, NextStep
from handlers.engine.replies import Tapped
from storage import cases, people, referrals
from storage.database import Database
from tests.conversations.conftest import TODAY, WORK, Chat
from tests.conversations.schools import DUE, School, said


@pytest.fixture
async def school(database: Database) -> School:
    return await School.with_three(database)


async def test_a_check_is_withdrawn_when_the_child_is_found_gone(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    good, absent = sonya.button("1: Посещава"), sonya.button("1: Отсъства")
    mila = school.chat("mila")
    await mila.says("1 неизвестно")
    await mila.taps("Запази")
    case = await school.case()
    assert (case.status, case.enrolled_on, case.waits_for) == ("S41", None, None)
    for late in (good, absent):
        assert (await sonya.sends(late)).startswith("За БЯ-001 вече не питаме. Нищо не е променено.")
    assert "✓ БЯ-001: вече не питаме" in sonya.text
    assert await school.case() == case


async def test_what_else_was_asked_about_the_child_is_not_withdrawn_with_the_check(school: School) -> None:
    await school.morning()
    case = await school.case()
    async with school.database.transaction() as tx:
        measure = await referrals.ask(tx, case.id, "I20", school.day, school.at, asked_by=None, measure="M20")
        await cases.advance(tx, case, NextStep("S41", "search", school.day), Cause("decision"), school.at)
        assert [one.id for one in await referrals.open_of(tx, case.id)] == [measure]


async def test_a_visit_that_finds_the_child_enrolled_leaves_the_check_as_it_is(school: School) -> None:
    await school.morning()
    before = await school.case()
    mila = school.chat("mila")
    await mila.says("1 посещава")
    await mila.taps("Майка", "Запази")
    after = await school.case()
    assert (after.due_on, after.waits_for, after.next_step) == (before.due_on, before.waits_for, before.next_step)
    assert (after.enrolled_on, after.attempts) == (TODAY, 2)


async def test_a_correction_asks_nothing_a_second_time(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    await sonya.taps("1: Посещава")
    mila = school.chat("mila")
    await mila.says("1 посещава")
    await mila.taps("Майка", "Запази")
    planned = await school.case()
    await mila.sends(Tapped("go", "last", ""))
    await mila.taps("Поправи № 4", "Промени", "Срещнахте", "Баща", "Запази")
    assert "Поправено" in mila.text
    assert (await school.case()).due_on == planned.due_on == WORK.calendar.on_or_after(TODAY + timedelta(days=30))


async def test_an_enrolment_that_is_corrected_away_is_not_asked_about(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    mila = school.chat("mila")
    await mila.sends(Tapped("go", "last", ""))
    await mila.taps("Поправи № 1", "Промени", "Резултат", "Отказ", "Нежелание на детето", "Готово", "Запази")
    assert "Поправено" in mila.text
    case = await school.case()
    assert (case.status, case.enrolled_on, case.waits_for) == ("S21", None, None)
    assert (await sonya.taps("1: Посещава")).startswith("За БЯ-001 вече не питаме.")


async def test_without_anybody_of_the_school_the_team_answers_on_the_card(school: School) -> None:
    async with school.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Соня'")
    assert await school.morning() == {}
    case = await school.case()
    assert (case.waits_for, case.due_on) == (None, DUE)
    mila, lidia = school.chat("mila"), school.chat("lidia")
    card = Tapped("go", "card", str(case.id))
    assert (await mila.sends(card)).endswith("Посещава ли детето? Проверка 7 дни след записването.")
    await mila.taps("Отсъства")
    await mila.taps("← Назад")
    assert "Посещава ли детето?" in mila.text
    await lidia.sends(card)
    await mila.taps("Отсъства", "5")
    assert mila.text.startswith("БЯ-001: екипът вече знае")
    assert (await school.case()).status == "S21"
    assert len([message for message in mila.all if message.to]) == 1  # Mila knows
    assert (await lidia.taps("Посещава")).startswith("Тук вече има отговор. БЯ-001: Отсъства, 5 дни.")


async def test_a_visit_of_the_team_is_the_answer_where_the_team_was_to_look(school: School) -> None:
    async with school.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Соня'")
    await school.morning()
    mila = school.chat("mila")
    await mila.says("1 посещава")
    assert "Следва: проверка на отсъствията. Срок: вт, 29.12" in await mila.taps("Майка", "Запази")
    async with school.database.reading() as tx:
        assert await referrals.open_check(tx, (await school.case()).id) is None


async def test_the_step_goes_to_the_school_when_somebody_joins_and_back_when_they_leave(school: School) -> None:
    async with school.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Соня'")
    await school.morning()
    async with school.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 1 WHERE name = 'Соня'")
    assert list(await school.morning(DUE + timedelta(days=1))) == ["Соня"]
    case = await school.case()
    assert (case.waits_for is not None, case.due_on) == (True, WORK.calendar.add(DUE, 3))
    async with school.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Соня'")
    await school.morning(DUE + timedelta(days=2))
    assert (await school.case()).waits_for is None


async def test_a_child_that_was_passed_to_the_leader_is_still_observed_and_asked_after_once(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    await sonya.taps("1: Посещава")
    school.day = DUE + timedelta(days=3)
    mila, lidia = school.chat("mila"), school.chat("lidia")
    await mila.sends(Tapped("go", "lead", str((await school.case()).id)))
    case = await school.case()
    assert (case.next_step, case.status, case.enrolled_on, case.waits_for) == ("leader", "S50", TODAY, None)
    assert case.due_on
    assert "БЯ-001" not in "".join(said(one) for one in (await school.morning(case.due_on)).values())
    await lidia.says("1 посещава")
    assert "Следва: проверка на отсъствията. Срок: вт, 29.12" in await lidia.taps("Майка", "Запази")


async def test_what_a_person_decides_while_the_school_is_asked_stays_and_the_answer_ends_it(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    mila = school.chat("mila")
    await mila.sends(Tapped("go", "lead", str((await school.case()).id)))
    await school.morning(DUE + timedelta(days=1))
    case = await school.case()
    assert (case.next_step, case.waits_for) == ("leader", None)
    await mila.sends(Tapped("go", "card", str(case.id)))
    assert "Посещава ли детето? Проверка 7 дни след записването." in mila.text
    await sonya.taps("1: Посещава")
    case = await school.case()
    assert (case.next_step, case.waits_for) == ("attendance", None)


async def test_the_receipt_and_the_card_say_that_the_school_is_asked(school: School) -> None:
    await school.hears("sonya", "Соня")
    mila = school.chat("mila")
    await mila.says("1 посещава")
    receipt = await mila.taps("Майка", "Запази")
    assert "(Училище или детска градина). Срок: " in receipt
    await mila.sends(Tapped("go", "card", str((await school.case()).id)))
    assert "(Училище или детска градина). Срок: " in mila.text
    assert mila.labels[:3] == ["Посещава", "Отсъства", "Не идва"]


async def test_a_coordinator_who_closes_the_case_withdraws_the_check_and_only_the_leader_is_told(
    school: School, kolyo: Chat
) -> None:
    await school.hears("sonya", "Соня")
    case = await school.case()
    kolyo = school.chat("kolyo")
    await kolyo.sends(Tapped("go", "decide", str(case.id)))
    said_ = await kolyo.taps("Дублира друг случай", "Реши така")
    assert "Случаят е приключен." in said_
    assert "оттегл" not in said_
    assert len([one for one in kolyo.all if one.to]) == 1
    async with school.database.reading() as tx:
        assert await referrals.open_check(tx, case.id) is None
        check = await tx.one("SELECT state FROM referral WHERE case_id = :id AND check_day = 7", id=case.id)
    assert check["state"] == "withdrawn"


async def test_who_is_enrolled_anew_on_the_day_of_a_check_is_asked_after_from_the_first_one(school: School) -> None:
    for account, label in (("sonya", "1: Посещава"), ("sonya", "1: Не идва")):
        sonya = await school.hears(account, "Соня")
        await sonya.taps(label)
        due = (await school.case()).due_on
        assert due
        school.day = due if label.endswith("Посещава") else school.day
    mila = Chat(school.database, "mila", school.at + timedelta(hours=3))
    await mila.says("1 записано")
    await mila.taps("Майка", "Запази")
    again = (await school.case()).due_on
    assert again == WORK.calendar.on_or_after(school.day + timedelta(days=7))
    assert "БЯ-001, Бяла · 7 дни след записването" in said((await school.morning(again))["Соня"])


async def test_the_child_that_stays_is_told_to_the_team(school: School) -> None:
    async with school.database.transaction() as tx:
        await tx.run(
            "UPDATE child_case SET due_on = '2027-06-22', enrolled_on = '2026-11-24' WHERE recognised_by = '1'"
        )
        await tx.run("UPDATE child_case SET due_on = NULL WHERE recognised_by <> '1'")
    school.day = date(2027, 6, 22)
    sonya = await school.hears("sonya", "Соня")
    assert "210 дни след записването" in sonya.text
    await sonya.taps("1: Посещава")
    assert sonya.text.startswith("БЯ-001: детето остава в училище. Благодаря Ви.\n\nЗа всички тук има отговор.")
    case = await school.case()
    assert (case.status, case.due_on, case.enrolled_on) == ("S60", None, None)
    told = [message for message in sonya.all if message.to]
    assert len(told) == 2
    assert said(told[0]).startswith("БЯ-001: детето остава в училище. 210 дни след записването то посещава.")


async def test_without_leader_and_reporter_the_coordinator_is_told(school: School, kolyo: Chat) -> None:
    async with school.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE role IN ('leader', 'member')")
        await tx.run("UPDATE child_case SET team_id = NULL WHERE recognised_by = '2'")
    sonya = await school.hears("sonya", "Соня")
    for number in (1, 2):
        await sonya.taps(f"{number}: Не идва")
        async with school.database.reading() as tx:
            told = [await people.get(tx, message.to) for message in sonya.all if message.to]
        assert [one.name for one in told if one] == ["Кольо"]
