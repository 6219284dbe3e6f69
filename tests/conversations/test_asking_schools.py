"""A check after the enrolment as the school is asked: one message a morning, one tap, each answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.records import INSTITUTION, Cause, NextStep, Person
from handlers.engine.replies import Tapped
from handlers.engine.scene import Message
from handlers.engine.views import Button, View
from handlers.menu import MENU
from handlers.morning import notices
from storage import audit, cases, referrals
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, joins
from tests.conversations.schools import DUE, NOT_THERE, SCHOOL, School, said


@pytest.fixture
async def school(database: Database) -> School:
    return await School.with_three(database)


async def test_the_school_is_asked_once_in_one_message_and_reminded_once(school: School) -> None:
    assert await school.morning(DUE - timedelta(days=1)) == {}
    told = await school.morning(DUE)
    assert list(told) == ["Соня"]
    assert said(told["Соня"]).splitlines() == [
        "3 записани деца: посещават ли?",
        "• БЯ-001, Бяла · 7 дни след записването",
        "• БЯ-002, Дряновец · 7 дни след записването",
        "• БЯ-003, Бяла · 7 дни след записването",
    ]
    until = WORK.calendar.add(DUE, 3)
    case = await school.case()
    assert (case.due_on, case.awaits, case.next_step) == (until, "I10", "enrolled")
    days = (DUE + timedelta(days=n) for n in range(15))
    again = [day for day in days if await school.morning(day)]
    # The fifth is between: the list of those at risk is asked for then, in a message of its own or with a reminder.
    listed = WORK.calendar.on_or_after(date(2026, 12, 5))
    assert again == sorted({until, listed})


async def test_attends_goes_on_to_the_next_check_and_is_shown_where_it_was_tapped(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    assert sonya.labels[:3] == ["1: Посещава", "1: Отсъства", "1: Не идва"]
    answer = sonya.button("1: Посещава")
    assert (await sonya.taps("1: Посещава")).splitlines()[:2] == [
        "2 записани деца: посещават ли?",
        "✓ БЯ-001: Посещава",
    ]
    assert [message.to for message in sonya.all] == [None]
    case = await school.case()
    assert (case.status, case.next_step, case.waits_for) == ("S50", "attendance", None)
    assert case.due_on == WORK.calendar.on_or_after(TODAY + timedelta(days=30))
    again = await sonya.sends(answer)
    assert again.startswith("Тук вече има отговор. БЯ-001: Посещава. Нищо не е променено.")
    assert await school.case() == case
    await sonya.taps("2: Посещава", "3: Посещава")
    assert sonya.text.splitlines()[0] == "За всички тук има отговор. Благодаря Ви."
    assert sonya.labels == ["Меню"]
    assert await school.morning(case.due_on - timedelta(days=1)) == {}


async def test_does_not_come_sends_the_team_at_once(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    await sonya.taps("1: Не идва")
    assert sonya.text.startswith("БЯ-001: екипът вече знае и ще отиде при детето. Благодаря Ви.")
    case = await school.case()
    assert (case.status, case.next_step, case.enrolled_on) == ("S61", "visit", None)
    notices = [message for message in sonya.all if message.to]
    assert len(notices) == 2  # the leader, and Mila who was there last
    assert said(notices[0]).startswith("БЯ-001: Не идва. Така отговори Соня.\nСледва: посещение. Срок: ")
    assert (await school.moved())[-1] == ("check", "S50", "S61")


@pytest.mark.parametrize(("days", "status"), [("2", "S50"), ("3 дни", "S21"), ("10", "S21")])
async def test_absent_days_count_from_the_threshold_on(school: School, days: str, status: str) -> None:
    sonya = await school.hears("sonya", "Соня")
    await sonya.taps("1: Отсъства")
    assert sonya.text == "БЯ-001: колко дни без уважителна причина този месец?"
    assert sonya.labels == ["1", "2", "3", "5", "10", "← Назад"]
    for wrong in ("много", "45", "-3", "2.5"):
        assert (await sonya.says(wrong)).startswith("Моля, напишете цяло число от 0 до 31. Напр. 3.")
    await sonya.says(days)
    assert f"✓ БЯ-001: Отсъства, {days.split()[0]} дни" in sonya.text
    assert (await school.case()).status == status


async def test_back_from_the_days_answers_nothing(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    days = await sonya.taps("1: Отсъства")
    five = sonya.button("5")
    assert days
    await sonya.taps("← Назад")
    assert sonya.text.startswith("3 записани деца")
    assert "нещо вече приключено" in await sonya.sends(five)
    assert (await school.case()).waits_for is not None


async def test_whoever_is_second_is_told_what_the_first_has_said(school: School) -> None:
    sonya = await school.hears("sonya", "Соня")
    absent, good = sonya.button("1: Отсъства"), sonya.button("1: Посещава")
    await sonya.taps("1: Отсъства")
    mila = school.chat("mila")
    case = await school.case()
    card = await mila.sends(Tapped("go", "card", str(case.id)))
    assert "Посещава ли детето? Проверка 7 дни след записването.\nУчилището е попитано днес, 1.12." in card
    await mila.taps("Посещава")
    assert "Следва: проверка на отсъствията" in mila.text
    # Sonya writes the days when Mila has answered already.
    assert (await sonya.says("9")).startswith("Тук вече има отговор. БЯ-001: Посещава. Нищо не е променено.")
    for late in (absent, good):
        assert (await sonya.sends(late)).startswith("Тук вече има отговор.")
    assert (await school.case()).due_on == WORK.calendar.on_or_after(TODAY + timedelta(days=30))


async def test_not_ours_is_asked_of_the_others_then_of_the_team_and_never_of_the_same_again(school: School) -> None:
    async with school.database.transaction() as tx:
        await joins(tx, "petar", replace(SCHOOL, name="Петър"))
    sonya = await school.hears("sonya", "Соня")
    petar = school.chat("petar")
    await petar.sends(Tapped("go", "checks", "_0"))
    assert petar.text.startswith("3 записани деца")
    await sonya.taps("Кои са децата?")
    assert sonya.labels[-4:] == ["БЯ-003: името", "БЯ-003 не е при нас", "← Назад", "Меню"]
    mine = sonya.button("БЯ-001 не")
    assert (await sonya.taps("БЯ-001 не е при нас")).startswith("За БЯ-001 вече няма да Ви питаме.\n\n2 записани деца")
    assert await sonya.sends(mine) == NOT_THERE
    assert (await school.case()).waits_for is not None
    await petar.taps("Кои са децата?", "БЯ-001 не е при нас")
    assert (await school.case()).waits_for is None
    mila = school.chat("mila")
    await mila.sends(Tapped("go", "card", str((await school.case()).id)))
    await mila.taps("Посещава")
    later = (await school.case()).due_on
    assert later
    assert "БЯ-001" not in "".join(said(one) for one in (await school.morning(later)).values())
    assert (await school.case()).waits_for is None


async def test_the_school_sees_a_name_when_it_asks_and_that_is_recorded(school: School) -> None:
    async with school.database.transaction() as tx:
        await tx.run("UPDATE child_case SET sealed_name = NULL WHERE recognised_by = '2'")
    sonya = await school.hears("sonya", "Соня")
    await sonya.taps("Кои са децата?")
    assert "БЯ-002: името" not in sonya.labels
    name = sonya.button("БЯ-001: името")
    assert (await sonya.sends(name)).startswith("Росица Илиева")
    async with school.database.reading() as tx:
        assert ("saw the name") in [what for what, _who in await audit.of_case(tx, (await school.case()).id)]
    await sonya.sends(Tapped("go", "checks", "_0"))
    await sonya.taps("1: Посещава")
    assert "Росица" not in await sonya.sends(name)


async def test_in_the_message_of_a_morning_that_says_more_answers_come_below(school: School) -> None:
    sonya = school.chat("sonya")
    told = (await school.morning())["Соня"]
    reminder = Message(View(("искане",), ((Button("Отговори", "1", "referral"),), (MENU,))), replaces=False, to=told.to)
    urgent = Message(View(("спешно",), ((Button("Приеми", "1", "accept"),),)), replaces=False, to=told.to, urgent=True)
    assert told.to is not None
    [joined] = notices.together([told, reminder, urgent], [told.to])
    assert joined.urgent
    assert joined.view.lines[0] == "спешно"
    assert joined.view.rows[-1] == (MENU,)
    keys = [button.key for row in joined.view.rows for button in row]
    assert set(keys) == {"accept", "check_below", "check_others_below", "referral_below", "menu"}
    assert keys.count("menu") == 1
    sonya.all = [replace(joined, to=None)]
    await sonya.taps("1: Посещава")
    assert sonya.text.startswith("2 записани деца")
    assert not sonya.all[-1].replaces
    await sonya.taps("2: Посещава")
    assert sonya.all[-1].replaces
    sonya.all = [replace(joined, to=None)]
    await sonya.taps("3: Отсъства")
    assert not sonya.all[-1].replaces
    assert (await sonya.taps("1")).startswith("За всички тук има отговор.")
    [long] = notices.together([told, *[reminder] * 9], [told.to])
    assert [button.key for button in long.view.rows[-1]] == ["checks_below", "waiting_below", "menu"]
    [others] = notices.together([reminder] * 12, [told.to])
    assert [button.key for button in others.view.rows[-1]] == ["waiting_below", "menu"]
    [beside] = notices.together([reminder, replace(told, view=View((), ((Button("x", "", "drafts"), MENU),)))])
    assert [button.key for button in beside.view.rows[-1]] == ["drafts", "menu"]


async def test_many_children_come_in_pages(school: School) -> None:
    async with school.database.transaction() as tx:
        for number in range(4, 13):
            case = await cases.marked(tx, str(number))
            assert case
            await cases.advance(tx, case, NextStep("S50", "enrolled", DUE, None, TODAY), Cause("visit"), NOW)
    sonya = await school.hears("sonya", "Соня")
    assert sonya.text.startswith("12 записани деца")
    assert "БЯ-009" not in sonya.text
    more = sonya.button("Още 4 →")
    await sonya.taps("Още 4 →", "9: Посещава")
    assert sonya.text.startswith("11 записани деца: посещават ли?\n✓ БЯ-009: Посещава\n• БЯ-010")
    await sonya.taps("← Предишни")
    assert "БЯ-001" in sonya.text
    await sonya.sends(more)
    assert "✓ БЯ-009: Посещава" in sonya.text


async def test_letters_stand_on_the_buttons_where_they_differ(school: School) -> None:
    async with school.database.transaction() as tx:
        await tx.run("UPDATE child_case SET prefix = 'РУ' WHERE recognised_by = '2'")
        await tx.run("UPDATE person SET municipality = '' WHERE name = 'Соня'")
    sonya = await school.hears("sonya", "Соня")
    assert [label for label in sonya.labels if label.endswith("Посещава")] == [
        "БЯ-001: Посещава", "БЯ-003: Посещава", "РУ-002: Посещава",
    ]  # fmt: skip


async def test_buttons_of_others_and_old_ones_change_nothing(school: School, vera: Chat, kolyo: Chat) -> None:
    sonya = await school.hears("sonya", "Соня")
    good, absent = sonya.button("1: Посещава"), sonya.button("1: Отсъства")
    async with school.database.transaction() as tx:
        await joins(tx, "rusi", replace(SCHOOL, municipality="Русе", name="Руси"))
        await joins(tx, "police", replace(SCHOOL, institution="I50", name="Полиция"))
    before = await school.case()
    for account in ("vera", "rusi", "police"):
        for tap in (good, absent, Tapped("go", "check_not", good.value.replace("C10.", ""))):
            assert await school.chat(account).sends(tap) == NOT_THERE, account
    for value in ("", "x", "99999999999999999999.C10.card", "99.C10._0"):
        for key in ("check", "check_not"):
            assert await sonya.sends(Tapped("go", key, value)) == NOT_THERE, value
    assert await sonya.sends(Tapped("go", "check", good.value.replace("C10", "C99"))) == NOT_THERE
    assert "Няма дете, за което да чакаме отговор" in await vera.sends(Tapped("go", "checks", "2026-12-01_0"))
    assert await school.case() == before
    kolyo.now = school.at
    await kolyo.sends(Tapped("go", "card", str(before.id)))
    await kolyo.taps("Посещава")
    assert (await school.case()).waits_for is None
    assert [message for message in kolyo.all if message.to] == []


async def test_who_has_taken_a_child_is_answered_for_by_nobody_else_of_the_school(school: School) -> None:
    async with school.database.transaction() as tx:
        petar = await joins(tx, "petar", replace(SCHOOL, name="Петър"))
    sonya = await school.hears("sonya", "Соня")
    async with school.database.transaction() as tx:
        check = await referrals.open_check(tx, (await school.case()).id)
        assert check
        assert await referrals.take(tx, Person(petar, "Петър", INSTITUTION), check.id, NOW)
    assert await sonya.taps("1: Посещава") == NOT_THERE


async def test_the_list_of_those_at_risk_is_asked_for_once_a_month_where_children_are_observed(school: School) -> None:
    async with school.database.transaction() as tx:
        await joins(tx, "rusi", replace(SCHOOL, municipality="Русе", name="Руси"))
        await tx.run("UPDATE child_case SET due_on = '2027-03-01' WHERE status = 'S50'")
    days = (date(2026, 12, 1) + timedelta(days=n) for n in range(60))
    told = {day: names for day in days if (names := await school.morning(day))}
    assert {day: list(names) for day, names in told.items()} == {
        date(2026, 12, 7): ["Соня"],
        date(2027, 1, 5): ["Соня"],
    }
    for day, names in told.items():
        assert said(names["Соня"], day).startswith("Отсъствията за миналия месец са подадени.")
