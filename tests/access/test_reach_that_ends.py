"""A case leaves somebody's reach in the middle of what they do with it: they are told so, and nothing is set aside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework.records import DECISION, MUNICIPAL, REGIONAL, Cause, NextStep
from handlers.engine.scene import Message
from handlers.engine.views import View
from sandbox import Fault, Person, Sandbox
from storage import cases, people, teams
from tests.bot.conftest import World, living

BEGUN = {
    "report": "go.report.1", "fix": "go.fix.1", "give": "go.give.1", "take_away": "go.take_away.1",
    "hand_over": "go.hand_over.1", "decide": "go.decide.1", "split": "go.split.1",
    **{key: f"go.{key}.1.{{version}}.o.." for key in ("desk_give", "desk_ask", "desk_off", "desk_up", "desk_decide")},
}  # fmt: skip
"""Every conversation that a coordinator begins about a case, by its button."""

GONE = 999_999
"""A message that is not there any more, so that each answer is one of its own."""


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with living(sandbox, tmp_path) as running:
        async with running.app.database.transaction() as tx:
            await teams.put(tx, "Б-2", "Бяла", "Бяла")
            await teams.put(tx, "Р-1", "Русе", "Русе")
        yield running


async def leaves(world: World) -> None:
    """Case 1 goes to another municipality."""
    async with world.app.database.transaction() as tx:
        other = (await teams.by_name(tx))["р-1"]
        case = await cases.for_rules(tx, 1)
        step = NextStep(case.status, case.next_step, case.due_on)
        await cases.give(
            tx, case, step, Cause(DECISION, case.team_id, 1), world.app.now(), team_id=other.id, municipality="Русе"
        )


async def says_and_hears(someone: Person, text: str) -> str:
    await someone.says(text)
    return (await someone.hears()).text


async def version_of(world: World) -> int:
    async with world.app.database.reading() as tx:
        return (await cases.for_rules(tx, 1)).version


async def kept(world: World) -> list[str]:
    """The case that has left, and whatever may have been done with it; and what could not be handled."""
    asked = ("child_case WHERE id = 1", "visit", "visit_version", "handover", "inquiry", "lateness", "audit")
    async with world.app.database.reading() as tx:
        rows = [str(tuple(row)) for what in asked for row in await tx.rows(f"SELECT * FROM {what}")]
        return rows + [row["error"] for row in await tx.rows("SELECT error FROM inbox WHERE tries > 0")]


def of_the_question(someone: Person) -> list[str]:
    """What each button of the newest question answers."""
    data = [button.data for row in someone.last.buttons for button in row]
    return [one for one in data if not one.startswith("go.")]


@pytest.mark.long
@pytest.mark.parametrize("begun", BEGUN)
async def test_whoever_acts_on_a_case_that_has_gone_meanwhile_is_answered(world: World, begun: str) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await world.person("Рени", REGIONAL)
    await says_and_hears(mila, "1 никой")
    await mila.taps("Запази")
    await mila.hears()
    await world.settled()
    data = BEGUN[begun].format(version=await version_of(world))
    await says_and_hears(kolyo, "/menu")
    await kolyo.taps_data(data)
    await kolyo.hears()
    await world.settled()
    assert of_the_question(kolyo), kolyo.last
    await leaves(world)
    before = await kept(world)
    for _ in range(9):
        if not (answers := of_the_question(kolyo)):
            break
        await kolyo.taps_data(answers[0], GONE)
        assert (await kolyo.hears()).text
        await world.settled()
    await kolyo.says("каквото и да е")
    assert (await kolyo.hears()).text
    await world.settled()
    assert await kept(world) == before


async def test_a_button_of_a_released_person_does_nothing_at_the_next_tap(world: World) -> None:
    mila = await world.person("Мила")
    await says_and_hears(mila, "1 никой")
    async with world.app.database.transaction() as tx:
        me = await people.get(tx, 1)
        assert me is not None
        await people.release(tx, me, me.id, world.app.now())
    await mila.taps("Запази")
    assert "за поканени екипи" in (await mila.hears()).text
    async with world.app.database.reading() as tx:
        assert await tx.rows("SELECT 1 FROM visit") == []


async def test_what_waits_for_somebody_who_was_released_is_not_told(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await world.rung()
    mila.forget()
    kolyo.forget()
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "429", retry_after=600))
    async with world.app.database.transaction() as tx:
        told = Message(View(("БЯ-001, Бяла",)), replaces=False, to=2)
        await world.app.teller.notify(tx, told, world.app.now())
    await world.settled()
    async with world.app.database.transaction() as tx:
        me, who = await people.get(tx, 1), await people.get(tx, 2)
        assert me is not None
        assert who is not None
        await people.release(tx, me, who.id, world.app.now())
    async with world.app.database.reading() as tx:
        left = await tx.rows("SELECT state, payload FROM outbox WHERE payload LIKE '%БЯ-00%'")
    assert [tuple(row) for row in left] == []
    await mila.quiet(0)
    assert "БЯ-001" in await says_and_hears(kolyo, "1"), "only their own messages are taken back"
