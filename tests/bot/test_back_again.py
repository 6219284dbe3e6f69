"""Who could not be reached for a while is told, the morning after they are back, what they were not told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from casework.records import LEADER, MUNICIPAL
from handlers.engine.scene import Message
from handlers.engine.views import View
from sandbox import Fault, Person
from storage import because, cases, kept_on
from storage.outbox import NOTICE
from tests.bot.conftest import World
from tests.bot.test_reach import says_and_hears


async def tell(world: World, to: Person, text: str, *, case: int = 0, daily: bool = False, code: str = "") -> None:
    """`case` is what they are told of."""
    async with world.app.database.transaction() as tx:
        # By the name: whoever is found by their account has just written, and can be reached.
        [(reader, _name)] = await kept_on.called(tx, to.name)
        of = await cases.among(tx, [case]) if case else []
        ties = tuple(map(because.owed, of))
        told = Message(View((text,)), replaces=False, to=reader, because=ties, daily=daily, code=code)
        await world.app.teller.notify(tx, told, world.app.now(), NOTICE)


async def is_back(world: World, someone: Person) -> list[str]:
    """What they read in the mornings of the next two working days."""
    await someone.unblocks()
    await says_and_hears(someone, "/menu")
    told = []
    for _morning in range(2):
        world.to_a_working_day(9)
        someone.forget()
        heard = len(someone.chat)
        await world.rung()
        await world.settled()
        told += [one.text for one in someone.chat[heard:]]
    return told


async def kept(world: World) -> Sequence[object]:
    async with world.app.database.reading() as tx:
        return await tx.rows("SELECT id FROM notice WHERE folded_on > ''")


async def test_what_they_were_to_be_told_meanwhile_comes_once_when_they_are_back(world: World) -> None:
    await world.person("Кольо", MUNICIPAL, "Бяла")
    mila = await world.person("Мила")
    await mila.blocks()
    await world.settled()
    await tell(world, mila, "новина без повод")
    await tell(world, mila, "новина за БЯ-001", case=1)
    await tell(world, mila, "утринно", daily=True)
    await tell(world, mila, "само докато се праща", code="code")
    world.to_a_working_day(9)
    await world.rung()
    assert len(await kept(world)) == 2  # nobody is there to read them yet
    told = "\n".join(await is_back(world, mila))
    assert [told.count(one) for one in ("новина без повод", "новина за БЯ-001", "утринно", "докато")] == [1, 1, 0, 0]
    assert await kept(world) == []


async def test_what_holds_no_more_when_they_are_back_is_not_told(world: World) -> None:
    await world.person("Кольо", MUNICIPAL, "Бяла")
    mila, boyan = await world.person("Мила"), await world.person("Боян")
    await mila.blocks()
    await world.settled()
    await tell(world, mila, "новина за БЯ-001", case=1)
    await tell(world, mila, "новина за БЯ-002", case=2)
    await says_and_hears(boyan, "1 никой")
    await boyan.taps("Запази")
    await boyan.hears()
    told = "\n".join(await is_back(world, mila))
    assert ("новина за БЯ-001" in told, "новина за БЯ-002" in told) == (False, True)


@pytest.mark.parametrize("case", [0, 1], ids=["by itself", "about a case"])
async def test_a_notice_that_their_messenger_refused_comes_when_they_are_back(world: World, case: int) -> None:
    """That they left is first seen by it."""
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "403"))
    await tell(world, mila, "отказана новина", case=case)
    assert "вече не получава съобщенията ми" in (await kolyo.hears()).text
    told = "\n".join(await is_back(world, mila))
    assert told.count("отказана новина") == 1
    async with world.app.database.reading() as tx:
        [left] = await tx.rows("SELECT count(*) AS n FROM outbox WHERE state <> 'waiting' AND payload || quiet <> ''")
    assert left["n"] == 0


async def test_what_waited_for_its_next_try_when_they_left_comes_when_they_are_back(world: World) -> None:
    await world.person("Кольо", MUNICIPAL, "Бяла")
    mila = await world.person("Мила")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "500"))
    for n in (1, 2):
        await tell(world, mila, f"новина {n}", case=n - 1)
    await mila.blocks()
    await world.settled()
    told = "\n".join(await is_back(world, mila))
    assert [told.count(f"новина {n}") for n in (1, 2)] == [1, 1]


async def test_whoever_was_not_there_for_the_alert_has_their_turn_again(world: World) -> None:
    kolyo, lidia = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Лидия", LEADER)
    world.to_a_working_day(9)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-01-15'")
        yesterday = world.today() - timedelta(days=1)
        await tx.run("UPDATE child_case SET due_on = :day, told_rung = 1 WHERE id = 1", day=str(yesterday))
    world.sandbox.faults.add(Fault("sendMessage", lidia.id, "403"))
    # Not `rung`, which looks a second time: by then it may be Kolyo's turn already.
    await world.app.schedule.ring()
    await world.settled()
    assert "вече не получава съобщенията ми" in (await kolyo.hears()).text
    async with world.app.database.reading() as tx:
        [case] = await tx.rows("SELECT told_rung FROM child_case WHERE id = 1")
        assert (case["told_rung"], await tx.rows("SELECT 1 FROM alerted")) == (1, [])
    assert any("БЯ-001" in one for one in await is_back(world, lidia))
