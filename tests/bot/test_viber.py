"""The same conversations on Viber, tapped on phones that show one keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.records import LEADER, MUNICIPAL
from handlers.engine.scene import Message
from handlers.engine.views import Button, View
from sandbox import Sandbox
from tests.bot.conftest import World
from tests.bot.viber import invited, joins, on_viber, rows, says, taps


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running
        refused = [call for call in sandbox.viber.calls if call.status != 0 and not call.fault]
        assert refused == [], "a call that Viber does not take"
        assert sandbox.faults.unused() == []


async def test_joining_by_the_deep_link(world: World) -> None:
    mila = world.sandbox.world.person("Мила", telegram=False).viber
    await mila.starts(await invited(world))
    greeted = await mila.hears()
    assert greeted.text.startswith("Това е „Обхват“")
    assert mila.labels == ["Започни"]
    assert not mila.subscribed
    assert "Език" in (await taps(mila, "Започни")).text
    assert mila.subscribed
    await taps(mila, "Български")
    assert mila.labels == ["Приемам", "Не приемам"]
    welcome = await taps(mila, "Приемам")
    assert "Добре дошли! Вие сте в екип Б-1." in welcome.text
    assert "Докладвай посещение" in mila.labels


async def test_nobody_at_the_address_is_four_taps(world: World) -> None:
    mila = await joins(world, "Мила")
    before = len(mila.chat)
    said = await taps(mila, "Докладвай", "БЯ-001", "Никой на адреса", "Запази")
    assert said.text.startswith("Записано. Доклад № 1 · БЯ-001")
    assert sum(not message.from_bot for message in mila.chat[before:]) == 4
    assert "Меню" in mila.labels
    assert await rows(world, "SELECT outcome FROM visit") == [{"outcome": "O20"}]


async def test_a_usual_report_is_eight_taps(world: World) -> None:
    mila = await joins(world, "Мила")
    before = len(mila.chat)
    await taps(mila, "Докладвай", "БЯ-001", "Обещание", "Майка")
    ticked = await taps(mila, "Няма транспорт")
    assert ticked.text == ""
    assert "✓ Няма транспорт" in mila.labels
    await taps(mila, "Готово", "утре", "Запази")
    assert sum(not message.from_bot for message in mila.chat[before:]) == 8
    assert await rows(world, "SELECT outcome FROM visit") == [{"outcome": "O11"}]
    await world.settled()


async def test_a_code_can_be_typed_and_a_stranger_gets_one_sentence(world: World) -> None:
    mila = world.sandbox.world.person("Мила", telegram=False).viber
    assert "координатор" in (await says(mila, "здравейте")).text
    assert mila.labels == []
    assert "Език" in (await says(mila, f"/start {await invited(world)}")).text


async def test_a_line_is_a_whole_report(world: World) -> None:
    mila = await joins(world, "Мила")
    assert "БЯ-014" in (await says(mila, "14 никой")).text
    assert "Доклад № 1" in (await taps(mila, "Запази")).text


async def test_a_page_is_turned_without_a_word(world: World) -> None:
    mila = await joins(world, "Мила")
    asked = await taps(mila, "Докладвай")
    first = mila.labels
    turned = await taps(mila, "Още")
    assert (turned.kind, turned.text) == ("keyboard", "")
    assert "← Предишни" in mila.labels
    assert not set(first) & set(mila.labels) - {"Още →", "По-късно"}
    await taps(mila, "← Предишни")
    assert mila.labels == first
    assert asked.text in [message.text for message in mila.chat]


async def test_choices_are_ticked_on_the_keyboard_and_too_many_are_refused_aloud(world: World) -> None:
    mila = await joins(world, "Мила")
    await says(mila, "14 отказ")
    await taps(mila, "Баща")
    await taps(mila, "Няма транспорт", "Сезонна", "✓ Няма транспорт")
    assert [label for label in mila.labels if label.startswith("✓")] == ["✓ Сезонна работа в страната"]
    await taps(mila, "Няма транспорт", "Семейни причини")
    refused = await taps(mila, "Бедност")
    assert "най-много 3" in refused.text
    assert sum(label.startswith("✓") for label in mila.labels) == 3
    assert "Причини" in (await taps(mila, "Готово")).text


async def test_every_question_of_a_report_fits_the_keyboard(world: World) -> None:
    mila = await joins(world, "Мила")
    await says(mila, "14 никой")
    await taps(mila, "Промени")
    assert "Мерки" in mila.labels
    await taps(mila, "Мерки")
    await taps(mila, "Още")
    assert len(mila.labels) > 20
    assert len(mila.keyboard) <= 12
    assert mila.keyboard[-2:] == [["Пропусни"], ["По-късно"]]


async def test_an_album_of_ten_is_ten_messages_and_one_answer(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай", "БЯ-001", "Няма такъв адрес")
    await mila.shows_album(10)
    await world.settled()
    world.sandbox.world.clock.move(timedelta(seconds=2))
    assert "10 снимки" in (await mila.hears()).text
    await mila.quiet(0.1)
    assert "Снимки: 10" in (await taps(mila, "Готово")).text


async def test_an_older_keyboard_changes_nothing_and_the_question_is_asked_again(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай")
    old = next(key.data for key in mila.board.keys if key.label.startswith("БЯ-003"))
    await taps(mila, "БЯ-001")
    await mila.taps_data(old)
    said = await mila.hears()
    assert "от по-рано" in said.text
    assert "БЯ-001" in said.text
    assert any(label.startswith("Никой") for label in mila.labels)


@pytest.mark.parametrize("typed", ["›", "›go", "›x.y.z", "›go.card.abc"])
async def test_what_only_looks_like_a_button_gets_the_usual_hint(world: World, typed: str) -> None:
    mila = await joins(world, "Мила")
    assert "вече приключено" in (await says(mila, typed)).text or "не е при Вашия екип" in mila.last.text
    assert "Меню" in mila.labels


async def test_a_label_can_be_typed_and_a_wrong_word_leaves_the_buttons_there(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай", "БЯ-001")
    offered = mila.labels
    said = await says(mila, "не знам")
    assert said.text.startswith("Моля")
    assert mila.labels == offered
    assert "Резултат: Никой на адреса" in (await says(mila, "никой на адреса")).text


async def test_a_notice_in_the_middle_of_a_question_shows_the_way_back(world: World) -> None:
    lidia = await joins(world, "Лидия", LEADER)
    mila = await joins(world, "Мила")
    await taps(lidia, "Докладвай", "БЯ-001")
    offered = lidia.labels
    await taps(mila, "Моите случаи", "• БЯ-002", "Предай")
    notice = await lidia.hears()
    assert "предава случай" in notice.text
    assert lidia.labels == ["Покажи случая", "Към въпроса", "Меню"]
    assert "Как завърши" in (await taps(lidia, "Към въпроса")).text
    assert lidia.labels == offered


async def test_what_is_looked_up_meanwhile_shows_the_way_back_too(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай", "БЯ-001")
    await says(mila, "/cases")
    assert mila.keyboard[-2:] == [["Кой с кого отива", "Меню"], ["Към въпроса"]]
    assert "на един ред" in (await says(mila, "/help")).text
    await mila.hears()
    assert any(label.startswith("Никой") for label in mila.labels)


@pytest.mark.parametrize(("word", "answer"), [("Меню", "какво ще правим"), ("помощ", "на един ред")])
async def test_the_fixed_words_are_typed_where_nothing_lists_commands(world: World, word: str, answer: str) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай", "БЯ-001")
    assert answer in (await says(mila, word)).text


async def test_what_viber_cannot_show_is_answered(world: World) -> None:
    mila = await joins(world, "Мила")
    for send in (mila.sends_sticker, mila.sends_contact, mila.sends_video):
        await send()
        assert "не мога да прочета" in (await mila.hears()).text
    await says(mila, "14 никой")
    await taps(mila, "Промени", "Място")
    await mila.is_at(43.36, 25.96)
    assert "43.36000, 25.96000" in (await mila.hears()).text


async def test_a_text_that_is_too_long_is_said_in_messages_that_fit(world: World) -> None:
    mila = await joins(world, "Мила")
    lines = tuple(f"ред {number} — „№ {number}“ {'щ' * 60}" for number in range(400))
    async with world.app.database.transaction() as tx:
        told = Message(View((*lines, "ж" * 20_000), ((Button("Моите случаи", "0", "cases"),),)), to=1)
        await world.app.teller.notify(tx, told, world.app.now())
    parts = [await mila.hears()]
    while "Моите случаи" not in parts[-1].labels:
        assert parts[-1].labels == []
        parts.append(await mila.hears())
    assert len(parts) > 5
    assert "".join(part.text for part in parts).replace("\n", "") == "".join(lines) + "ж" * 20_000


async def test_a_new_link_names_the_door_of_every_messenger(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        kolyo = await joins(world, "Кольо", MUNICIPAL, "Бяла")
        mila = await joins(world, "Мила")
        await mila.unsubscribes()
        assert "вече не получава съобщенията ми" in (await kolyo.hears()).text
        told = (await taps(kolyo, "Дай нова връзка")).text.splitlines()
        code = told[-2].removeprefix("https://t.me/sandbox_bot?start=")
        assert told[-1] == f"viber://pa?chatURI=sandboxbot&context={code}"
        again = sandbox.world.person("Мила").viber
        await again.starts(code)
        await again.hears()
        assert "какво ще правим" in (await taps(again, "Започни")).text


async def test_both_messengers_live_beside_each_other(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        rumen = await joins(world, "Румен")
        mila = await world.person("Мила")
        await says(rumen, "14 никой")
        await mila.says("15 никой")
        await mila.hears()
        await mila.taps("Запази")
        assert "Доклад № 1" in (await mila.hears()).text
        assert "Доклад № 2" in (await taps(rumen, "Запази")).text
