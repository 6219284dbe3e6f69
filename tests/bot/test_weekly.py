"""The week is told in the digest of its last working day: one message, in its place, with a picture."""

from __future__ import annotations

from datetime import timedelta

from casework.records import LEADER, MUNICIPAL, REGIONAL
from sandbox import Person
from tests.bot.conftest import World

EVENING = (17, 31)


def digests(someone: Person) -> list[str]:
    return [one.text for one in someone.chat if one.from_bot and one.text.startswith("Обхват, ")]


def weeks(someone: Person) -> list[str]:
    return [text for text in digests(someone) if text.startswith("Обхват, седмицата")]


async def to(world: World, weekday: int, hour: int = 17, minute: int = 31) -> None:
    """The next such day of a week, 1 for Monday."""
    days = (weekday - world.today().isoweekday()) % 7 or 7
    world.move_to(days, hour, minute)
    await world.rung()


async def reports(someone: Person, line: str, *answers: str) -> None:
    await someone.says(line)
    await someone.hears()
    for answer in (*answers, "Запази"):
        await someone.taps(answer)
        await someone.hears()


async def test_on_friday_the_week_takes_the_place_of_the_digest(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await world.person("Лидия", LEADER)
    await reports(mila, "14 никой")
    await reports(mila, "13 записано", "Майка")
    world.move_to(0, *EVENING)
    await world.rung()
    assert weeks(kolyo) == []
    before = len(digests(kolyo))
    await to(world, 5)
    assert len(digests(kolyo)) == before + 1
    assert weeks(kolyo) == [
        "Обхват, седмицата 23.11 – 27.11.2026 г.\n"
        "В скоби: миналата седмица\n"
        "\n"
        "Посещения: 2 ↑ (0)\n"
        "Срещнали сме някого: 1 ↑ (0)\n"
        "Записани: 1 ↑ (0)\n"
        "Задържани: 0 = (0)\n"
        "Дни до първото посещение: 0 (—)\n"
        "Просрочени: 14 (—)\n"
        "От предишното обобщение: 0 посещения\n"
        "\n"
        "Най-отдавна просрочени:\n"
        "• БЯ-001, Бяла · Б-1 · 3 дни\n"
        "• БЯ-002, Бяла · Б-1 · 3 дни\n"
        "• БЯ-003, Бяла · Б-1 · 3 дни\n"
        "• БЯ-004, Бяла · Б-1 · 3 дни\n"
        "• БЯ-005, Бяла · Б-1 · 3 дни\n"
        "и още 9\n"
        "\n"
        "1 дете отново е в училище. Благодарим на Мила."
    ]
    assert kolyo.last.kind == "photo"
    await world.rung()
    assert len(weeks(kolyo)) == 1


async def test_the_next_week_is_compared_with_it_and_names_teams_that_went_nowhere(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await world.person("Лидия", LEADER)
    await reports(mila, "14 обещание 30.11", "Майка", "Пропусни")
    for weekday in (5, 5):
        await to(world, weekday)
    _first, second = weeks(kolyo)
    assert "\nПосещения: 0 ↓ (1)\n" in second
    assert "\nСпазени обещания: 0 от 1 = (0 от 0)\n" in second
    assert "\nДни до първото посещение: — (0)\n" in second
    assert "\nПросрочени: 16 ↑ (15)\n" in second
    assert "\nБез посещение тази седмица: Б-1" in second
    assert "Благодарим" not in second
    assert len(second.splitlines()) <= 25


async def test_where_the_end_of_a_week_is_free_it_is_told_before(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await world.person("Лидия", LEADER)
    # 24 to 26 December 2026 are free.
    world.sandbox.world.clock.move(timedelta(days=20))
    for weekday in range(3, 7):
        await to(world, weekday)
    assert [text.splitlines()[0] for text in weeks(kolyo)] == ["Обхват, седмицата 14.12 – 18.12.2026 г."]
    for weekday in (2, 3, 4, 5):
        await to(world, weekday)
    assert [text.splitlines()[0] for text in weeks(kolyo)][1:] == ["Обхват, седмицата 21.12 – 23.12.2026 г."]


async def test_a_week_with_nothing_in_it_is_not_told(world: World) -> None:
    reni = await world.person("Рени", REGIONAL)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")
    await to(world, 5)
    assert digests(reni) == []


async def test_a_week_that_was_missed_is_told_on_the_next_working_morning_and_marked(world: World) -> None:
    reni = await world.person("Рени", REGIONAL)
    await world.person("Мила")
    world.move_to(5 - world.today().isoweekday(), 17)
    await to(world, 1, 9)
    [told] = weeks(reni)
    assert told.splitlines()[1] == "(закъсняло: ботът не работеше в уговорения час)"
    assert "Без отговорник (без ръководител и без координатор): 16" in told


async def test_the_week_says_what_the_same_one_of_last_year_brought(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await world.person("Лидия", LEADER)
    for line in ("14 никой", "13 никой"):
        await reports(mila, line)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE visit SET visited_on = '2025-11-26' WHERE id = 1")
    await to(world, 5)
    [told] = weeks(kolyo)
    assert "В скоби: миналата седмица; преди година\n\nПосещения: 1 ↑ (0; 1)\n" in told
