"""Pictures that must be fetched within the hour, and charts and tables that the phones fetch from us."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from openpyxl import load_workbook
from PIL import Image
from yarl import URL

from bot import album
from bot.channels.channel import Meaning, Trouble
from bot.channels.viber.files import Files
from bot.channels.viber.media import Media, public_connector
from bot.channels.viber.passes import Passes
from bot.store import Store
from casework.records import LEADER, MUNICIPAL
from sandbox import Fault, Sandbox, ViberPhone
from storage.database import Tx
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, rows, says, taps
from tests.imports.books import HEADER, book, child


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running
        assert [call for call in sandbox.viber.calls if call.status != 0] == []
        assert sandbox.faults.unused() == []


def kept(world: World, folder: str = "photos") -> list[str]:
    return sorted(path.name for path in (world.folder / folder).glob("*.*"))


async def fetched(world: World, count: int) -> None:
    async def stored(tx: Tx) -> bool:
        found = await tx.one("SELECT count(*) AS n FROM media WHERE state = 'stored'")
        return int(found["n"]) == count

    await world.until(stored)


# -- what people send ----------------------------------------------------------------------------------


async def test_a_photo_is_fetched_before_its_report_is_saved_and_found_by_it_later(world: World) -> None:
    mila = await joins(world, "Мила")
    await mila.shows_photo(caption="14 никой")
    await fetched(world, 1)
    assert await rows(world, "SELECT visit_id FROM media") == [{"visit_id": None}]
    world.sandbox.world.clock.move(timedelta(hours=2))
    await mila.hears()
    await taps(mila, "Запази")
    assert await rows(world, "SELECT visit_id, state FROM media") == [{"visit_id": 1, "state": "stored"}]
    assert len(kept(world)) == 1


async def test_five_megabytes_come_through_upright_and_without_a_place(world: World) -> None:
    mila = await joins(world, "Мила")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    file = BytesIO()
    Image.new("RGB", (3000, 2000), "teal").save(file, "JPEG", exif=exif)
    await mila.shows_photo(file.getvalue().ljust(5_000_000, b"\0"), "14 никой")
    await fetched(world, 1)
    [name] = kept(world)
    photo = await album.get(Store(world.folder / "photos"), world.app.work.sealer, name)
    with Image.open(BytesIO(photo)) as cleaned:
        assert (cleaned.size, dict(cleaned.getexif())) == ((1067, 1600), {})


async def test_a_photo_whose_address_is_over_is_asked_for_again(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай", "БЯ-001", "Няма такъв адрес")
    world.sandbox.faults.add(Fault("message", mila.id, "expired_media"))
    await mila.shows_photo()
    lost = await mila.hears()
    assert lost.text.startswith("Една снимка не стигна")
    assert "снимки на бележката" in lost.text
    world.sandbox.world.clock.move(timedelta(seconds=2))
    await mila.quiet(0.1)
    await mila.shows_photo()
    await world.settled()
    world.sandbox.world.clock.move(timedelta(seconds=2))
    assert "1 снимка" in (await mila.hears()).text
    await fetched(world, 1)
    await taps(mila, "Готово", "Запази")
    assert [row["state"] for row in await rows(world, "SELECT state FROM media WHERE visit_id = 1")] == ["stored"]


async def test_a_photo_that_is_lost_after_its_report_was_saved_is_told_too(world: World) -> None:
    mila = await joins(world, "Мила")
    [phone] = world.sandbox.viber.phones.values()
    world.sandbox.faults.add(Fault("message", mila.id, "expired_media"))
    await mila.shows_photo(caption="14 никой")
    lost = await mila.hears()
    assert lost.text.startswith("Една снимка не стигна")
    assert "Не е попълнено: мерки, бележка, снимки, място." in lost.text
    assert "Доклад № 1" in (await taps(phone, "Запази")).text


async def test_photos_that_no_report_used_are_dropped_with_the_drafts(world: World) -> None:
    mila = await joins(world, "Мила")
    await mila.shows_photo(caption="14 никой")
    await fetched(world, 1)
    world.sandbox.world.clock.move(timedelta(days=15))
    world.app.wake()

    async def dropped(tx: Tx) -> bool:
        return await tx.rows("SELECT 1 FROM media") == []

    await world.until(dropped)
    while kept(world):
        await world.sandbox.world.changed.wait(0.02)


async def test_the_pictures_of_strangers_are_not_fetched(world: World) -> None:
    stranger = world.sandbox.world.person("Непознат", telegram=False).viber
    await stranger.shows_photo()
    assert "координатор" in (await stranger.hears()).text
    assert await rows(world, "SELECT id FROM media") == []


async def test_a_list_of_cases_is_imported_from_the_chat_within_its_hour(world: World) -> None:
    lidia = await joins(world, "Лидия", LEADER)
    await lidia.sends_document("деца.xlsx", book(HEADER, child(1), child(2)))
    received = await lidia.hears()
    assert received.text.startswith("Чета деца.xlsx")
    assert "изтрийте го после" in received.text
    assert "нови 2" in (await lidia.hears(20)).text
    await taps(lidia, "Внеси 2 реда")
    assert (await lidia.hears(20)).text.startswith("Внесено.")
    assert len(await rows(world, "SELECT id FROM child_case")) == 18


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/a.jpg",
        "http://[::1]:9/a.jpg",
        "http://10.0.0.1/a.jpg",
        "http://169.254.169.254/latest",
        "ftp://dl-media.viber.example/a.jpg",
        "file:///etc/passwd",
        "a.jpg",
        "",
    ],
)
async def test_only_public_web_addresses_are_asked(address: str) -> None:
    async with aiohttp.ClientSession(connector=public_connector()) as session:
        with pytest.raises(Trouble) as refused:
            await Media(session, "chatapi.viber.com").fetch(address)
    assert refused.value.meaning is Meaning.REFUSED


async def test_a_name_that_leads_to_this_machine_is_not_asked() -> None:
    async with aiohttp.ClientSession(connector=public_connector()) as session:
        with pytest.raises(Trouble) as refused:
            await Media(session, "chatapi.viber.com").fetch("http://localhost:9/a.jpg")
    assert refused.value.meaning is Meaning.RETRY


@pytest.fixture
async def somewhere() -> AsyncIterator[URL]:
    """A server that redirects: to a picture of its own, to itself for ever, or to a neighbour; or gives too much."""

    async def onward(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.query["to"])

    async def picture(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"picture")

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 1_000_000)

    async def round_and_round(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/round")

    app = web.Application()
    app.add_routes(
        [
            web.get("/onward", onward),
            web.get("/round", round_and_round),
            web.get("/a.jpg", picture),
            web.get("/endless", endless),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield URL(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


@pytest.mark.parametrize(
    ("path", "to", "meaning"),
    [
        ("/onward", "/a.jpg", None),
        ("/onward", "http://127.0.0.2:9/a.jpg", Meaning.REFUSED),
        ("/round", "", Meaning.GONE),
        ("/endless", "", Meaning.REFUSED),
        ("/none.jpg", "", Meaning.GONE),
    ],
)
async def test_a_redirect_is_followed_only_to_where_one_may_ask(
    somewhere: URL, path: str, to: str, meaning: Meaning | None
) -> None:
    async with aiohttp.ClientSession(connector=public_connector()) as session:
        media = Media(session, "127.0.0.1")
        asked = media.fetch(str(somewhere.with_path(path).with_query(to=to)))
        if meaning is None:
            assert await asked == b"picture"
            return
        with pytest.raises(Trouble) as refused:
            await asked
    assert refused.value.meaning is meaning


# -- what the bot sends --------------------------------------------------------------------------------


async def digest(world: World) -> ViberPhone:
    """The coordinator of Бяла after a day with one visit, at the hour of the digest."""
    clock, zone = world.sandbox.world.clock, world.app.work.zone
    day = clock.now().astimezone(zone).date() + timedelta(days=1)
    while not world.app.work.calendar.is_working(day):
        day += timedelta(days=1)
    clock.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=zone))
    kolyo = await joins(world, "Кольо", MUNICIPAL, "Бяла")
    await joins(world, "Лидия", LEADER)  # whose turn the overdue ones are
    mila = await joins(world, "Мила")
    await says(mila, "14 никой")
    await taps(mila, "Запази")
    await world.settled()
    kolyo.forget()
    clock.move_to(datetime(day.year, day.month, day.day, 17, 31, tzinfo=zone))
    return kolyo


async def test_the_digest_comes_with_its_picture_and_the_table_as_a_file(world: World) -> None:
    kolyo = await digest(world)
    said = await kolyo.hears(15)
    assert "Посещения: 1" in said.text
    assert said.labels == []
    chart = await kolyo.hears(15)
    assert chart.photo is not None
    assert kolyo.labels[-5:] == ["Просрочени (15)", "Екипи", "Графики", "Таблица (xlsx)", "Меню"]
    table = await taps(kolyo, "Таблица")
    assert table.document is not None
    assert table.document.name.endswith(".xlsx")
    sheet = load_workbook(BytesIO(table.document.data)).active
    assert sheet is not None
    assert sheet.max_row == 17
    assert "Меню" in kolyo.labels


async def test_an_address_of_ours_opens_only_as_it_was_made_and_not_for_ever(world: World) -> None:
    kolyo = await digest(world)
    await kolyo.hears(15)
    await kolyo.hears(15)
    address = URL(next(c.params["media"] for c in world.sandbox.viber.calls if c.params.get("type") == "picture"))
    found = re.fullmatch(r"/viber/files/(\d+)-(\w{64})/(\w{64})\.png", address.path)
    assert found is not None
    until, signature, name = found.groups()
    other = "0" * 64
    wrong = [
        f"/viber/files/{int(until) + 1}-{signature}/{name}.png",
        f"/viber/files/{until}-{other}/{name}.png",
        f"/viber/files/{until}-{signature}/{other}.png",
        f"/viber/files/{until}-{signature}/{name}.xlsx",
        f"/viber/files/{until}-{signature}/..%2F{name}.png",
        f"/viber/files/{until}-{signature}/",
        f"/viber/files/{name}.png",
        "/viber/files/",
        "/viber/files",
    ]
    async with aiohttp.ClientSession() as http:

        async def status(path: str) -> int:
            async with http.get(URL(f"{address.origin()}{path}", encoded=True)) as answer:
                return answer.status

        assert [await status(path) for path in wrong] == [404] * len(wrong)
        async with http.get(address) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert (await answer.read()).startswith(b"\x89PNG")
        world.sandbox.world.clock.move(timedelta(days=14, minutes=1))
        assert await status(address.path) == 404
    assert kept(world, "photos/outgoing") != []
    # Files are as old as this machine says.
    on_this_machine = datetime.now(UTC) + timedelta(days=14, minutes=1)
    await Files(Store(world.folder / "photos"), world.app.work.sealer, "", Passes(b"", lambda: on_this_machine)).sweep()
    assert kept(world, "photos/outgoing") == []
