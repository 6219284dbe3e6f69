"""The JSON side, the clock and the page.

What a newcomer gets wrong: the page test needs Chromium; all others need only sockets.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import async_playwright, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox import Person, Sandbox, WorldClock

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="y")]])


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url, raise_for_status=False) as session:
        yield session


async def test_a_visit_over_json(sandbox: Sandbox, bot: Bot, http: aiohttp.ClientSession) -> None:
    async with http.post("/sandbox/people", json={"name": "Мария"}) as answer:
        assert answer.status == 201
        person = (await answer.json())["id"]
    base = f"/sandbox/people/{person}"
    bodies: list[dict[str, object]] = [
        {"text": "/start"},
        {"photos": 2, "caption": "вход"},
        {"location": {"lat": 1, "lon": 2}},
        {"sticker": True},
    ]
    for body in bodies:
        async with http.post(f"{base}/messages", json=body) as answer:
            assert answer.status == 201
    assert len(await bot.get_updates()) == 5
    async with http.get(f"{base}/chat") as answer:
        seq = (await answer.json())["seq"]
    await bot.send_message(person, "Готово?", reply_markup=KEYS)
    async with http.get(f"{base}/wait", params={"after": seq, "timeout": 5}) as answer:
        events = (await answer.json())["events"]
    assert [e["data"]["text"] for e in events] == ["Готово?"]
    async with http.post(f"{base}/taps", json={"label": "Не"}) as answer:
        assert answer.status == 400
        assert "Да" in (await answer.json())["error"]
    async with http.post(f"{base}/taps", json={"label": "Да"}) as answer:
        assert answer.status == 201
    async with http.get("/sandbox/pending") as answer:
        assert (await answer.json())[-1]["callback_query"]["data"] == "y"
    async with http.put(f"{base}/blocked", json={"blocked": True}) as answer:
        assert (await answer.json())["blocked"] is True
    async with http.get("/sandbox/calls") as answer:
        assert [c["method"] for c in await answer.json()][-1] == "sendMessage"


async def test_photo_upload_and_stream(sandbox: Sandbox, http: aiohttp.ClientSession, ivan: Person) -> None:
    async with http.get("/sandbox/events") as stream:
        await stream.content.readline()
        form = aiohttp.FormData()
        for name in ("photo0", "photo1"):
            form.add_field(name, sandbox.world.files.draw(), filename="a.jpg", content_type="image/jpeg")
        form.add_field("caption", "двама")
        async with http.post(f"/sandbox/people/{ivan.id}/messages", data=form) as answer:
            assert answer.status == 201
        while not (line := await stream.content.readline()).startswith(b"data: "):
            continue
    event = json.loads(line[6:])
    assert (event["kind"], event["data"]["text"], event["data"]["kind"]) == ("message", "двама", "photo")
    async with http.get(f"/sandbox/files/{event['data']['photo']['path']}") as answer:
        assert (await answer.read()).startswith(b"\xff\xd8")


async def test_clock_and_faults_over_json(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.post("/sandbox/clock", json={"tomorrow": "07:59"}) as answer:
        assert "T07:59:0" in (await answer.json())["local"]
    async with http.post("/sandbox/clock", json={"to": "2027-03-01T08:00:00"}) as answer:
        assert answer.status == 200
    sofia = sandbox.world.clock.now().astimezone(ZoneInfo("Europe/Sofia"))
    assert (sofia.month, sofia.day, sofia.hour) == (3, 1, 8)
    async with http.post("/sandbox/faults", json={"method": "getMe", "kind": "500"}) as answer:
        assert answer.status == 201
    assert len(sandbox.faults.unused()) == 1
    async with http.post("/sandbox/updates", json={"strange": {}}) as answer:
        assert (await answer.json())["update_id"] == sandbox.world.pending[-1]["update_id"]


def test_clock_tells_its_subscribers() -> None:
    clock = WorldClock()
    seen: list[timedelta] = []
    unsubscribe = clock.subscribe(lambda: seen.append(clock.offset))
    clock.move(timedelta(hours=2))
    unsubscribe()
    clock.move_to(datetime(2030, 1, 1, tzinfo=UTC))
    assert seen == [timedelta(hours=2)]
    assert abs(clock.now() - datetime(2030, 1, 1, tzinfo=UTC)) < timedelta(seconds=5)


@pytest.mark.browser
async def test_page(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(sandbox.url)
        phone = page.get_by_role("region", name="Иван")
        await phone.get_by_label("Съобщение").fill("<b>добър ден</b>")
        await page.keyboard.press("Enter")
        await expect(phone.get_by_text("<b>добър ден</b>")).to_be_visible()
        await bot.send_message(ivan.id, "<b>Готово?</b>", parse_mode="HTML", reply_markup=KEYS)
        await phone.get_by_role("button", name="Да", exact=True).click()
        await expect(phone.locator("b", has_text="Готово?")).to_be_visible()
        query = (await bot.get_updates(timeout=5, offset=-1))[0].callback_query
        await query.answer("Записано")
        await expect(phone.get_by_role("status")).to_have_text("Записано")
        await page.get_by_role("button", name="Утре 07:59").click()
        await expect(page.locator("#now")).to_contain_text("07:59")
        await browser.close()
