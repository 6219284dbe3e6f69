"""A file sent in the chat: what it says is shown, one tap imports it, and nothing of it stays anywhere else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework.records import LEADER, MEMBER, MUNICIPAL
from sandbox import Fault, Person
from sandbox.messages import ChatMessage
from storage import people, teams
from storage.database import Tx
from storage.people import Invitation
from tests.bot.conftest import World
from tests.imports.books import BROKEN, EGN, HEADER, TEAMS, at_risk, book, child


async def rows(world: World, sql: str) -> list[dict[str, Any]]:
    async with world.app.database.reading() as tx:
        return [dict(row) for row in await tx.rows(sql)]


async def brought(world: World) -> int:
    """Cases beyond the sixteen that every world has."""
    return len(await rows(world, "SELECT 1 FROM child_case")) - 16


async def coordinator(world: World, municipality: str = "Бяла") -> Person:
    someone = world.sandbox.world.person("Кольо")
    async with world.app.database.transaction() as tx:
        expires = world.app.now() + timedelta(days=7)
        await people.invite(tx, "code-k", Invitation(MUNICIPAL, None, municipality, "Кольо"), expires)
    await someone.starts("code-k")
    for label in ("Български", "Приемам"):
        await someone.hears()
        await someone.taps(label)
    await someone.hears()
    return someone


async def sends(person: Person, content: bytes, name: str = "деца.xlsx", caption: str = "") -> ChatMessage:
    """The bot's answer to a file, after it has said that it reads it."""
    await person.sends_document(name, content, caption)
    assert (await person.hears()).text.startswith("Чета ")
    return await person.hears(20)


async def taps(person: Person, label: str) -> str:
    """The last of what is said after a tap: first that it works on it, then how it came out."""
    await person.taps(label)
    assert (await person.hears()).text == "Внасям…"
    return (await person.hears(20)).text


