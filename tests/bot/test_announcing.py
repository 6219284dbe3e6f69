"""An announcement to many: it is paced, waits where it would cost money, and its sender sees who has read it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from casework.records import LEADER, MUNICIPAL
from sandbox import ChatMessage, Person, Sandbox
from storage.outbox import BROADCAST
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, rows, says, taps

NEWS = "Утре срещата е в осем."


async def does(someone: Person, *labels: str) -> ChatMessage:
    for label in labels:
        await someone.taps(label)
        heard = await someone.hears()
    return heard


async def writes(someone: Person, *texts: str) -> ChatMessage:
    for text in texts:
        await someone.says(text)
        heard = await someone.hears()
    return heard


async def announces(coordinator: Person) -> str:
    await writes(coordinator, "/announce", NEWS)
    return (await does(coordinator, "Всички в моя район", "Изпрати")).text


async def test_the_sender_sees_who_has_read_it_and_reminds_the_others_once(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    lidia = await world.person("Лидия", LEADER)
    assert await announces(kolyo) == "Изпратено до 2 души."
    for one in (mila, lidia):
        assert (await one.hears()).text == f"Кольо съобщава:\n{NEWS}"
    await does(mila, "Прочетох", "Прочетох")
    seen = (await does(kolyo, "Виж кой го е прочел")).text
    assert seen == f"{NEWS}\n\nПрочели: 1 от 2\nОще не са: Лидия"
    await kolyo.taps("Напомни им веднъж")
    await kolyo.taps("Напомни им веднъж")
    assert (await kolyo.hears()).text == "Напомних на 1 човек."
    assert (await kolyo.hears()).text == "Вече им беше напомнено веднъж."
    assert (await lidia.hears()).text.startswith("Напомняне.\nКольо съобщава:")
    await world.settled()
    await mila.quiet(0.1)
    await lidia.quiet(0.1)
    told = await rows(world, "SELECT what FROM audit WHERE what LIKE '%announce%' OR what = 'reminded' ORDER BY id")
    assert [row["what"] for row in told] == ["announced", "read an announcement", "reminded"]


async def test_who_cannot_be_reached_is_counted_and_not_written_to(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    lidia = await world.person("Лидия", LEADER)
    await mila.blocks()
    await kolyo.hears()
    await writes(kolyo, "/announce", NEWS)
    preview = (await does(kolyo, "Всички в моя район")).text
    assert preview == f"{NEWS}\n\nСега не ги намирам: 1\nСъобщението е за 1 човек."
    assert (await does(kolyo, "Изпрати")).text == "Изпратено до 1 човек."
    assert NEWS in (await lidia.hears()).text
    assert "Прочели: 0 от 2\nНе ги намерих: 1\nОще не са: Лидия" in (await does(kolyo, "Виж кой го е прочел")).text


async def test_it_goes_behind_replies_and_notices(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await announces(kolyo)
    await world.settled()
    paced = await rows(world, f"SELECT chat FROM outbox WHERE priority = {BROADCAST} AND method = 'sendMessage'")
    assert [row["chat"] for row in paced] == [str(mila.id)]


async def test_what_is_meant_for_others_is_neither_read_nor_seen(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    other = await world.person("Вера", MUNICIPAL, "Русе")
    await announces(kolyo)
    await mila.hears()
    async with world.app.database.transaction() as tx:
        await tx.run("DELETE FROM announced_to")
        await tx.run("UPDATE announcement SET sender_id = (SELECT id FROM person WHERE name = 'Вера')")
    assert "не е за Вас" in (await does(mila, "Прочетох")).text
    assert "не е за Вас" in (await does(kolyo, "Виж кой го е прочел")).text
    assert "няма кой да го получи" in await nobody_to_tell(other)


async def nobody_to_tell(coordinator: Person) -> str:
    await writes(coordinator, "/announce", NEWS)
    return (await does(coordinator, "Всички в моя район")).text


async def test_on_viber_it_waits_until_its_reader_writes(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        kolyo, rumen = await world.person("Кольо", MUNICIPAL, "Бяла"), await joins(world, "Румен")
        async with world.app.database.transaction() as tx:
            await tx.run("UPDATE child_case SET due_on = NULL")
        world.sandbox.world.clock.move(timedelta(days=2))
        await world.settled()
        await announces(kolyo)
        await world.settled()
        assert len(await rows(world, "SELECT 1 FROM outbox WHERE state = 'held' AND channel = 'viber'")) == 1
        await says(rumen, "/menu")
        assert (await rumen.hears()).text == f"Кольо съобщава:\n{NEWS}"
        await taps(rumen, "Прочетох")
        assert len(await rows(world, "SELECT 1 FROM announced_to WHERE read_at IS NOT NULL")) == 1


async def test_a_coordinator_announces_on_viber(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        kolyo, mila = await joins(world, "Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
        await taps(kolyo, "Съобщи на екипите")
        await says(kolyo, NEWS)
        assert (await taps(kolyo, "Един екип", "Б-1", "Изпрати")).text == "Изпратено до 1 човек."
        assert NEWS in (await mila.hears()).text
        await does(mila, "Прочетох")
        assert "Прочели: 1 от 1" in (await taps(kolyo, "Виж кой го е прочел")).text
