"""What waits for another try is looked at again before it goes; what is too much for a day comes the next morning.

What a newcomer gets wrong: the clock of this sandbox stands still, so a message that failed waits until the test lets
time pass.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casework.records import LEADER
from handlers.engine.scene import Message
from handlers.engine.views import View
from sandbox import Person, Sandbox
from sandbox.faults import Fault
from storage import because, cases
from tests.bot.conftest import TOKEN, World, living
from tests.transcripts.stage import StillClock


@pytest.fixture
async def still(tmp_path: Path) -> AsyncIterator[World]:
    async with Sandbox(TOKEN, limits=False, clock=StillClock()) as sandbox, living(sandbox, tmp_path) as world:
        yield world


async def due(world: World, *numbers: int) -> None:
    """Overdue since yesterday, and nobody but the team was told."""
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-01-15'")
        for number in numbers:
            day = world.today() - timedelta(days=1)
            await tx.run("UPDATE child_case SET due_on = :day, told_rung = 1 WHERE id = :id", day=str(day), id=number)


async def reports(someone: Person, number: int) -> None:
    await someone.says(f"{number} никой")
    await someone.hears(30)
    await someone.taps("Запази")
    await someone.hears(30)


async def held_up(world: World, someone: Person) -> None:
    """The alert of the morning, whose first call fails."""
    world.sandbox.faults.add(Fault("sendMessage", someone.id, "500"))
    await world.rung()
    assert not world.sandbox.faults.unused()
    someone.forget()


async def test_a_line_whose_cause_is_gone_leaves_the_message_that_waits(still: World) -> None:
    lidia, mila = await still.person("Лидия", LEADER), await still.person("Мила")
    await due(still, 1, 2, 3)
    await held_up(still, lidia)
    await reports(mila, 2)
    still.sandbox.world.clock.move(timedelta(minutes=1))
    said = (await lidia.hears(30)).text
    assert said.startswith("2 просрочени случая чакат Вас:\n• БЯ-001, ")
    assert "БЯ-002" not in said
    assert "Отвори БЯ-002" not in lidia.last.labels
    assert "Отвори БЯ-003" in lidia.last.labels


async def test_a_message_with_nothing_left_is_not_sent(still: World) -> None:
    lidia, mila = await still.person("Лидия", LEADER), await still.person("Мила")
    await due(still, 1)
    await held_up(still, lidia)
    await reports(mila, 1)
    still.sandbox.world.clock.move(timedelta(minutes=1))
    await still.settled()
    assert not any("чака Вас" in one.text for one in lidia.chat)
    async with still.app.database.reading() as tx:
        [left] = await tx.rows("SELECT count(*) AS n FROM outbox WHERE state <> 'sent' AND payload <> ''")
        [kept] = await tx.rows("SELECT count(*) AS n FROM notice")
    assert (left["n"], kept["n"]) == (0, 0)


async def test_a_cause_that_nobody_wrote_down_is_found_before_the_call(still: World) -> None:
    lidia = await still.person("Лидия", LEADER)
    await due(still, 1, 2)
    await held_up(still, lidia)
    async with still.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET next_step = 'retry' WHERE id = 1")
    still.sandbox.world.clock.move(timedelta(minutes=1))
    said = (await lidia.hears(30)).text
    assert said.startswith("1 просрочен случай чака Вас:\n• БЯ-002, ")


async def test_what_waits_for_its_readers_hours_loses_what_holds_no_more_before_and_after_it_is_folded(
    still: World,
) -> None:
    mila, lidia = await still.person("Мила"), await still.person("Лидия", LEADER)
    await due(still, 1, 2, 3)
    still.move_to(0, 21)
    async with still.app.database.transaction() as tx:
        for case in await cases.among(tx, (1, 2, 3)):
            told = replace(notice(1, f"новина за {case.number}"), because=(because.due(case),))
            await still.app.teller.notify(tx, told, still.app.now())
    await reports(mila, 1)
    still.move_to(1, 7, 30)
    await held_up(still, mila)
    async with still.app.database.reading() as tx:
        [one] = await tx.rows("SELECT payload FROM outbox WHERE state = 'waiting'")
    assert [f"БЯ-00{n}" in one["payload"] for n in (1, 2, 3)] == [False, True, True]
    await reports(lidia, 2)
    still.sandbox.world.clock.move(timedelta(minutes=1))
    assert (await mila.hears(30)).text == "новина за БЯ-003"


async def test_what_is_too_much_for_a_day_comes_in_the_next_mornings_message(still: World) -> None:
    mila = await still.person("Мила")
    await due(still)
    mila.forget()
    ceiling, more = still.app.config.file.schedule.notices_a_day, 3
    async with still.app.database.transaction() as tx:
        [row] = await tx.rows("SELECT id FROM person WHERE name = 'Мила'")
        for n in range(ceiling + more):
            await still.app.teller.notify(tx, notice(row["id"], f"новина {n}"), still.app.now())
        await still.app.teller.notify(tx, notice(row["id"], "спешно", urgent=True), still.app.now())
        [count] = await tx.rows("SELECT count, urgent FROM told_a_day WHERE person_id = :id", id=row["id"])
    assert (count["count"], count["urgent"]) == (ceiling + more, 1)
    await still.settled()
    today = [one.text for one in mila.chat if one.text.startswith(("новина", "спешно"))]
    assert sorted(today) == sorted([*(f"новина {n}" for n in range(ceiling)), "спешно"])
    still.to_a_working_day(9)
    await still.rung()
    assert mila.chat[-1].text == "\n\n".join(f"новина {n}" for n in range(ceiling, ceiling + more))
    heard = len(mila.chat)
    await still.rung()
    assert len(mila.chat) == heard


def notice(to: int, text: str, *, urgent: bool = False) -> Message:
    return Message(View((text,)), replaces=False, to=to, urgent=urgent)