async def test_a_leader_imports_with_one_tap_and_the_file_leaves_the_chat(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    rows_ = [child(n) for n in range(1, 13)]
    shown = await sends(lidia, book(HEADER, *rows_, child(13, Екип="Р-1"), child(14, Група="няма")))
    assert shown.text.splitlines() == [
        "деца.xlsx, случаи: нови 12, вече тук 0, отказани редове 2.",
        "",
        "Ето как го разбирам, без имената:",
        "Ред 2: Отпаднал, 2015, Дряновец, ул. Рила 1 → Б-1",
        "Ред 3: Отпаднал, 2015, Дряновец, ул. Рила 2 → Б-1",
        "Ред 4: Отпаднал, 2015, Дряновец, ул. Рила 3 → Б-1",
        "",
        "Ред 14, колона „екип“: няма такъв екип. Внесете първо екипите.",
        "Ред 15, колона „група“: това не е група. Приемат се: необхванат, отпаднал, в риск.",
        "",
        "Не са в района на нито един екип, може би са сгрешени: Дряновец (12)",
    ]
    assert shown.labels == ["Внеси 12 реда", "Не внасяй"]
    assert await brought(world) == 0
    assert await taps(lidia, "Внеси 12 реда") == "Внесено. деца.xlsx, случаи: нови 12, вече тук 0, отказани редове 2."
    assert await brought(world) == 12
    [sent] = [message for message in lidia.chat if message.document and not message.from_bot]
    await withdrawn(world, lidia, sent.id)


async def withdrawn(world: World, person: Person, message_id: int) -> None:
    async def gone(_tx: Tx) -> bool:
        return message_id in {message.id for message in person.chat if message.deleted}

    await world.until(gone)


async def test_a_second_tap_changes_nothing(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    shown = await sends(lidia, book(HEADER, child(1), child(2)))
    await taps(lidia, "Внеси 2 реда")
    await lidia.taps_data(shown.buttons[0][0].data, shown)
    assert (await lidia.hears()).text == "За този файл вече е решено. Нищо не е променено."
    assert await brought(world) == 2


async def test_the_same_file_again_has_nothing_new(world: World) -> None:
    lidia, rumen = await world.person("Лидия", LEADER), await world.person("Румен", LEADER)
    content = book(HEADER, child(1), child(2))
    await sends(lidia, content)
    await taps(lidia, "Внеси 2 реда")
    again = await sends(rumen, content)
    assert "вече тук 2" in again.text
    assert "няма нищо ново" in again.text
    assert again.labels == ["Меню"]
    assert await brought(world) == 2


async def test_two_taps_at_once_import_once(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    await sends(lidia, book(HEADER, child(1)))
    await asyncio.gather(lidia.taps("Внеси 1 ред"), lidia.taps("Внеси 1 ред"))
    said = sorted([(await lidia.hears(20)).text for _ in range(3)])
    assert [text.split(".")[0] for text in said] == ["Внасям…", "Внесено", "За този файл вече е решено"]
    assert await brought(world) == 1


async def test_what_is_not_wanted_is_not_imported(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    sent_at = len(lidia.chat)
    shown = await sends(lidia, book(HEADER, child(1)))
    await lidia.taps("Не внасяй")
    assert (await lidia.hears()).text == "Добре, нищо не е внесено."
    await withdrawn(world, lidia, lidia.chat[sent_at].id)
    for data in (button.data for row in shown.buttons for button in row):
        await lidia.taps_data(data, shown)
        assert (await lidia.hears()).text.startswith("За този файл вече е решено")
    assert await brought(world) == 0
    assert [row["state"] for row in await rows(world, "SELECT state FROM import_file")] == ["ended"]


async def test_a_tap_of_somebody_else_changes_nothing(world: World) -> None:
    lidia, rumen = await world.person("Лидия", LEADER), await world.person("Румен", LEADER)
    shown = await sends(lidia, book(HEADER, child(1)))
    await rumen.taps_data(shown.buttons[0][0].data)
    assert (await rumen.hears()).text.startswith("За този файл вече е решено")
    assert await brought(world) == 0


async def test_the_register_goes_to_the_team_under_the_file(world: World) -> None:
    kolyo = await coordinator(world)
    shown = await sends(kolyo, at_risk(), "risk.xlsx", "б-1")
    assert "Ред 3: В риск от отпадане, 1961, паралелка 5а → Б-1" in shown.text
    await taps(kolyo, "Внеси 1 ред")
    [case] = await rows(world, "SELECT prefix, municipality FROM child_case WHERE grouping = 'G3'")
    assert case == {"prefix": "БЯ", "municipality": "Бяла"}
    await kolyo.says("/report")
    await kolyo.hears()
    await kolyo.says("паралелка 5а")
    assert "БЯ-017 · паралелка 5а" in (await kolyo.hears()).labels


async def test_the_register_without_a_team_imports_nothing(world: World) -> None:
    kolyo = await coordinator(world)
    shown = await sends(kolyo, at_risk(), "risk.xlsx", "отбор")
    assert "не е посочен екип" in shown.text
    assert shown.labels == ["Меню"]


async def test_a_coordinator_brings_teams_of_the_own_municipality(world: World) -> None:
    kolyo = await coordinator(world)
    shown = await sends(kolyo, TEAMS, "teams.csv")
    assert "екипи: нови 1, променени 1, вече тук 0, отказани редове 1." in shown.text
    assert "Ред 2: Б-1, Бяла: Бяла, Дряновец" in shown.text
    assert "Ред 4, колона „община“: това не е Вашата община." in shown.text
    await taps(kolyo, "Внеси 2 реда")
    async with world.app.database.reading() as tx:
        assert [team.name for team in (await teams.by_name(tx)).values()] == ["Б-1", "Б-2"]


async def test_a_member_is_told_who_brings_files_and_the_open_report_goes_on(world: World) -> None:
    mila = await world.person("Мила", MEMBER)
    await mila.says("14 никой")
    question = (await mila.hears()).text
    await mila.sends_document("деца.xlsx", book(HEADER, child(1)))
    assert "ръководителите на екипи и координаторите" in (await mila.hears()).text
    assert (await mila.hears()).text == question
    assert await rows(world, "SELECT 1 FROM import_file") == []


async def test_teams_from_a_leader_are_refused(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    assert (await sends(lidia, TEAMS)).text == "Това са екипи. Екипите се внасят от координаторите."


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_file_gets_its_sentence(world: World, content: bytes, said: str) -> None:
    lidia = await world.person("Лидия", LEADER)
    assert said in (await sends(lidia, content)).text
    assert await brought(world) == 0


async def test_what_telegram_does_not_give_out_is_told_at_once(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    await lidia.sends_document("деца.xlsx", b"x" * 21_000_000)
    assert "по-голям от 20 MB" in (await lidia.hears()).text


async def test_many_refused_lines_come_as_a_table(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    shown = await sends(lidia, book(HEADER, child(1), *(child(n, Група="няма") for n in range(2, 22))))
    assert shown.text.count("това не е група") == 5
    assert "и още 15 реда, в таблицата" in shown.text
    table = await lidia.hears()
    assert table.document is not None
    assert table.document.name.endswith(".xlsx")


async def test_nobody_waits_for_a_slow_download(world: World) -> None:
    lidia, mila = await world.person("Лидия", LEADER), await world.person("Мила")
    world.sandbox.faults.add(Fault("file", kind="hang", seconds=3))
    await lidia.sends_document("деца.xlsx", book(HEADER, child(1)))
    assert (await lidia.hears()).text.startswith("Чета ")
    await mila.says("/menu")
    assert "какво ще правим" in (await mila.hears()).text
    assert lidia.last.text.startswith("Чета ")
    assert "нови 1" in (await lidia.hears(20)).text


async def test_a_download_that_fails_is_tried_again_and_given_up_with_a_sentence(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    world.sandbox.faults.add(Fault("getFile", kind="500"))
    await lidia.sends_document("деца.xlsx", book(HEADER, child(1)))
    await lidia.hears()
    await tried(world, 1)
    world.sandbox.world.clock.move(timedelta(seconds=10))
    assert "нови 1" in (await lidia.hears(20)).text
    world.sandbox.faults.add(Fault("getFile", kind="500", times=6))
    await lidia.taps("Внеси 1 ред")
    await lidia.hears()
    for tries in range(1, 6):
        await tried(world, tries)
        world.sandbox.world.clock.move(timedelta(hours=2))
    assert (await lidia.hears(20)).text.startswith("Не успях да взема файла. Нищо не е внесено.")
    assert await brought(world) == 0


async def tried(world: World, times: int) -> None:
    async def so_often(tx: Tx) -> bool:
        return bool(await tx.rows("SELECT 1 FROM import_file WHERE tries = :times", times=times))

    await world.until(so_often)


async def test_a_file_without_a_tap_is_forgotten_after_a_day(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    sent_at = len(lidia.chat)
    shown = await sends(lidia, book(HEADER, child(1)))
    world.sandbox.world.clock.move(timedelta(hours=25))
    # What is due this morning comes too, before or after.
    while "чака един ден" not in (await lidia.hears(30)).text:
        pass
    await withdrawn(world, lidia, lidia.chat[sent_at].id)
    await lidia.taps_data(shown.buttons[0][0].data, shown)
    while not (await lidia.hears(30)).text.startswith("За този файл вече е решено"):
        pass


async def test_who_leads_no_longer_cannot_tap_an_older_file_in(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    await sends(lidia, book(HEADER, child(1)))
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET role = 'member'")
    assert "ръководителите на екипи" in await taps(lidia, "Внеси 1 ред")
    assert await brought(world) == 0


async def test_no_name_and_no_number_is_kept_in_the_clear(world: World) -> None:
    lidia = await world.person("Лидия", LEADER)
    await sends(lidia, book([*HEADER, "ЕГН"], [*child(1, Име="Евдокия"), EGN], [*child(2, Група="Евдокия"), None]))
    await taps(lidia, "Внеси 1 ред")
    await world.settled()
    kept = all_bytes(world.folder)
    for never in ("Евдокия", EGN):
        assert never.encode() not in kept


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_twenty_thousand_lines_let_the_others_go_on(world: World) -> None:
    lidia, mila = await world.person("Лидия", LEADER), await world.person("Мила")
    lines = ["име;фамилия;населено място;адрес", *(f"Дете;Детева;Бяла;ул. Рила {n}" for n in range(19_999))]
    await lidia.sends_document("много.csv", "\n".join(lines).encode())
    await lidia.hears()
    await answered_before(mila, lidia, "нови 19999")
    await lidia.taps("Внеси 19999 реда")
    assert (await lidia.hears()).text == "Внасям…"
    await answered_before(mila, lidia, "Внесено.")
    assert await brought(world) == 19_999


async def answered_before(mila: Person, lidia: Person, said: str) -> None:
    """Whoever asks for the menu has it before the big file is through."""
    through = asyncio.create_task(lidia.hears(60))
    await mila.says("/menu")
    assert "какво ще правим" in (await mila.hears()).text
    assert not through.done()
    assert said in (await through).text
