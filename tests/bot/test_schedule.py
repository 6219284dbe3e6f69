"""The digest and the overdue alert: at their hour, once, and only when there is something to say."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot import schedule
from bot.apart import spreadsheets
from casework.records import LEADER, MUNICIPAL
from handlers.desk import coordinate
from sandbox import Person
from storage import cases, people, teams
from tests.bot.conftest import World


async def coordinator(world: World) -> Person:
    return await world.person("Кольо", MUNICIPAL, "Бяла")


async def test_the_digest_comes_once_at_its_hour_with_chart_and_table(world: World) -> None:
    world.to_a_working_day(9)
    kolyo, mila = await coordinator(world), await world.person("Мила")
    await world.person("Лидия", LEADER)  # whose turn the overdue ones are
    await mila.says("14 никой")
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()
    await world.settled()
    kolyo.forget()
    world.move_to(0, 17, 31)
    said = (await kolyo.hears()).text
    assert "Посещения: 1\n" in said
    assert "Никой на адреса: 1" in said
    assert "Посетени поне веднъж: 6 %" in said
    assert "Росица" not in said
    assert (await kolyo.hears(15)).kind == "photo"
    world.move_to(0, 18)
    await kolyo.quiet(0.2)
    await kolyo.taps("Таблица (xlsx)")
    sheet = await kolyo.hears()
    assert sheet.document is not None
    assert sheet.document.name.endswith(".xlsx")


async def test_a_missed_hour_is_caught_up_once_and_marked_late(world: World) -> None:
    world.to_a_working_day(9)
    kolyo = await coordinator(world)
    await world.settled()
    world.move_to(1, 7)
    await world.rung()
    await kolyo.quiet(0.1)
    world.move_to(0, 7, 30)
    assert "закъсняло" in (await kolyo.hears()).text
    await kolyo.quiet(0.2)


async def _a_visit_on_a_free_day(world: World) -> Person:
    """Kolyo, on the first free day after a working one, half past five; nothing was told that day before the visit."""
    world.to_a_working_day(9)
    kolyo, mila = await coordinator(world), await world.person("Мила")
    while world.work_tomorrow:
        world.to_a_working_day(9)
    world.move_to(0, 17, 31)
    await world.rung()
    kolyo.forget()
    world.move_to(1, 12)
    mila.forget()
    await mila.says("14 никой")
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()
    return kolyo


async def test_the_visits_of_a_free_day_are_in_the_next_digest(world: World) -> None:
    kolyo = await _a_visit_on_a_free_day(world)
    world.move_to(0, 17, 31)
    await world.rung()
    await kolyo.quiet(0.1)
    world.to_a_working_day(17)
    world.move_to(0, 17, 31)
    await world.rung()
    digests = [one.text for one in kolyo.chat if one.from_bot and one.text.startswith("Обхват, ")]
    assert len(digests) == 2
    assert "Посещения: 1, с 1 повече" in digests[-1]


async def test_who_wants_to_be_told_on_free_days_has_a_digest_only_of_visits(world: World) -> None:
    kolyo = await _a_visit_on_a_free_day(world)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET own_days = '0123456', on_holidays = 1 WHERE name = 'Кольо'")
    world.move_to(0, 17, 31)
    await world.rung()
    assert "Посещения: 1" in (await kolyo.hears()).text
    kolyo.forget()
    assert not world.work_tomorrow
    world.move_to(1, 17, 31)
    await world.rung()
    await kolyo.quiet(0.1)


async def test_it_has_rung_only_when_all_that_a_waking_brings_is_done(world: World) -> None:
    world.to_a_working_day(7)
    lidia = await world.person("Лидия", LEADER)
    world.to_a_working_day(9)
    assert not world.app.schedule.rung.is_set()
    await world.app.schedule.rung.wait()
    await world.settled()
    assert "чакат Вас" in lidia.last.text


async def test_an_overdue_case_is_told_to_the_leader_then_to_the_coordinator(world: World) -> None:
    world.to_a_working_day(7)
    kolyo, lidia = await coordinator(world), await world.person("Лидия", LEADER)
    world.to_a_working_day(7)
    await world.settled()
    lidia.forget()
    kolyo.forget()
    world.move_to(0, 9)
    said = (await lidia.hears()).text
    assert said.startswith("16 просрочени случая чакат Вас:")
    assert "и още 8" in said
    await lidia.quiet(0.2)
    world.to_a_working_day(9)
    world.to_a_working_day(9)
    texts = [(await kolyo.hears()).text]
    while "чакат Вас" not in texts[-1]:
        texts.append((await kolyo.hears()).text)
    assert "16 просрочени" in texts[-1]


async def test_a_coordinator_chooses_the_hour(world: World) -> None:
    world.to_a_working_day(9)
    kolyo = await coordinator(world)
    await world.person("Лидия", LEADER)  # so that the overdue ones are not the coordinator's turn
    await kolyo.taps("Настройки")
    assert "Обобщението идва в 17:30 ч." in (await kolyo.hears()).text
    await kolyo.taps("Час на обобщението")
    await kolyo.hears()
    await kolyo.taps("12:00")
    assert "в 12:00 ч." in (await kolyo.hears()).text
    world.to_a_working_day(12)
    assert (await kolyo.hears()).text.startswith("Обхват, ")


async def test_nothing_to_say_is_not_said(world: World) -> None:
    world.to_a_working_day(9)
    kolyo = await coordinator(world)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")
    world.move_to(0, 17, 45)
    await world.settled()
    await kolyo.quiet(0.3)


def test_a_formula_is_text() -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    sheet = load_workbook(BytesIO(spreadsheets.write_table(["Случай"], [["=1+1"]]))).active
    assert sheet is not None
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", "=1+1")


async def test_what_is_due_is_read_for_the_morning_every_few_minutes_and_not_at_each_ring(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def counted(tx: Any, *at: Any) -> Any:
        read.append(tx)
        return await due(tx, *at)

    async def ring_after(move: timedelta) -> int:
        await world.app.schedule.rung.wait()
        world.sandbox.world.clock.move(move)
        world.app.schedule.look_again()
        await world.app.schedule.rung.wait()
        return len(read)

    world.to_a_working_day(11)
    await world.rung()
    read, due = list[Any](), cases.due_everywhere
    monkeypatch.setattr(cases, "due_everywhere", counted)
    assert await ring_after(timedelta(minutes=1)) == 0
    assert await ring_after(schedule.MORNING_AGAIN) == 1
    assert await ring_after(timedelta(seconds=1)) == 1
    assert await ring_after(-2 * schedule.MORNING_AGAIN) == 2
    assert await ring_after(timedelta(days=1)) == 3


async def test_a_morning_reads_nobody_for_whom_it_has_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a country of people with open conversations costs nothing."""

    async def read(*asked: Any, **values: Any) -> Any:
        found = await people.those(*asked, **values)
        names.update(one.name for one in found)
        return found

    world.to_a_working_day(7)
    async with world.app.database.transaction() as tx:
        await teams.put(tx, "Р-1", "Русе", "")
        await tx.run("UPDATE child_case SET due_on = NULL WHERE team_id <> 1 OR team_id IS NULL")
    for name, team in (("Мила", "Б-1"), ("Румен", "Р-1"), ("Асен", "Р-1")):
        await world.person(name, team=team)
    await world.person("Лидия", LEADER)
    names = set[str]()
    monkeypatch.setattr("storage.duty.those", read)
    world.move_to(0, 9)
    await world.rung()
    assert names == {"Мила", "Лидия"}


async def test_between_two_digests_others_have_their_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever coordinates no more when theirs would come has none."""

    async def made(tx: Any, work: Any, me: Any, *at: Any, **values: Any) -> Any:
        order.append(me.name)
        waiting.append(asyncio.create_task(other()))
        await asyncio.sleep(0)  # it stands before the door
        return await make_digest(tx, work, me, *at, **values)

    async def other() -> None:
        async with world.app.database.transaction() as tx:
            order.append("somebody else")
            await tx.run("UPDATE person SET role = 'member' WHERE name = 'Рени'")

    world.to_a_working_day(9)
    for name in ("Кольо", "Рени", "Ваня"):
        await world.person(name, MUNICIPAL, "Бяла")
    await world.settled()
    order, waiting = list[str](), list[asyncio.Task[None]]()
    make_digest = coordinate.make_digest
    monkeypatch.setattr(coordinate, "make_digest", made)
    world.move_to(0, 17, 31)
    await world.rung()
    await asyncio.gather(*waiting)
    assert order == ["Кольо", "somebody else", "Ваня", "somebody else"]
