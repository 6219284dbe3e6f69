"""What waited and comes as one message loses nothing, and each of its buttons says what it is about."""

from __future__ import annotations

from casework.records import MUNICIPAL
from handlers.caseload.pick import showing
from handlers.engine.scene import Message
from handlers.engine.views import Button, View
from handlers.morning import notices
from storage import because, cases, people
from tests.bot.conftest import World
from tests.bot.test_absent import heard
from tests.bot.test_announcing import does, writes
from tests.bot.test_in_their_hours import said, tell


async def test_a_message_of_several_notices_that_waited_with_another_is_told_whole(world: World) -> None:
    mila = await world.person("Мила")
    before = heard(mila)
    world.move_to(0, 21)
    async with world.app.database.transaction() as tx:
        me = await people.get(tx, 1)
        assert me is not None
        due, _total = await cases.due_first(tx, me, world.today(), offset=0, limit=2)
        morning = [
            Message(View((one.number,), ((showing(one.number, str(one.id)),),)), to=1, because=(because.owed(one),))
            for one in due
        ]
        [whole] = notices.together(morning)
        await world.app.teller.notify(tx, whole, world.app.now())
    await tell(world, "второ")
    world.move_to(1, 7, 30)
    await world.rung()
    [one] = said(mila, before)
    assert one == f"2 съобщения Ви чакаха.\n\n{due[0].number}\n\n{due[1].number}\n\nвторо"
    assert mila.last.labels == [f"Покажи {due[0].number}", f"Покажи {due[1].number}", "Отвори", "Меню"]


async def test_two_announcements_of_an_evening_have_each_their_own_button(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    world.move_to(0, 21)
    before = heard(mila)
    for text in ("Утре срещата е в осем в общината.", "Колата е на сервиз."):
        await writes(kolyo, "/announce")
        if "Напиши ново" in kolyo.last.labels:
            await does(kolyo, "Напиши ново")
        await writes(kolyo, text)
        await does(kolyo, "Всички в моя район", "Изпрати")
    world.move_to(1, 7, 30)
    await world.rung()
    assert len(said(mila, before)) == 1
    assert mila.last.labels == ["Прочетох: Утре срещата е в осе…", "Прочетох: Колата е на сервиз."]
    await mila.taps("Прочетох: Колата е на сервиз.")
    await mila.hears()
    await writes(kolyo, "/announce")
    assert {"1 от 1 · Колата е на сервиз."} <= set(kolyo.last.labels)
    assert [label for label in kolyo.last.labels if label.startswith("0 от 1")] != []


async def test_what_reads_alike_and_says_no_more_is_left_as_it_is(world: World) -> None:
    mila = await world.person("Мила")
    world.move_to(0, 21)
    async with world.app.database.transaction() as tx:
        for text in ("едно", "две"):
            told = Message(
                View((text,), ((Button("Да", text, "x", among=f"Да, {text}"), Button("Не", "", "y")),)), to=1
            )
            await world.app.teller.notify(tx, told, world.app.now())
    world.move_to(1, 7, 30)
    await world.rung()
    assert mila.last.labels == ["Да, едно", "Не", "Да, две", "Не"]
