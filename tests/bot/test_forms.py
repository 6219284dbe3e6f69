"""The printed forms over the wire: one visit's, a whole day's, and the day's table, on both messengers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from casework.records import LEADER, MUNICIPAL, NextStep
from sandbox import Person, Sandbox
from storage import new_cases, teams
from storage.new_cases import NewCase
from tests.bot import pdf
from tests.bot.conftest import World
from tests.bot.test_documents import closed_up
from tests.bot.viber import joins, on_viber, rows, says, taps

ODD = f'{"Ъ" * 45} _*[<&"'
"""The name of somebody who went."""


@pytest.fixture
async def viber(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running
        assert [call for call in sandbox.viber.calls if call.status != 0] == []


async def reports(person: Person, line: str) -> str:
    """The receipt of a report in one line."""
    await person.says(line)
    await person.hears()
    await person.taps("Запази")
    return (await person.hears()).text


async def file(person: Person) -> tuple[str, bytes]:
    heard = await person.hears(15)
    assert heard.document is not None
    return heard.document.name, heard.document.data


async def audited(world: World, what: str) -> list[tuple[int, str]]:
    found = await rows(world, f"SELECT person_id, detail FROM audit WHERE what = '{what}' ORDER BY id")
    return [(row["person_id"], row["detail"]) for row in found]


async def chooses(person: Person, day: str) -> str:
    await person.says("/menu")
    await person.hears()
    await person.taps("Формуляри за ден")
    await person.hears()
    await person.says(day)
    return (await person.hears()).text


async def test_the_form_comes_from_the_receipt_with_what_was_reported(world: World) -> None:
    mila = await world.person("Мила")
    receipt = await reports(mila, "14 никой *и* #съсед")
    assert "Доклад № 1 · БЯ-014" in receipt
    await mila.taps("Формуляр (PDF)")
    name, content = await file(mila)
    assert name == "БЯ-014-1.pdf"
    [page] = pdf.pages(content)
    for told in ("БЯ-014 · № 1", "O20Никой на адреса", f"Дата на посещението{world.today():%d.%m.%Y}", "*и* #съсед"):
        assert closed_up(told) in closed_up(page), told
    assert "Росица" not in page
    assert await audited(world, "printed a form") == [(1, "as member Б-1; visit 1")]


async def test_the_form_under_the_last_report_of_a_case_is_of_its_newest_version(world: World) -> None:
    mila = await world.person("Мила")
    await reports(mila, "14 никой")
    await mila.says("/last")
    await mila.hears()
    await mila.taps("Поправи № 1")
    await mila.hears()
    await mila.taps("Промени")
    await mila.hears()
    await mila.taps("Бележка")
    await mila.hears()
    await mila.says("Видяна светлина.")
    await mila.hears()
    await mila.taps("Запази")
    assert "версия 2" in (await mila.hears()).text
    for label in ("Моите случаи", "Още →", "Още →", "БЯ-014 · Бяла, ул. Дунав 14"):
        await mila.taps(label)
        await mila.hears()
    await mila.taps("Формуляр (PDF)")
    [page] = pdf.pages((await file(mila))[1])
    assert closed_up("Доклад №, версия1, 2") in closed_up(page)
    assert closed_up("Видяна светлина.") in closed_up(page)


async def test_a_leader_gets_the_day_as_pages_and_as_a_table(world: World) -> None:
    lidia, mila = await world.person("Лидия", LEADER), await world.person(ODD)
    for line in ("14 никой", "3 никой", "14 никой"):
        await reports(mila, line)
    assert await chooses(lidia, "днес") == f"днес, {world.today().day}.{world.today():%m}: 3 посещения"
    await lidia.taps("Формуляри за деня (PDF)")
    name, content = await file(lidia)
    assert name == f"obhvat-{world.today()}.pdf"
    pages = pdf.pages(content)
    assert ["БЯ-003 · № 2" in pages[0], "БЯ-014 · № 1" in pages[1], "БЯ-014 · № 3" in pages[2]] == [True] * 3
    assert all(closed_up(page).count(closed_up(ODD)) == 3 for page in pages), "went, reported, to sign"
    await lidia.taps("Таблица за деня (xlsx)")
    name, content = await file(lidia)
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    header, *lines = sheet.iter_rows(values_only=True)
    assert [dict(zip(header, line, strict=True))["Случай №"] for line in lines] == ["БЯ-003", "БЯ-014", "БЯ-014"]
    assert [dict(zip(header, line, strict=True))["Поредно посещение"] for line in lines] == ["1", "1", "2"]
    assert {dict(zip(header, line, strict=True))["Участвали"] for line in lines} == {ODD}
    of_each_case = [(1, "as leader Б-1; visits 2"), (1, "as leader Б-1; visits 1, 3")]
    assert await audited(world, "printed the forms of a day") == of_each_case
    assert await audited(world, "took the table of a day") == of_each_case


async def test_a_member_gets_the_day_of_the_team(world: World) -> None:
    mila, other = await world.person("Мила"), await world.person("Росен")
    await reports(mila, "14 никой")
    assert "1 посещение" in await chooses(other, "днес")
    await other.taps("Формуляри за деня (PDF)")
    [page] = pdf.pages((await file(other))[1])
    assert "БЯ-014 · № 1" in page
    assert await audited(world, "printed the forms of a day") == [(2, "as member Б-1; visits 1")]


async def test_a_coordinator_gets_the_day_of_one_team_or_of_all_by_team(world: World) -> None:
    await a_second_team(world)
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    away = await world.person("Румен", team="А/2")
    await reports(mila, "3 никой")
    await reports(away, "17 никой")
    assert await chooses(kolyo, "днес") == "Кой екип?"
    assert kolyo.chat[-1].labels == ["Всички екипи", "А/2", "Б-1"]
    await kolyo.taps("А/2")
    assert (await kolyo.hears()).text == f"днес, {world.today().day}.{world.today():%m} · А/2: 1 посещение"
    await kolyo.taps("Формуляри за деня (PDF)")
    name, content = await file(kolyo)
    assert name == f"obhvat-{world.today()}-А-2.pdf"
    assert ["БЯ-017 · № 2" in page for page in pdf.pages(content)] == [True]
    await chooses(kolyo, "днес")
    await kolyo.taps("Всички екипи")
    await kolyo.hears()
    await kolyo.taps("Формуляри за деня (PDF)")
    name, content = await file(kolyo)
    assert name == f"obhvat-{world.today()}.pdf"
    assert ["БЯ-017 · № 2" in page for page in pdf.pages(content)] == [True, False]


async def a_second_team(world: World) -> None:
    """А/2, with БЯ-017."""
    async with world.app.database.transaction() as tx:
        await teams.put(tx, "А/2", "Бяла", "Копривец")
        team = (await teams.by_name(tx))["а/2"].id
        child = NewCase("БЯ", "G1", "Бяла", "Копривец", "ул. Янтра 1", 2015, team, "", None, "17")
        await new_cases.put(tx, [child], NextStep("S11", "visit", world.today()), world.app.now())


async def test_a_day_without_visits_is_a_sentence(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    said = await chooses(lidia, "вчера")
    assert said.endswith("няма докладвани посещения по Вашите случаи.")
    assert "Не разчетох датата" in await chooses(lidia, "някой ден")
    assert await audited(world, "printed the forms of a day") == []


async def test_nobody_prints_what_they_may_not_see(world: World) -> None:
    mila, other = await world.person("Мила"), await world.person("Кольо", MUNICIPAL, "Русе")
    await reports(mila, "14 никой")
    button = (await _buttons(mila))["Формуляр (PDF)"]
    assert "няма докладвани посещения" in await chooses(other, "днес")
    await other.taps_data(button)
    assert "не е при Вашия екип" in (await other.hears()).text
    day = world.today().isoformat()
    for button in (f"go.forms.{day}", f"go.sheet.{day}.all", f"go.forms.{day}.1"):
        await other.taps_data(button)
        await world.settled()
    assert not any(message.document for message in other.chat)
    await other.taps_data("go.forms.yesterday")
    await world.settled()
    assert "вече приключено" in other.chat[-1].text
    for what in ("printed a form", "printed the forms of a day", "took the table of a day"):
        assert await audited(world, what) == []


async def _buttons(person: Person) -> dict[str, str]:
    return {button.label: button.data for message in person.chat for row in message.buttons for button in row}


async def test_the_form_comes_to_viber_as_a_file(viber: World) -> None:
    mila = await joins(viber, "Мила")
    await says(mila, "14 никой")
    await taps(mila, "Запази")
    heard = await taps(mila, "Формуляр (PDF)")
    assert (heard.kind, heard.file_name) == ("file", "БЯ-014-1.pdf")
    assert heard.document is not None
    [page] = pdf.pages(heard.document.data)
    assert closed_up("O20Никой на адреса") in closed_up(page)


async def test_the_day_comes_to_viber_as_two_files_one_after_the_other(viber: World) -> None:
    lidia, mila = await joins(viber, "Лидия", LEADER), await joins(viber, "Мила")
    await says(lidia, "14 никой")
    await taps(lidia, "Запази")
    for phone in (lidia, mila):
        await says(phone, "/menu")
        await taps(phone, "Формуляри за ден", "днес")
        assert (await taps(phone, "Формуляри за деня")).file_name == f"obhvat-{viber.today()}.pdf"
        assert (await taps(phone, "Таблица за деня")).file_name == f"obhvat-{viber.today()}-forms.xlsx"


async def test_a_coordinator_on_viber_chooses_the_team(viber: World) -> None:
    await a_second_team(viber)
    kolyo, mila = await joins(viber, "Кольо", MUNICIPAL, "Бяла"), await joins(viber, "Мила")
    for phone, line in ((mila, "14 никой"), (kolyo, "17 никой")):
        await says(phone, line)
        await taps(phone, "Запази")
    assert (await taps(kolyo, "Меню", "Формуляри за ден", "днес")).text == "Кой екип?"
    heard = await taps(kolyo, "без екип", "Формуляри за деня")
    assert heard.file_name == f"obhvat-{viber.today()}-без-екип.pdf"
    assert heard.document is not None
    assert ["БЯ-017 · № 2" in page for page in pdf.pages(heard.document.data)] == [True]
