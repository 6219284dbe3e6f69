"""Photos, albums, documents and the other things that people send.

What a newcomer gets wrong: equal bytes have one `file_unique_id` but a new `file_id` each time.
"""

from __future__ import annotations

import pytest
from telegram import Bot, InputMediaPhoto
from telegram.error import BadRequest

from sandbox import Person, Sandbox


async def test_photo_bytes_come_back(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    picture = sandbox.world.files.draw()
    await ivan.shows_photo(picture, caption="врата")
    await ivan.shows_photo(picture)
    first, second = [u.message for u in await bot.get_updates()]
    assert first.caption == "врата"
    assert [size.width for size in first.photo] == sorted(size.width for size in first.photo)
    assert bytes(await (await first.photo[-1].get_file()).download_as_bytearray()) == picture
    assert first.photo[-1].file_unique_id == second.photo[-1].file_unique_id
    assert first.photo[-1].file_id != second.photo[-1].file_id


async def test_albums_both_ways(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    await ivan.shows_album(3, caption="вход")
    got = [u.message for u in await bot.get_updates()]
    assert len({m.media_group_id for m in got}) == 1
    assert [m.caption for m in got] == ["вход", None, None]
    sent = await bot.send_media_group(
        ivan.id, [InputMediaPhoto(sandbox.world.files.draw()), InputMediaPhoto(got[0].photo[-1].file_id)]
    )
    assert len({m.media_group_id for m in sent}) == 1
    assert [(await ivan.hears()).photo is not None for _ in sent] == [True, True]


async def test_documents_both_ways(bot: Bot, ivan: Person) -> None:
    await bot.send_document(ivan.id, b"abc", filename="дневник.csv", caption="ето")
    heard = await ivan.hears()
    assert heard.document is not None
    assert (heard.document.name, heard.document.data, heard.text) == ("дневник.csv", b"abc", "ето")
    await ivan.sends_document("a.txt", b"xyz")
    document = (await bot.get_updates())[-1].message.document
    assert bytes(await (await document.get_file()).download_as_bytearray()) == b"xyz"
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("no-such")


async def test_other_things(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    said = await ivan.says("едно")
    await ivan.edits(said, "две")
    await ivan.is_at(42.69, 23.33)
    await ivan.sends_sticker()
    await ivan.sends_voice()
    await ivan.sends_contact()
    await ivan.forwards("чуждо")
    group = sandbox.world.group("Екип", ivan)
    await group.says(ivan, "/start")
    updates = await bot.get_updates()
    assert updates[1].edited_message.text == "две"
    assert updates[1].edited_message.edit_date is not None
    assert updates[2].message.location.latitude == 42.69
    assert all((updates[3].message.sticker, updates[4].message.voice, updates[5].message.contact))
    assert updates[6].message.forward_origin is not None
    assert updates[7].message.chat.type == "group"
    await bot.send_location(ivan.id, 1.5, 2.5)
    assert (await ivan.hears()).location == (1.5, 2.5)
