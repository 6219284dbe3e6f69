"""Viber phones over JSON and on the page.

What a newcomer gets wrong: the page test needs Chromium; all others need only sockets.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect

from sandbox import Sandbox, ViberPhone
from tests.chromium import CHROMIUM, FLAGS, needs_chromium
from tests.sandbox.conftest import ViberBot


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


async def do(http: aiohttp.ClientSession, verb: str, path: str, body: Any = None) -> Any:
    async with http.request(verb, path, json=body) as answer:
        assert answer.status in {200, 201}, await answer.text()
        return await answer.json()


def board(*buttons: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Type": "keyboard", "Buttons": [{"Text": one["ActionBody"], **one} for one in buttons], **more}


async def test_a_visit_over_json(viber_bot: ViberBot, http: aiohttp.ClientSession) -> None:
    about = await do(http, "POST", "/sandbox/people", {"name": "Мария", "phones": ["viber"]})
    assert (about["telegram"], about["viber"]["subscribed"]) == (False, False)
    base = f"/sandbox/people/{about['id']}/viber"
    picture = base64.b64encode(viber_bot.sandbox.world.files.draw()).decode()
    bodies: list[dict[str, Any]] = [
        {"start": "invite-7F3K"},
        {"text": "здравей"},
        {"photo_base64": picture, "caption": "вход"},
        {"photos": 1},
        {"location": {"lat": 1, "lon": 2}},
        {"sticker": True},
        {"contact": True},
        {"document": {"name": "a.txt", "base64": picture}},
        {"video": True},
        {"url": "https://mon.bg/"},
    ]
    for body in bodies:
        await do(http, "POST", f"{base}/messages", body)
    opened = await viber_bot.gets("conversation_started")
    assert opened["context"] == "invite-7F3K"
    kinds = [(await viber_bot.gets("message"))["message"]["type"] for _ in bodies[1:]]
    assert kinds == ["text", "picture", "picture", "location", "sticker", "contact", "file", "video", "url"]

    chat = await do(http, "GET", f"{base}/chat")
    phone = viber_bot.sandbox.world.people[about["id"]].viber
    place = {"ActionBody": "Място", "ActionType": "location-picker"}
    answer = await viber_bot.sends(
        phone, text="Готово?", keyboard=board({"ActionBody": "Да"}, place), min_api_version=3
    )  # fmt: skip
    waited = await do(http, "GET", f"{base}/wait?after={chat['seq']}&timeout=5")
    assert [event["data"]["text"] for event in waited["events"]] == ["Готово?"]
    assert waited["events"][0]["data"]["id"] == str(answer["message_token"])
    assert [key["label"] for key in (await do(http, "GET", f"{base}/chat"))["board"]["keys"]] == ["Да", "Място"]

    async with http.post(f"{base}/taps", json={"label": "Не"}) as refused:
        assert refused.status == 400
        assert "Да" in (await refused.json())["error"]
    await do(http, "POST", f"{base}/taps", {"label": "Да"})
    await do(http, "POST", f"{base}/taps", {"label": "Място", "location": {"lat": 43.8, "lon": 25.9}})
    await do(http, "POST", f"{base}/taps", {"data": "старо"})
    said = [(await viber_bot.gets("message"))["message"] for _ in range(3)]
    assert [one.get("text") or one["location"] for one in said] == ["Да", {"lat": 43.8, "lon": 25.9}, "старо"]


async def test_states_events_and_records_over_json(
    sandbox: Sandbox, viber_bot: ViberBot, mila: ViberPhone, http: aiohttp.ClientSession
) -> None:
    base = f"/sandbox/people/{mila.person.id}/viber"
    assert (await do(http, "PUT", f"{base}/subscribed", {"subscribed": False}))["subscribed"] is False
    assert (await do(http, "PUT", f"{base}/subscribed", {"subscribed": True}))["subscribed"] is True
    assert (await do(http, "PUT", f"{base}/online", {"online": False}))["online"] is False
    assert (await do(http, "PUT", f"{base}/online", {"online": True}))["online"] is True
    sent = await viber_bot.sends(mila, text="?")
    await do(http, "POST", f"{base}/reads", {})
    assert (await viber_bot.gets("seen"))["message_token"] == sent["message_token"]
    await do(http, "POST", "/sandbox/viber/events", {"event": "made_up", "person": mila.person.id, "x": 1})
    assert (await viber_bot.gets("made_up"))["x"] == 1
    calls = await do(http, "GET", "/sandbox/viber/calls")
    assert (calls[-1]["method"], calls[-1]["token"]) == ("send_message", str(sent["message_token"]))

    viber_bot.answers = [(500, "")] * 9
    await mila.says("чака")
    waiting = await do(http, "GET", "/sandbox/viber/pending")
    assert waiting[-1]["message"]["text"] == "чака"
    assert isinstance(waiting[-1]["message_token"], str)
    await do(http, "POST", "/sandbox/clock", {"move_seconds": 3600})
    while not (lost := await do(http, "GET", "/sandbox/viber/lost")):
        await sandbox.world.changed.wait(0.01)
    assert lost[-1]["message"]["text"] == "чака"


async def test_what_the_caller_did_wrong_is_told(
    sandbox: Sandbox, deaf_bot: ViberBot, http: aiohttp.ClientSession
) -> None:
    ana = await do(http, "POST", "/sandbox/people", {"name": "Ана"})
    base = f"/sandbox/people/{ana['id']}/viber"
    for path, body, status, words in (
        ("/sandbox/people", {"name": "Х", "phones": ["fax"]}, 400, "telegram and viber"),
        ("/sandbox/people/1/viber", {}, 404, "nobody"),
        (f"{base}/messages", {"text": "ало"}, 404, "no Viber phone"),
    ):
        async with http.post(path, json=body) as answer:
            assert (answer.status, words in (await answer.json())["error"]) == (status, True)
    assert (await do(http, "POST", base, {}))["subscribed"] is False
    async with http.post(f"{base}/messages", json={"text": "ало"}) as answer:
        assert (answer.status, "no webhook" in (await answer.json())["error"]) == (400, True)


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield await browser.new_page(viewport={"width": 390, "height": 780}, locale="bg-BG")
        await browser.close()


@pytest.mark.browser
@needs_chromium
async def test_the_viber_phone_on_the_page(sandbox: Sandbox, viber_bot: ViberBot, page: Page) -> None:
    ivan = sandbox.world.person("Иван")
    await page.goto(sandbox.url)
    await page.get_by_role("button", name="+ Viber").click()
    await page.get_by_role("tab", name="Иван Viber").click()
    phone = page.get_by_role("region", name="Иван, Viber")
    welcome = {"type": "text", "text": "*Добре дошли*", "sender": {"name": "Обхват"}}
    viber_bot.answers = [(200, json.dumps(welcome))]
    await phone.get_by_role("button", name="Отвори чата").click()
    await expect(phone.locator("b", has_text="Добре дошли")).to_be_visible()
    await expect(phone.get_by_text("без абонамент")).to_be_visible()
    assert (await viber_bot.gets("seen"))["user_id"] == ivan.viber.id
    await phone.get_by_label("Съобщение").fill("здравей")
    await page.keyboard.press("Enter")
    await expect(phone.get_by_text("абонат на бота")).to_be_visible()

    keys = board(
        {"ActionBody": "Записан", "Columns": 3, "Text": "<b>Записан</b>"},
        {"ActionBody": "Отказ", "Columns": 3},
        {"ActionBody": "Място", "ActionType": "location-picker", "Columns": 2},
        {"ActionBody": "Номер", "ActionType": "share-phone", "Columns": 2},
        {"ActionBody": "https://mon.bg/", "ActionType": "open-url", "Columns": 2, "Text": "Карта"},
    )
    answer = await viber_bot.sends(ivan.viber, text="Как завърши?", min_api_version=3, keyboard=keys)
    bubble = phone.locator(f"[data-id='{answer['message_token']}']")
    await expect(bubble).to_contain_text("Как завърши?")
    assert (await viber_bot.gets("seen"))["message_token"] == answer["message_token"]
    first, second = (phone.get_by_role("button", name=name, exact=True) for name in ("Записан", "Отказ"))
    boxes = [await first.bounding_box(), await second.bounding_box()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert (boxes[0]["y"], boxes[0]["width"]) == (boxes[1]["y"], boxes[1]["width"])
    await expect(phone.get_by_role("link", name="Карта")).to_have_attribute("href", "https://mon.bg/")
    await first.click()
    await phone.get_by_role("button", name="Място", exact=True).click()
    await phone.get_by_role("button", name="Изпрати мястото").click()
    await phone.get_by_role("button", name="Номер", exact=True).click()
    await phone.get_by_role("button", name="Сподели", exact=True).click()
    told = [(await viber_bot.gets("message"))["message"]["type"] for _ in range(3)]
    assert told == ["text", "location", "contact"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390

    await viber_bot.sends(ivan.viber, text="Записано")
    await expect(phone.get_by_text("Записано", exact=True)).to_be_visible()
    await expect(first).to_be_hidden()
    await phone.get_by_role("button", name="Отпиши").click()
    await expect(phone.get_by_text("без абонамент")).to_be_visible()
    assert (await viber_bot.gets("unsubscribed"))["user_id"] == ivan.viber.id
