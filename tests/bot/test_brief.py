"""The brief of a morning and the plan in it: one message to whoever goes to the doors, nothing that was put off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from casework.escalation import Turn
from casework.records import INSTITUTION, LEADER, MEMBER
from handlers.morning import brief
from sandbox import Person
from storage import absences, cases, teams
from storage.database import Row, Tx
from tests import everybody
from tests.bot.conftest import World
from tests.bot.test_alerts import due_today
from tests.bot.test_announcing import does, writes
from tests.bot.test_weekly import reports

PLAN = "Кой с кого отива"


def briefs(someone: Person) -> list[str]:
    return [one.text for one in someone.chat if one.from_bot and "за днес:\n" in one.text]


def heard(someone: Person) -> int:
    return sum(one.from_bot for one in someone.chat)


async def morning(world: World, days: int = 1) -> None:
    for _ in range(days):
        world.to_a_working_day(9)
        await world.rung()


async def owe(world: World, where: str = "1 = 1", due: date | None = None) -> None:
    """Due on the next working day, or on that one; the others are not due."""
    day = due or world.app.work.calendar.add(world.today(), 1)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-03-01', told_rung = 0")
        await tx.run(f"UPDATE child_case SET due_on = :day WHERE {where}", day=day.isoformat())


async def settled_in(world: World, place: str, where: str) -> None:
    async with world.app.database.transaction() as tx:
        await tx.run(f"UPDATE child_case SET settlement = :place WHERE {where}", place=place)


async def plans(someone: Person, place: str, *who: str) -> str:
    """From the list of cases; returns what the bot says then."""
    someone.forget()
    await writes(someone, "/cases")
    await does(someone, PLAN)
    await does(someone, beginning(someone, place), *who)
    return (await does(someone, "Готово")).text


def beginning(someone: Person, place: str) -> str:
    """The button that begins so."""
    return next(label for label in someone.last.labels if label.startswith(place))


async def team_of_three(world: World) -> tuple[Person, Person, Person]:
    world.to_a_working_day(7)
    lidia = await world.person("Лидия Колева", LEADER)
    return lidia, await world.person("Мила Петрова"), await world.person("Вера Илиева")


async def test_who_was_planned_reads_it_in_the_brief_and_sees_the_visits_there(world: World) -> None:
    lidia, mila, vera = await team_of_three(world)
    await settled_in(world, "Пет кладенци", "running IN (2, 3)")
    await owe(world, "running <= 3")
    said = await plans(lidia, "Пет кладенци · утре", "Вера Илиева", "Мила Петрова")
    assert said == "Кой с кого отива, утре, 26.11:\n• Бяла: още никой\n• Пет кладенци: Вера и Мила"
    before = [heard(one) for one in (mila, vera)]
    await morning(world)
    assert briefs(lidia) == [
        "3 посещения са за днес:\n• Бяла: БЯ-001\n• Пет кладенци: БЯ-002, БЯ-003 · днес Вера и Мила"
    ]
    assert briefs(mila) == ["2 посещения са за днес:\n• Пет кладенци: БЯ-002, БЯ-003 · днес Вие и Вера"]
    assert briefs(vera) == ["2 посещения са за днес:\n• Пет кладенци: БЯ-002, БЯ-003 · днес Вие и Мила"]
    assert vera.last.labels == ["БЯ-002", "БЯ-003", PLAN]
    await world.rung()
    assert [heard(one) for one in (mila, vera)] == [n + 1 for n in before]


async def test_whoever_is_away_that_day_is_not_offered_and_drops_out_of_the_plan(world: World) -> None:
    lidia, mila, vera = await team_of_three(world)
    await owe(world, "running = 1")
    await plans(lidia, "Бяла · утре", "Вера Илиева", "Мила Петрова")
    async with world.app.database.transaction() as tx:
        away = next(one for one in await everybody.on_duty(tx) if one.name == "Мила Петрова")
        tomorrow = world.app.work.calendar.add(world.today(), 1)
        await absences.make(tx, away, away.id, tomorrow, tomorrow, None, today=world.today(), now=world.app.now())
    await writes(lidia, "/cases")
    await does(lidia, PLAN)
    await does(lidia, beginning(lidia, "Бяла · утре"))
    assert lidia.last.labels == ["Вера Илиева", "Лидия Колева", "Никой", "Пропусни"]
    await morning(world)
    assert briefs(lidia) == ["1 посещение е за днес:\n• Бяла: БЯ-001 · днес Вера"]
    assert (briefs(mila), len(briefs(vera))) == ([], 1)


async def test_what_changes_today_is_told_at_once_to_those_it_concerns_and_to_nobody_else(world: World) -> None:
    lidia, mila, vera = await team_of_three(world)
    await owe(world, "running = 1")
    await plans(lidia, "Бяла · утре", "Мила Петрова")
    await morning(world)
    before = [heard(one) for one in (mila, vera)]
    await plans(lidia, "Бяла · днес", "Вера Илиева")
    await world.rung()
    assert mila.last.text == "Лидия Колева промени плана за днес.\n• Бяла: Вера"
    # Who had nothing this morning has the brief now, and no notice besides.
    assert briefs(vera) == ["1 посещение е за днес:\n• Бяла: БЯ-001 · днес Вие"]
    assert [heard(one) for one in (mila, vera)] == [n + 1 for n in before]
    await plans(lidia, "Бяла · днес", "Вера Илиева")
    await plans(lidia, "Бяла · днес", "Никой")
    await world.rung()
    assert vera.last.text == "Лидия Колева промени плана за днес.\n• Бяла: никой"
    assert [heard(one) for one in (mila, vera)] == [before[0] + 1, before[1] + 2]


async def test_a_promise_is_told_on_its_day_once_and_not_when_it_was_put_off(world: World) -> None:
    _lidia, mila, _vera = await team_of_three(world)
    await reports(mila, "4 обещание утре", "Майка", "Пропусни")
    await reports(mila, "5 обещание утре", "Майка", "Пропусни")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-03-01' WHERE running NOT IN (4, 5)")
        await tx.run("UPDATE child_case SET postponed = 1 WHERE running = 5")
        await tx.run("UPDATE child_case SET told_rung = 0")
    before = heard(mila)
    await morning(world)
    assert mila.last.text == "Обещано за днес:\n• БЯ-004, Бяла · обещание да се запише или върне"
    await world.rung()
    assert heard(mila) == before + 1
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-03-01' WHERE running = 5")
    await morning(world)
    assert briefs(mila)[-1] == ("1 посещение е за днес:\n• Бяла: БЯ-004 (обещание)")


async def test_a_promise_of_somebody_who_cannot_be_told_now_breaks_nothing_and_goes_to_the_team(world: World) -> None:
    lidia, mila, _vera = await team_of_three(world)
    await reports(mila, "4 обещание утре", "Майка", "Пропусни")
    await owe(world, "running = 1")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE identity SET reachable = 0 WHERE person_id = (SELECT reporter_id FROM visit)")
    await morning(world)
    assert briefs(lidia)[-1].endswith("Обещано за днес:\n• БЯ-004, Бяла · обещание да се запише или върне")


async def test_of_two_teams_somebody_has_one_message_and_the_school_has_none(world: World) -> None:
    world.to_a_working_day(7)
    mila = await world.person("Мила")
    school = await world.person("Ана", INSTITUTION, "Бяла", "I10")
    async with world.app.database.transaction() as tx:
        await teams.put(tx, "Б-2", "Бяла", "Бяла")
        second = (await teams.by_name(tx))["б-2"]
        me = next(one for one in await everybody.on_duty(tx) if one.role == MEMBER)
        await teams.join(tx, me, me.id, second, world.app.now())
        await tx.run("UPDATE child_case SET team_id = :team WHERE running = 2", team=second.id)
    await owe(world, "running <= 2")
    said = await plans(mila, "Бяла, Б-2 · утре", "Мила")
    assert said.endswith("• Бяла, Б-1: още никой\n• Бяла, Б-2: Вие")
    before = heard(mila), heard(school)
    await morning(world)
    assert briefs(mila) == ["2 посещения са за днес:\n• Бяла: БЯ-001\n• Бяла: БЯ-002 · днес Вие"]
    assert (heard(mila), heard(school)) == (before[0] + 1, before[1])


async def test_what_was_put_off_is_in_no_brief(world: World) -> None:
    _lidia, mila, vera = await team_of_three(world)
    await reports(mila, "14 никой")
    await due_today(world)
    await owe(world, "running = 14", world.today())
    await plans(mila, "Бяла · днес", "Вера Илиева")
    await writes(mila, "/cases")
    await does(mila, beginning(mila, "• БЯ-014"))
    await does(mila, "Отложи БЯ-014", "Болест")
    await morning(world, days=2)
    assert not [text for one in (mila, vera) for text in briefs(one) if "БЯ-014" in text]


class Counted:
    """Reads as a transaction does, and counts how often."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.statements = 0

    async def rows(self, sql: str, **values: Any) -> Sequence[Row]:
        self.statements += 1
        return await self._tx.rows(sql, **values)


async def test_a_morning_is_read_in_as_many_statements_for_many_as_for_one(world: World) -> None:
    _lidia, mila, _vera = await team_of_three(world)
    counts = []
    today = world.today() + timedelta(days=1)
    for numbers in ((1,), range(2, 8)):
        for number in numbers:
            await reports(mila, f"{number} обещание утре", "Майка", "Пропусни")
        async with world.app.database.transaction() as tx:
            roster = await everybody.roster(tx)
            await tx.run("UPDATE child_case SET due_on = :today WHERE running > 7", today=today.isoformat())
            due = await cases.due_everywhere(tx, today, last_rung=5)
            turns = {
                one.id: [Turn(case.case, 1, one, 0) for case in due[n::3]]
                for n, one in enumerate(await everybody.on_duty(tx))
            }
            counting: Any = Counted(tx)
            work = world.app.work
            day = await brief.ahead(counting, work, today)
            found = await brief.read(counting, work, roster, due, turns, day, today)
            counts.append((counting.statements, sum(len(day.promised) for day in found.values())))
    assert counts == [(5, 1), (5, 7)]
