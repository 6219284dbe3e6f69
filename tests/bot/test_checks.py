"""Three children after their enrolment, over the wire and for as long as they are asked after: 210 days on a clock."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from casework.records import INSTITUTION, LEADER
from sandbox import Person
from storage import referrals
from tests.bot.conftest import World
from tests.bot.viber import rows
from tests.imports.books import at_risk

SCHOOL = "I10"
ASKED = "след записването"


async def reported(someone: Person, line: str, *labels: str) -> None:
    await someone.says(line)
    await someone.hears()
    for label in (*labels, "Запази"):
        await someone.taps(label)
        await someone.hears()


async def on_days(world: World, until: date) -> list[date]:
    """Every day at nine until then; the days passed."""
    passed = []
    while world.today() < until:
        world.move_to(1, 9)
        await world.rung()
        passed.append(world.today())
    return passed


def mornings(someone: Person) -> list[str]:
    return [message.text for message in someone.chat if message.from_bot and ASKED in message.text]


async def stands(world: World) -> list[tuple[str, str | None]]:
    return [
        (row["status"], row["due_on"])
        for row in await rows(world, "SELECT status, due_on FROM child_case ORDER BY id LIMIT 3")
    ]


async def test_three_children_are_asked_after_for_210_days(world: World) -> None:
    world.to_a_working_day(10)
    lidia, mila = await world.person("Лидия", LEADER), await world.person("Мила")
    sonya = await world.person("Соня", INSTITUTION, "Бяла", SCHOOL)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL WHERE running > 3")
    begun = world.today()
    for number in (1, 2, 3):
        await reported(mila, f"{number} записано", "Майка")
    calendar = world.app.work.calendar
    due = [calendar.on_or_after(begun + timedelta(days=days)) for days in (7, 30, 90, 150, 210)]

    await on_days(world, due[0])
    [first] = mornings(sonya)
    assert first.splitlines()[0] == "3 записани деца: посещават ли?"
    await sonya.taps("1: Посещава")
    await sonya.taps("2: Не идва")
    await world.settled()
    assert "✓ БЯ-001: Посещава\n✓ БЯ-002: Не идва\n• БЯ-003" in sonya.last.text
    for one in (lidia, mila):
        assert "БЯ-002: Не идва. Така отговори Соня." in one.last.text

    # Nothing is said of the third: it is reminded of once, and then the ladder speaks to the leader.
    until = calendar.add(due[0], 3)
    await on_days(world, calendar.add(until, 1))
    assert len([text for text in mornings(sonya) if "попитахме" in text]) == 1
    assert "БЯ-003" in lidia.last.text
    await mila.says("/cases")
    await world.settled()
    for label in ("❗ БЯ-003 · Бяла, ул. Дунав 3", "Отсъства", "5"):
        await mila.taps(label)
        await world.settled()
    assert mila.last.text.startswith("БЯ-003: екипът вече знае")
    assert [status for status, _due in await stands(world)] == ["S50", "S61", "S21"]
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL WHERE running > 1")

    for day in due[1:]:
        await on_days(world, world.app.work.school_days.on_or_after(day))
        assert "1 записано дете: посещава ли?" in mornings(sonya)[-1].splitlines()
        await sonya.taps("1: Посещава")
        await world.settled()
    assert await stands(world) == [("S60", None), ("S61", None), ("S21", None)]
    for one in (lidia, mila):
        assert "БЯ-001: детето остава в училище. 210 дни след записването" in one.last.text
    checks = await rows(world, "SELECT check_day, state FROM referral WHERE case_id = 1 ORDER BY id")
    assert [tuple(row.values()) for row in checks] == [(day, "answered") for day in (7, 30, 90, 150, 210)]
    claimed = await rows(world, "SELECT period FROM period_claim WHERE job = 'checks'")
    assert max(Counter(row["period"] for row in claimed).values()) == 1
    assert all(calendar.is_working(date.fromisoformat(row["period"])) for row in claimed)
    await on_days(world, due[-1] + timedelta(days=40))
    assert await stands(world) == [("S60", None), ("S61", None), ("S21", None)]


async def test_what_a_school_owes_comes_in_one_message_a_morning_and_answers_stand_below(world: World) -> None:
    world.to_a_working_day(10)
    mila = await world.person("Мила")
    sonya = await world.person("Соня", INSTITUTION, "Бяла", SCHOOL)
    await reported(mila, "1 записано", "Майка")
    calendar = world.app.work.calendar
    due = calendar.on_or_after(world.today() + timedelta(days=7))
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL WHERE running > 2")
        made = await referrals.ask(tx, 2, SCHOOL, due, world.app.now(), asked_by=None, measure="M10")
    sonya.forget()
    await on_days(world, due)
    await world.rung()
    [morning] = mornings(sonya)
    assert morning.splitlines() == [
        "1 записано дете: посещава ли?", "• БЯ-001, Бяла · 7 дни след записването", "",
        "1 искане чака Вашия отговор:",
        f"• БЯ-002, Бяла: Училище: записване. Отговор до: днес, {due.day}.{due:%m}",
    ]  # fmt: skip
    assert sonya.last.labels == [
        "1: Посещава", "1: Отсъства", "1: Не идва", "Кои са децата?", "Отговори за БЯ-002", "Меню"
    ]  # fmt: skip
    await sonya.taps("1: Посещава")
    await world.settled()
    assert sonya.last.text.startswith("За всички тук има отговор.")
    assert mornings(sonya)[0] == morning
    [row] = await rows(world, f"SELECT state FROM referral WHERE id = {made}")
    assert row["state"] == "open"


async def test_the_register_sends_the_team_again_to_a_child_that_is_observed(world: World) -> None:
    world.to_a_working_day(10)
    lidia, mila = await world.person("Лидия", LEADER), await world.person("Мила")
    await brings(world, lidia, at_risk(), "Внеси 1 ред")
    await reported(mila, "17 записано", "Майка")
    await lidia.sends_document("риск.xlsx", at_risk(hours=4))
    await world.settled()
    assert "под прага от 5 часа." in lidia.last.text
    assert lidia.last.labels == ["Меню"]
    await brings(world, lidia, at_risk(hours=6.5), "Внеси 1 ред")
    said = "БЯ-017 е в списъка на учениците в риск: 6.5 часа без уважителна причина.\nСледва: посещение."
    for one in (lidia, mila):
        assert one.last.text.startswith(said)
    [case] = await rows(world, "SELECT status, enrolled_on FROM child_case WHERE running = 17")
    assert case == {"status": "S21", "enrolled_on": None}


async def brings(world: World, leader: Person, content: bytes, label: str) -> None:
    await leader.sends_document("риск.xlsx", content)
    await world.settled()
    await leader.taps(label)
    await world.settled()
