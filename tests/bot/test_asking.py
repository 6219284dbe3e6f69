"""A question to the coordinators: who gets it, who has it, and how the answer comes back, over the wire."""

from __future__ import annotations

from pathlib import Path

from casework.records import MUNICIPAL, REGIONAL
from sandbox import ChatMessage, Person, Sandbox
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, rows, says, taps

ASKED = "Колко снимки се пращат?"
REPLY = "До десет на доклад."


async def does(someone: Person, *labels: str) -> ChatMessage:
    """Taps one after the other; the last that was said."""
    for label in labels:
        await someone.taps(label)
        heard = await someone.hears()
    return heard


async def writes(someone: Person, text: str) -> ChatMessage:
    await someone.says(text)
    return await someone.hears()


async def asks(someone: Person, text: str = ASKED) -> str:
    await writes(someone, "/ask")
    await writes(someone, text)
    return (await does(someone, "Изпрати въпроса")).text


async def answers(coordinator: Person, text: str = REPLY) -> ChatMessage:
    await does(coordinator, "Отговори")
    return await writes(coordinator, text)


async def two_coordinators(world: World) -> tuple[Person, Person, Person]:
    """Mila and the two coordinators of her municipality, at work; no case is due, so nobody is told of one."""
    world.to_a_working_day(10)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")
    kolyo, vera = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Вера", MUNICIPAL, "Бяла")
    return await world.person("Мила"), kolyo, vera


async def test_the_first_who_takes_it_has_it_and_the_answer_comes_back(world: World) -> None:
    mila, kolyo, vera = await two_coordinators(world)
    assert await asks(mila) == "Изпратено до 2 координатори. Отговорът идва тук."
    for one in (kolyo, vera):
        assert (await one.hears()).text == f"Мила пита: „{ASKED}“"
    assert "Въпросът е при Вас" in (await does(kolyo, "Вземи въпроса")).text
    for label in ("Вземи въпроса", "Отговори"):
        assert (await does(vera, label)).text == "Кольо вече взе този въпрос и ще отговори."
    assert "Отговорът отива при Мила" in (await answers(kolyo)).text
    heard = await mila.hears()
    assert heard.text == f"Попитахте: „{ASKED}“\nКольо: „{REPLY}“"
    assert (await does(mila, "Помогна")).text == "Отбелязано, благодаря."
    assert [
        row["what"] for row in await rows(world, "SELECT what FROM audit WHERE what NOT LIKE 'joined' ORDER BY id")
    ][-4:] == ["asked", "took a question", "answered", "was helped"]


async def test_two_taps_at_once_give_the_question_to_one(world: World) -> None:
    mila, kolyo, vera = await two_coordinators(world)
    await asks(mila)
    for one in (kolyo, vera):
        await one.hears()
    await kolyo.taps("Вземи въпроса")
    await vera.taps("Вземи въпроса")
    said = [(await kolyo.hears()).text, (await vera.hears()).text]
    assert sum("е при Вас" in text for text in said) == 1
    assert sum("вече взе този въпрос" in text for text in said) == 1
    assert len(await rows(world, "SELECT 1 FROM audit WHERE what = 'took a question'")) == 1


async def test_who_answers_second_sees_the_first_answer_and_overwrites_nothing(world: World) -> None:
    mila, kolyo, vera = await two_coordinators(world)
    await asks(mila)
    await kolyo.hears()
    await vera.hears()
    await does(kolyo, "Отговори")
    world.to_a_working_day(9)
    world.to_a_working_day(9)
    await world.rung()
    for one in (kolyo, vera):
        assert (await one.hears()).text == f"Мила пита: „{ASKED}“"
    await answers(vera, "Десет.")
    assert "„Десет.“" in (await mila.hears()).text
    said = await writes(kolyo, REPLY)
    assert said.text.splitlines()[-3:] == [
        "Някой отговори преди Вас:", "Вера: „Десет.“", "Вашият отговор е запазен, но не е изпратен.",
    ]  # fmt: skip
    await mila.quiet(0.2)
    assert "отива при Мила" in (await does(kolyo, "Изпрати и моя")).text
    assert REPLY in (await mila.hears()).text
    assert len(await rows(world, "SELECT 1 FROM answer WHERE sent_at IS NOT NULL")) == 2


