"""Somebody blocks the bot or loses the account: their coordinator is told once and can give a new link."""

from __future__ import annotations

import pytest

from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL
from sandbox import Fault, Person
from storage import people, teams
from storage.database import Tx
from storage.people import Invitation
from tests.bot.conftest import World

GONE = "вече не получава съобщенията ми"


async def person_id(world: World, someone: Person) -> int:
    async with world.app.database.reading() as tx:
        me, _kept = await people.with_journal(tx, "telegram", str(someone.id))
    assert me is not None
    return me.id


async def says_and_hears(someone: Person, text: str) -> str:
    await someone.says(text)
    return (await someone.hears()).text


async def link_given(coordinator: Person) -> str:
    """The code in the link that the coordinator gets with one tap."""
    await coordinator.taps("Дай нова връзка")
    said = (await coordinator.hears()).text
    assert "за еднократно ползване" in said
    link = said.splitlines()[-1]
    assert link.startswith("https://t.me/sandbox_bot?start=")
    return link.partition("=")[2]


async def unreachable(tx: Tx) -> bool:
    return bool(await tx.rows("SELECT 1 FROM identity WHERE reachable = 0"))


async def test_who_lost_the_account_comes_back_as_the_same_person_by_a_new_link(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await says_and_hears(mila, "14 никой")
    await mila.blocks()
    said = (await kolyo.hears()).text
    assert said.startswith(f"Мила (Б-1) {GONE}")
    code = await link_given(kolyo)
    anew = world.sandbox.world.person("Нов телефон")
    await anew.starts(code)
    said = (await anew.hears()).text
    assert "Докладът Ви е в „Чернови“" in said
    assert "Мила, какво ще правим?" in said
    again = world.sandbox.world.person("Друг")
    await again.starts(code)
    assert "за поканени екипи" in (await again.hears()).text
    await mila.unblocks()
    assert "за поканени екипи" in await says_and_hears(mila, "/menu")
    await kolyo.quiet(0.2)
    async with world.app.database.reading() as tx:
        assert len(await tx.rows("SELECT 1 FROM person")) == 2


async def test_a_refused_call_tells_it_and_a_message_takes_it_back(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "403"))
    await mila.says("/menu")
    assert GONE in (await kolyo.hears()).text
    assert "какво ще правим" in await says_and_hears(mila, "/menu")
    await kolyo.taps("Дай нова връзка")
    assert (await kolyo.hears()).text == "Мила вече получава съобщенията, връзка не е нужна."
    async with world.app.database.reading() as tx:
        assert [one.chat for one in await people.ways(tx, await person_id(world, mila))] == [str(mila.id)]


async def test_a_link_is_worth_nothing_when_its_person_is_back(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await mila.blocks()
    await kolyo.hears()
    code = await link_given(kolyo)
    await mila.unblocks()
    await says_and_hears(mila, "/menu")
    finder = world.sandbox.world.person("Намерил връзката")
    await finder.starts(code)
    assert "за поканени екипи" in (await finder.hears()).text


async def test_what_was_written_before_leaving_does_not_tell_it_twice(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    for text in ("/menu", "/cases", "/last"):
        await mila.says(text)
    await mila.blocks()
    await world.until(unreachable)
    await world.settled()
    assert GONE in (await kolyo.hears()).text
    await kolyo.quiet(0)


async def test_notices_that_wait_for_them_are_cancelled(world: World) -> None:
    mila, lidia = await world.person("Мила"), await world.person("Лидия", LEADER)
    world.sandbox.faults.add(Fault("sendMessage", lidia.id, "429", retry_after=600))
    await says_and_hears(mila, "/cases")
    await mila.taps("• БЯ-001 · Бяла, ул. Дунав 1")
    await mila.hears()
    await mila.taps("Предай на ръководителя")
    await mila.hears()
    await lidia.blocks()
    await world.until(unreachable)
    async with world.app.database.reading() as tx:
        rows = await tx.rows("SELECT state FROM outbox WHERE chat = :chat AND priority = 1", chat=str(lidia.id))
    assert [row["state"] for row in rows] == ["cancelled"]


async def test_a_coordinator_is_missed_by_the_region_and_a_link_needs_reach(world: World) -> None:
    kolyo, reni = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Рени", REGIONAL)
    rumen = world.sandbox.world.person("Румен")
    async with world.app.database.transaction() as tx:
        await teams.put(tx, "Р-1", "Русе", "Русе")
        there = (await teams.by_name(tx))["р-1"].id
        joining = (tx, "code-Румен", Invitation(MEMBER, there, "", "Румен"), world.app.now() + people.INVITATION_LASTS)
        await people.invite(*joining)
    await rumen.starts("code-Румен")
    await rumen.hears()
    await kolyo.taps_data(f"go.link.{await person_id(world, rumen)}")
    assert (await kolyo.hears()).text == "Този човек не е във Вашия район."
    await rumen.blocks()  # Русе has no coordinator
    assert f"Румен (Р-1) {GONE}" in (await reni.hears()).text
    await kolyo.blocks()
    assert f"Кольо (Бяла) {GONE}" in (await reni.hears()).text
    await link_given(reni)
    await kolyo.unblocks()
    await kolyo.quiet(0.2)


@pytest.mark.parametrize("told", [True, False])
async def test_one_is_missed_only_when_no_messenger_reaches_them(world: World, told: bool) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    me = await person_id(world, mila)
    async with world.app.database.transaction() as tx:
        await tx.run(
            "INSERT INTO identity (channel, account, chat, person_id, reachable) VALUES ('other', '7', '7', :me, :can)",
            me=me,
            can=not told,
        )
    await mila.blocks()
    if told:
        assert GONE in (await kolyo.hears()).text
    else:
        await world.until(unreachable)
        await world.settled()
        await kolyo.quiet(0)
