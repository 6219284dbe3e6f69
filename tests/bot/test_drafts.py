"""A draft that nobody touches is announced on the working day before it goes: one message for all of them."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox import Person
from storage.database import Tx
from tests.bot.conftest import World


async def titles(tx: Tx) -> list[str]:
    rows = await tx.rows("SELECT title FROM journal ORDER BY title")
    return [row["title"].partition(" ")[0] for row in rows]


async def says(mila: Person, *lines: str) -> None:
    for line in lines:
        await mila.says(line)
        await mila.hears()


async def taps(mila: Person, *labels: str) -> list[str]:
    """The labels under the last answer."""
    for label in labels:
        await mila.taps(label)
        shown = await mila.hears()
    return shown.labels


def to_the_day_of_the_notice(world: World, begun: date | None = None) -> None:
    """The first working morning of the second week."""
    day = world.app.work.calendar.on_or_after((begun or world.today()) + timedelta(days=7))
    world.move_to((day - world.today()).days, 9)


async def test_drafts_are_announced_in_one_message_and_gone_on_with_or_deleted(world: World) -> None:
    world.to_a_working_day(9)
    mila = await world.person("Мила")
    await taps(mila, "Докладвай посещение", "БЯ-001 · Бяла, ул. Дунав 1", "По-късно")
    await taps(mila, "Докладвай посещение", "БЯ-002 · Бяла, ул. Дунав 2", "Никой на адреса")
    begun = world.today()
    world.move_to(5, 9)
    await world.rung()
    await mila.quiet(0)
    to_the_day_of_the_notice(world, begun)
    notice = await mila.hears()
    [first, second] = notice.text.splitlines()
    assert first.startswith("Чернова за БЯ-001 ще се изтрие ")
    assert second.startswith("Чернова за БЯ-002 ще се изтрие ")
    assert "Дунав" not in f"{notice.text} {notice.labels}"
    await world.rung()
    await mila.quiet(0)
    assert "Запази" in await taps(mila, "Продължи БЯ-002")
    world.to_a_working_day(9)
    await world.rung()
    async with world.app.database.reading() as tx:
        assert await titles(tx) == ["БЯ-002"]
    await mila.quiet(0)
    await taps(mila, "Запази", "Продължи БЯ-001")
    assert mila.last.text.startswith("Тази чернова вече я няма.")


async def test_a_correction_that_was_begun_is_announced_and_the_report_stays(world: World) -> None:
    world.to_a_working_day(9)
    mila = await world.person("Мила")
    await says(mila, "14 никой")
    await taps(mila, "Запази", "Последни доклади", "Поправи № 1", "Промени", "Бележка")
    await says(mila, "желязна врата")
    to_the_day_of_the_notice(world)
    shown = await mila.hears()
    # In one message with what is due on the same day.
    due, said = shown.text.split("\n\n")
    assert due == "1 посещение е за днес:\n• Бяла: БЯ-014"
    assert said.startswith("Започнатата поправка за БЯ-014 ще се изтрие ")
    assert said.endswith("; докладът остава.")
    assert shown.labels == ["БЯ-014", "Кой с кого отива", "Продължи БЯ-014", "Чернови", "Меню"]
    await world.rung()
    await mila.quiet(0)


async def test_what_comes_up_after_the_message_of_the_morning_waits_for_the_next(world: World) -> None:
    world.to_a_working_day(9)
    mila = await world.person("Мила")
    await says(mila, "14 никой")
    to_the_day_of_the_notice(world)
    assert (await mila.hears()).text.startswith("Чернова за БЯ-014")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")
        due = world.app.work.calendar.add(world.today(), 1).isoformat()
        await tx.run(
            "UPDATE child_case SET due_on = :day, told_rung = 0 WHERE running = 1", day=world.today().isoformat()
        )
        await tx.run("UPDATE child_case SET due_on = :day, told_rung = 0 WHERE running = 2", day=due)
    world.move_to(0, 11)
    await world.rung()
    await mila.quiet(0)
    world.to_a_working_day(9)
    late, due_now = (await mila.hears()).text.split("\n\n")
    assert late.startswith("1 просрочен случай чака Вас:\n• БЯ-001, ")
    assert due_now == "1 посещение е за днес:\n• Бяла: БЯ-002"


async def test_what_nobody_would_miss_goes_without_a_word(world: World) -> None:
    world.to_a_working_day(9)
    mila, rumen, ani = [await world.person(name) for name in ("Мила", "Румен", "Ани")]
    await says(mila, "/language")
    await says(rumen, "/report")
    await says(ani, "14 никой")
    await taps(ani, "Запази", "Последни доклади", "Поправи № 1")
    to_the_day_of_the_notice(world)
    await world.rung()
    async with world.app.database.reading() as tx:
        assert await titles(tx) == []
    assert (await ani.hears()).text == "1 посещение е за днес:\n• Бяла: БЯ-014"
    for someone in (mila, rumen, ani):
        await someone.quiet(0)


async def test_on_rest_days_and_before_the_morning_nothing_is_said_or_deleted(world: World) -> None:
    world.to_a_working_day(9)
    mila = await world.person("Мила")
    await says(mila, "14 никой")
    to_the_day_of_the_notice(world)
    await mila.hears()
    world.to_a_working_day(7)
    await world.rung()
    async with world.app.database.reading() as tx:
        assert await titles(tx) == ["БЯ-014"]
    await mila.quiet(0)