async def test_a_question_without_an_answer_goes_back_and_then_to_the_region(world: World) -> None:
    world.to_a_working_day(10)
    kolyo, reni = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Рени", REGIONAL)
    mila = await world.person("Мила")
    await asks(mila)
    await kolyo.hears()
    await does(kolyo, "Вземи въпроса")
    for _day in range(4):
        world.to_a_working_day(9)
        await world.rung()
        await world.rung()
    asked = f"Мила пита: „{ASKED}“"
    told = {who.name: [m.text for m in who.chat if m.text == asked] for who in (kolyo, reni)}
    assert {name: len(texts) for name, texts in told.items()} == {"Кольо": 3, "Рени": 1}
    rows_ = await rows(world, "SELECT period FROM period_claim WHERE job = 'question 1' ORDER BY person_id, period")
    assert len(rows_) == 4


async def test_a_question_waits_until_a_coordinator_can_be_reached(world: World) -> None:
    world.to_a_working_day(9)
    mila = await world.person("Мила")
    assert "ще го пратя, щом мога" in await asks(mila)
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await world.rung()
    assert ASKED in (await kolyo.hears()).text


async def test_buttons_of_others_and_of_those_who_left_change_nothing(world: World) -> None:
    mila, kolyo, _vera = await two_coordinators(world)
    await asks(mila)
    await kolyo.hears()
    await does(kolyo, "Отговори")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Мила'")
    assert "не е във Вашия район" in (await writes(kolyo, REPLY)).text
    assert await rows(world, "SELECT 1 FROM answer") == []


async def test_a_replayed_tap_answers_and_publishes_nothing_twice(world: World) -> None:
    mila, kolyo, _vera = await two_coordinators(world)
    await asks(mila)
    await kolyo.hears()
    await answers(kolyo)
    await mila.hears()
    await does(kolyo, "Добави към помощта")
    await kolyo.taps("Запази")
    await kolyo.taps("Запази")
    assert (await kolyo.hears()).text == "Вече е в помощта."
    assert "нещо вече приключено" in (await kolyo.hears()).text
    assert "вече има отговор" in (await does(kolyo, "Вземи въпроса")).text
    assert len(await rows(world, "SELECT 1 FROM advice")) == len(await rows(world, "SELECT 1 FROM answer")) == 1


async def test_a_published_answer_is_found_by_words_and_can_be_taken_out(world: World) -> None:
    mila, kolyo, _vera = await two_coordinators(world)
    for number in range(5):
        await asks(mila, f"Снимка номер {number}?")
        await kolyo.hears()
        await answers(kolyo, f"Отговор {number}")
        await mila.hears()
        await does(kolyo, "Добави към помощта", "Запази")
    found = await writes(mila, "/help СНИМКИ")
    assert found.text.startswith("5 отговора в помощта:\n„Снимка номер 4?“\nОтговор 4")
    assert "Още →" in found.labels
    assert not [label for label in found.labels if label.startswith("Махни")]
    assert "Отговор 1" in (await does(mila, "Още →")).text
    await writes(kolyo, "/help снимка")
    assert "Вече не се намира" in (await does(kolyo, "Махни от помощта: Снимка номер 4?")).text
    assert (await writes(mila, "/help снимка")).text.startswith("4 отговора")
    assert "няма нищо за „заплата“" in (await writes(mila, "/help заплата")).text
    assert "ЕГН тук не се пази" in (await writes(mila, "/help 6101057509")).text


async def test_an_answer_comes_to_viber_and_leaves_an_open_report_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
        rumen = await joins(world, "Румен")
        await says(rumen, "/ask")
        await says(rumen, ASKED)
        await taps(rumen, "Изпрати въпроса")
        assert ASKED in (await kolyo.hears()).text
        await says(rumen, "14 никой")
        await answers(kolyo)
        heard = await rumen.hears()
        assert heard.text == f"Попитахте: „{ASKED}“\nКольо: „{REPLY}“"
        await taps(rumen, "Помогна")
        assert len(await rows(world, "SELECT 1 FROM answer WHERE helped_at IS NOT NULL")) == 1
        assert "Прегледайте" in (await taps(rumen, "Към въпроса")).text
        assert "Записано. Доклад № 1" in (await taps(rumen, "Запази")).text


async def test_a_coordinator_answers_on_viber(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        kolyo = await joins(world, "Кольо", MUNICIPAL, "Бяла")
        mila = await world.person("Мила")
        await asks(mila)
        assert ASKED in (await kolyo.hears()).text
        await taps(kolyo, "Вземи въпроса", "Отговори")
        assert "отива при Мила" in (await says(kolyo, REPLY)).text
        assert REPLY in (await mila.hears()).text
