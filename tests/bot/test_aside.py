"""A message that fails three times is not lost: a coordinator sees whose it is and tries it again with one tap."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.tell import Teller
from casework.records import MUNICIPAL, REGIONAL
from sandbox import Person
from storage.database import Tx
from storage.inbox import TRIES
from tests.bot.conftest import World
from tests.engines import engine

SAVED = r"Записано. Доклад № \d+ · БЯ-014"
"""A number that was undone is not given again on every engine."""


async def failed_for_good(world: World, aside: int = 1) -> None:
    """Until so many rows are set aside, each try at its time."""
    for tries in range(1, TRIES + 1):

        async def tried(tx: Tx, tries: int = tries) -> bool:
            rows = await tx.rows("SELECT state, tries FROM inbox WHERE tries > 0")
            return len(rows) == aside and all(row["state"] == "aside" or row["tries"] >= tries for row in rows)

        await world.until(tried)
        world.sandbox.world.clock.move(timedelta(seconds=10))


def nonsense(sender: int) -> dict[str, Any]:
    return {"message": {"from": {"id": sender}, "nonsense": True}}


async def labels(someone: Person, text: str = "/menu") -> list[str]:
    await someone.says(text)
    return (await someone.hears()).labels


async def cannot_save(world: World, mila: Person) -> None:
    """A report that fails for good; afterwards there is room again."""
    await mila.says("14 никой")
    await mila.hears()
    async with world.app.database.transaction() as tx:
        await tx.run(engine.refusing("visit"))
    await mila.taps("Запази")
    await failed_for_good(world)
    async with world.app.database.transaction() as tx:
        await tx.run(engine.accepting("visit"))


async def tries_again(kolyo: Person) -> None:
    """The one message that is listed."""
    [one] = [label for label in (await kolyo.hears()).labels if "Опитай пак" in label]
    assert one.startswith("Опитай пак: Мила, днес, ")
    await kolyo.taps(one)


async def test_a_report_that_could_not_be_saved_is_saved_when_the_coordinator_tries_it_again(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    assert "Отложени съобщения" not in await labels(kolyo)
    await cannot_save(world, mila)
    assert "на сигурно място" in (await mila.hears()).text
    assert "Отложени съобщения" in await labels(kolyo)
    await kolyo.taps("Отложени съобщения")
    await tries_again(kolyo)
    assert re.search(SAVED, (await mila.hears()).text)
    assert (await kolyo.hears()).text == "Опитва се отново."
    await kolyo.taps_data("go.retry.1")
    assert "вече не е отложено" in (await kolyo.hears()).text


async def test_a_report_saved_after_the_digest_of_its_day_is_in_the_next_one(world: World) -> None:
    world.to_a_working_day(16)
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await cannot_save(world, mila)
    await mila.hears()
    world.move_to(0, 17, 31)
    await world.rung()
    assert "Посещения: 0\n" in kolyo.last.text
    kolyo.forget()
    await kolyo.taps_data("go.aside.")
    await tries_again(kolyo)
    assert "Записано" in (await mila.hears()).text
    world.move_to(1, 17, 31)
    await world.rung()
    [digest] = [message.text for message in kolyo.chat if message.text.startswith("Обхват, ")]
    assert "Посещения: 1, с 1 повече от вчера" in digest


async def test_a_coordinator_sees_their_people_the_region_everybody_and_a_member_nothing(world: World) -> None:
    mila = await world.person("Мила")
    kolyo, other = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Вяра", MUNICIPAL, "Русе")
    reni = await world.person("Рени", REGIONAL)
    for sender in (mila.id, kolyo.id, *range(900_000, 900_007)):
        world.sandbox.world.inject(nonsense(sender))
    await failed_for_good(world, aside=9)
    await mila.hears()
    await kolyo.hears()
    everybody = ["Мила", "Кольо", *["непознат"] * 6]
    for someone, seen in ((kolyo, ["Мила", "Кольо"]), (other, []), (reni, everybody), (mila, ["Мила"])):
        offered = "Отложени съобщения" in await labels(someone)
        assert offered == bool(seen and someone is not mila)
        await someone.taps_data("go.aside.")
        listed = [label for label in (await someone.hears()).labels if "Опитай" in label]
        assert [label.split(": ")[1].split(",")[0] for label in listed] == seen
    assert "и още 1" in reni.last.text
    async with world.app.database.reading() as tx:
        [_hers, row, *_others] = await tx.rows("SELECT id FROM inbox WHERE state = 'aside' ORDER BY id")
    for someone in (mila, other):
        for key in ("retry", "again"):
            await someone.taps_data(f"go.{key}.{row['id']}")
            assert "вече не е отложено" in (await someone.hears()).text


async def test_the_sender_tries_it_again_and_gets_the_answer_at_once_in_the_own_chat(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await cannot_save(world, mila)
    told = await mila.hears()
    assert told.text.startswith("Получих съобщението Ви (днес, ")
    assert told.labels == ["Опитай пак", "Меню"]
    # No clock moves: what is tried again does not wait for the next look.
    await mila.taps("Опитай пак")
    assert (await mila.hears()).text == "Опитва се отново."
    said = (await mila.hears()).text
    assert said.startswith("Това е отговорът на съобщението Ви, получено днес, ")
    assert re.search(rf"\n\n{SAVED}", said)
    await kolyo.taps_data("go.aside.")
    listed = (await kolyo.hears()).text
    assert listed.startswith("Няма отложени съобщения.\n\nОпитани пак, с успех:\n✓ Мила, днес, ")


async def test_what_fails_again_is_told_to_its_sender_and_to_whoever_tried_it(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await mila.says("14 никой")
    await mila.hears()
    async with world.app.database.transaction() as tx:
        await tx.run(engine.refusing("visit"))
    await mila.taps("Запази")
    await failed_for_good(world)
    await mila.hears()
    await kolyo.taps_data("go.aside.")
    await tries_again(kolyo)
    # One try is enough, for somebody waits for it.
    again = await mila.hears()
    assert again.text.startswith("Опитах отново със съобщението Ви (днес, ")
    assert again.labels == ["Опитай пак", "Меню"]
    assert (await kolyo.hears()).text.startswith("Опитва се отново.")
    assert (await kolyo.hears()).text.startswith("Опитах отново със съобщението на Мила (днес, ")
    await mila.taps("Опитай пак", again)
    assert (await mila.hears()).text == "Опитва се отново."
    assert (await mila.hears()).text.startswith("Опитах отново със съобщението Ви")
    await world.settled()
    await kolyo.quiet(0)


async def test_what_is_not_taken_in_yet_stands_among_the_drafts_of_its_sender(world: World) -> None:
    mila = await world.person("Мила")
    world.sandbox.world.inject(nonsense(mila.id))
    await failed_for_good(world)
    await mila.hears()
    assert await labels(mila, "/drafts") == ["Още необработени: 1", "Докладвай посещение", "Меню"]
    await mila.taps("Още необработени: 1")
    assert "Опитай пак: Мила, днес, " in str((await mila.hears()).labels)


async def test_a_bad_message_among_others_of_its_turn_fails_alone(world: World) -> None:
    """All that wait are one turn; only when it fails is each of them handled by itself."""
    people = [await world.person(name) for name in ("Мила", "Петя", "Вяра")]
    with capture_logs() as said:
        async with world.app.database.transaction():
            # A turn that began meanwhile waits, and the next one has all of these.
            for n, one in enumerate(people):
                await one.says(f"14 никой; {n}")
                world.sandbox.world.inject(nonsense(900_000 + n))
        for one in people:
            assert "БЯ-014" in (await one.hears()).text
        await failed_for_good(world, aside=3)
    await world.settled()
    for one in people:
        await one.quiet(0)
    told = Counter(line["event"] for line in said if line["event"].startswith(("a turn", "a message")))
    assert told["a message could not be handled"] == 3 * TRIES
    assert told["a turn is made again, each message by itself"] >= TRIES


async def test_an_answer_that_was_undone_with_its_message_is_never_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*arguments: Any, **named: Any) -> None:
        await answer(world.app.teller, *arguments, **named)
        raise ZeroDivisionError

    mila = await world.person("Мила")
    await world.settled()
    answer = Teller.answer
    monkeypatch.setattr(Teller, "answer", lambda _teller, *arguments, **named: breaks(*arguments, **named))
    await mila.says("14 никой")
    await failed_for_good(world)
    assert "БЯ-014" not in (await mila.hears()).text
    await world.settled()
    await mila.quiet(0)
