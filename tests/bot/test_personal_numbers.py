"""A personal number that somebody writes reaches no disk, and where the messenger allows it leaves the chat as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Fault, Person
from storage.database import Tx
from tests.bot.conftest import World
from tests.bot.test_album import picture
from tests.bot.test_aside import failed_for_good
from tests.engines import engine
from tests.transcripts.test_no_personal_number import NUMBER, SPACED, is_kept

REFUSAL = "Това прилича на ЕГН"


async def gone(world: World, someone: Person, text: str) -> None:
    """Until the message has been taken out of the chat."""

    async def over(_tx: Tx) -> bool:
        return all(message.deleted for message in someone.chat if not message.from_bot and text in message.text)

    await world.until(over)


@pytest.mark.parametrize("said", [NUMBER, SPACED, f"/ask {NUMBER}", f"14 отказ, ЕГН {NUMBER}", f"/start {NUMBER}"])
async def test_what_was_written_is_refused_and_deleted(world: World, said: str, tmp_path: Path) -> None:
    mila = await world.person("Мила")
    await mila.says(said)
    assert REFUSAL in (await mila.hears()).text
    await gone(world, mila, said)
    assert is_kept(tmp_path) == []


async def test_under_a_photo_it_is_refused_and_the_photo_stays_in_the_report(world: World, tmp_path: Path) -> None:
    mila = await world.person("Мила")
    await mila.shows_photo(picture("JPEG"), f"14 никой {NUMBER}")
    assert REFUSAL in (await mila.hears()).text
    await gone(world, mila, NUMBER)
    assert is_kept(tmp_path) == []


async def test_what_is_edited_in_afterwards_is_refused_too(world: World, tmp_path: Path) -> None:
    mila = await world.person("Мила")
    await mila.says("14 никой")
    await mila.hears()
    mine = [message for message in mila.chat if not message.from_bot]
    await mila.edits(mine[-1], f"14 никой {NUMBER}")
    assert (await mila.hears()).text.startswith(REFUSAL)
    await gone(world, mila, NUMBER)
    assert is_kept(tmp_path) == []


async def test_a_stranger_is_told_too(world: World, tmp_path: Path) -> None:
    stranger = world.sandbox.world.person("Непознат")
    await stranger.says(f"детето ми {NUMBER}")
    assert REFUSAL in (await stranger.hears()).text
    await gone(world, stranger, NUMBER)
    assert is_kept(tmp_path) == []


async def test_the_name_of_a_file_and_the_text_under_it_keep_none(world: World, tmp_path: Path) -> None:
    lidia = await world.person("Лидия", "leader")
    await lidia.sends_document(f"{NUMBER}.csv", b"name")
    assert "••••••••••.csv" in (await lidia.hears()).text
    assert is_kept(tmp_path) == []


async def test_what_cannot_be_handled_is_set_aside_without_it(world: World, tmp_path: Path) -> None:
    mila = await world.person("Мила")
    async with world.app.database.transaction() as tx:
        await tx.run(engine.refusing("journal"))
    await mila.says(f"14 отказ, ЕГН {NUMBER}")
    await failed_for_good(world)
    [row] = await world.app.database.glance().rows("SELECT payload, error FROM inbox WHERE payload <> ''")
    assert "ЕГН ••••••••••" in row["payload"]
    assert is_kept(tmp_path) == []


async def test_a_message_that_cannot_be_deleted_is_refused_all_the_same(world: World) -> None:
    mila = await world.person("Мила")
    world.sandbox.faults.add(Fault("deleteMessage", kind="500"))
    await mila.says(NUMBER)
    assert REFUSAL in (await mila.hears()).text
    await world.settled()
    assert world.sandbox.faults.unused() == []
