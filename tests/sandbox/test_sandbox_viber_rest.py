"""Viber's REST Bot API: what is taken, what is refused with which status, what it costs.

What a newcomer gets wrong: every answer is HTTP 200; the status inside tells what happened.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Sandbox, ViberPhone
from sandbox.viber.drafts import READERS, read_body, read_draft
from sandbox.viber.statuses import Refusal
from tests.sandbox.conftest import ViberBot

KEY = {"ActionBody": "v:1", "Text": "Готово"}
SENDER = {"name": "Обхват"}


def board(*buttons: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Type": "keyboard", "Buttons": list(buttons or (KEY,)), **more}


async def test_a_text_is_shown_and_has_a_token_that_no_double_can_hold(viber_bot: ViberBot, mila: ViberPhone) -> None:
    first = await viber_bot.sends(mila, text="Здравейте, Мила")
    second = await viber_bot.sends(mila, text="Кой случай?")
    assert first["status_message"] == "ok"
    assert first["chat_hostname"]
    assert first["message_token"] != second["message_token"]
    assert float(first["message_token"]) == float(second["message_token"])
    heard = await mila.hears()
    assert (heard.token, heard.text, heard.sender) == (first["message_token"], "Здравейте, Мила", "Обхват")


async def test_the_token_of_the_account_is_asked_for(sandbox: Sandbox, viber_bot: ViberBot, mila: ViberPhone) -> None:
    address = f"{sandbox.viber_api_url}/send_message"
    body = {"receiver": mila.id, "sender": SENDER, "type": "text", "text": "?"}
    async with aiohttp.ClientSession() as http:
        statuses = []
        for headers, token in (({}, ""), ({"X-Viber-Auth-Token": "x"}, ""), ({}, "x"), ({}, sandbox.viber_token)):
            sent = {**body, "auth_token": token} if token else body
            async with http.post(address, json=sent, headers=headers) as answer:
                statuses.append((answer.status, (await answer.json())["status"]))
        async with http.post(address, data=b"{", headers={"X-Viber-Auth-Token": sandbox.viber_token}) as answer:
            statuses.append((answer.status, (await answer.json())["status"]))
    assert statuses == [(200, 2), (200, 2), (200, 2), (200, 0), (200, 3)]
    assert "auth_token" not in sandbox.viber.calls[-2].params


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"receiver": None}, 4),
        ({"sender": {}}, 4),
        ({"type": None}, 4),
        ({"text": None}, 4),
        ({"text": ""}, 4),
        ({"type": "telepathy"}, 3),
        ({"sender": {"name": "я" * 29}}, 3),
        ({"text": "я" * 7001}, 3),
        ({"text": 5}, 3),
        ({"tracking_data": "я" * 4001}, 3),
        ({"tracking_data": {"visit": 12}}, 3),
        ({"min_api_version": "7"}, 3),
        ({"min_api_version": 11}, 13),
        ({"receiver": "+359888123456"}, 999),
        ({"receiver": "AAAAAAAAAAAAAAAAAAAAAA=="}, 5),
        ({"text": "я" * 6999, "tracking_data": "я" * 4000, "alt_text": "x" * 9000}, 3),
    ],
)
async def test_a_bad_request_is_refused(
    viber_bot: ViberBot, mila: ViberPhone, change: dict[str, Any], status: int
) -> None:
    body = {"receiver": mila.id, "sender": SENDER, "type": "text", "text": "?", **change}
    answer = await viber_bot.call("send_message", **{key: value for key, value in body.items() if value is not None})
    assert answer["status"] == status
    assert answer["status_message"]
    assert len(mila.chat) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sender": {"name": "я" * 28}},
        {"text": "я" * 7000},
        {"tracking_data": "я" * 4000},
        {"min_api_version": 10},
        {"type": "url", "media": "https://mon.bg/" + "x" * 1985},
        {"type": "contact", "contact": {"name": "я" * 28, "phone_number": "1" * 18}},
        {"type": "location", "location": {"lat": 43.84, "lon": 25.95}},
        {"type": "location", "location": {"lat": "-90.0", "lon": "180"}},
        {"type": "sticker", "sticker_id": 40129},
        {"type": "rich_media", "rich_media": {"Buttons": [KEY]}, "alt_text": "я" * 7000},
    ],
)
async def test_what_is_just_within_the_limits_is_shown(
    viber_bot: ViberBot, mila: ViberPhone, change: dict[str, Any]
) -> None:
    assert (await viber_bot.sends(mila, **{"text": "?", **change}))["status"] == 0
    assert (await mila.hears()).kind == change.get("type", "text")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "picture", "media": "https://x.example/a.jpeg"}, 4),
        ({"type": "picture", "text": ""}, 4),
        ({"type": "picture", "text": "я" * 769, "media": "https://x.example/a.jpeg"}, 3),
        ({"type": "picture", "text": "", "media": "https://x.example/a.jpeg?b=1"}, 0),
        ({"type": "picture", "text": "", "media": "https://x.example/photo"}, 3),
        ({"type": "picture", "text": "", "media": "https://x.example/a.webp"}, 3),
        ({"type": "picture", "text": "", "media": "a.jpeg"}, 3),
        ({"type": "video", "media": "https://x.example/a.mp4"}, 4),
        ({"type": "video", "media": "https://x.example/a.mp4", "size": 27_262_977}, 3),
        ({"type": "video", "media": "https://x.example/a.mp4", "size": 1, "duration": 181}, 3),
        ({"type": "video", "media": "https://x.example/a.avi", "size": 1}, 3),
        ({"type": "file", "media": "https://x.example/a.pdf", "file_name": "a.pdf"}, 4),
        ({"type": "file", "media": "https://x.example/a.pdf", "size": 52_428_801, "file_name": "a.pdf"}, 3),
        ({"type": "file", "media": "https://x.example/a.pdf", "size": 1, "file_name": "a"}, 3),
        ({"type": "file", "media": "https://x.example/a.pdf", "size": 1, "file_name": "a.EXE"}, 3),
        ({"type": "file", "media": "https://x.example/a.pdf", "size": 1, "file_name": "я" * 253 + ".pdf"}, 3),
        ({"type": "contact", "contact": {"name": "Мила"}}, 4),
        ({"type": "contact", "contact": {"name": "я" * 29, "phone_number": "1"}}, 3),
        ({"type": "contact", "contact": {"name": "Мила", "phone_number": "1" * 19}}, 3),
        ({"type": "location", "location": {"lat": 1}}, 4),
        ({"type": "location", "location": {"lat": "Бяла", "lon": 1}}, 3),
        ({"type": "location", "location": {"lat": 90.1, "lon": 1}}, 3),
        ({"type": "location", "location": {"lat": 1, "lon": "-180.1"}}, 3),
        ({"type": "payment", "payment": {}}, 14),
        ({"type": "payment", "payment": {}, "min_api_version": 10}, 22),
        ({"type": "rich_media", "alt_text": "я" * 7001, "rich_media": {"Buttons": [KEY]}}, 3),
        ({"type": "location", "location": [1, 2]}, 3),
        ({"type": "url", "media": "https://" + "x" * 1993}, 3),
        ({"type": "sticker"}, 4),
        ({"type": "rich_media", "rich_media": {"Type": "rich_media"}}, 3),
    ],
)
async def test_each_type_has_its_own_limits(
    viber_bot: ViberBot, mila: ViberPhone, body: dict[str, Any], status: int
) -> None:
    # Nobody is asked for these addresses: plain names of the example domain, and the phone is away.
    await mila.goes_offline()
    answer = await viber_bot.call("send_message", receiver=mila.id, sender=SENDER, **body)
    assert answer["status"] == status, answer


async def test_who_names_no_sender_speaks_as_the_account(viber_bot: ViberBot, mila: ViberPhone) -> None:
    """The table asks for a name; Viber's own example of a carousel has none."""
    assert (await viber_bot.call("send_message", receiver=mila.id, type="text", text="?"))["status"] == 0
    assert (await mila.hears()).sender == mila.account.name


@pytest.mark.parametrize(
    ("keyboard", "status", "words"),
    [
        ({"Buttons": [KEY]}, 3, 'missing required properties (["Type"])'),
        ({"Type": "keyboard"}, 3, '(["Buttons"])'),
        ({"Type": "keyboard", "Buttons": []}, 3, "at least 1"),
        ({"Type": "keyboard", "Buttons": {}}, 3, "at least 1"),
        ([], 3, "object"),
        (board({"Text": "x"}), 3, '(["ActionBody"])'),
        (board({**KEY, "Columns": 7}), 3, "(maximum: 6, found: 7)"),
        (board({**KEY, "Columns": 0}), 3, "(minimum: 1, found: 0)"),
        (board({**KEY, "Columns": "три"}), 3, "integer"),
        (board({**KEY, "Rows": 3}), 3, "(maximum: 2, found: 3)"),
        (board({**KEY, "ActionType": "share-phone"}), 3, '"share-phone") not found in enum'),
        (board({**KEY, "ActionType": "dance"}), 3, "not found in enum"),
        (board(InputFieldState="hidden"), 14, "min_api_version 4"),
        (board({**KEY, "Text": '<font size="12">x</font>'}), 14, "min_api_version 4"),
        (board({**KEY, "Frame": {}}), 14, "min_api_version 6"),
    ],
)
async def test_a_keyboard_that_the_server_refuses(
    viber_bot: ViberBot, mila: ViberPhone, keyboard: Any, status: int, words: str
) -> None:
    answer = await viber_bot.sends(mila, text="?", keyboard=keyboard)
    assert answer["status"] == status
    assert words in answer["status_message"]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4)
BUTTONS = st.lists(
    st.fixed_dictionaries(
        {"ActionBody": ANYTHING},
        optional=dict.fromkeys(("Text", "Columns", "Rows", "ActionType", "BgColor", "TextSize", "Frame"), ANYTHING),
    )
)
BOARDS = ANYTHING | st.fixed_dictionaries(
    {"Type": st.sampled_from(["keyboard", "rich_media"]) | ANYTHING, "Buttons": BUTTONS | ANYTHING},
    optional={"BgColor": ANYTHING, "InputFieldState": ANYTHING},
)
BODIES = st.fixed_dictionaries(
    {"sender": st.just(SENDER) | ANYTHING},
    optional={
        "type": st.sampled_from(list(READERS)) | ANYTHING,
        "media": st.just("https://x.example/a.jpeg") | st.text().map("http://{}".format) | ANYTHING,
        "min_api_version": st.integers(0, 11) | ANYTHING,
        "keyboard": BOARDS,
        "rich_media": BOARDS,
        **dict.fromkeys(("text", "size", "file_name", "contact", "location", "sticker_id", "thumbnail"), ANYTHING),
    },
)


@given(BODIES)
def test_whatever_comes_is_read_or_refused_with_a_status(body: dict[str, Any]) -> None:
    try:
        status = 0 if read_draft(body).kind in READERS else -1
    except Refusal as refusal:
        status = refusal.status
    assert status in {0, 3, 4, 14}


@pytest.mark.parametrize("raw", [b"[1]", b"null", b"{", b"\xff", b"[" * 20_000, b'{"text": "\\ud800"}'])
def test_what_is_no_object_of_text_is_bad_data(raw: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        read_body(raw)
    assert caught.value.status == 3


async def test_a_keyboard_with_the_level_it_needs_is_taken(viber_bot: ViberBot, mila: ViberPhone) -> None:
    # Digits in quotes are what some bots have sent for years.
    buttons = ({**KEY, "Columns": "3"}, {**KEY, "ActionType": "share-phone", "Columns": 3, "Rows": 2})
    assert (await viber_bot.sends(mila, text="?", min_api_version=3, keyboard=board(*buttons)))["status"] == 0
    hidden = board(InputFieldState="hidden")
    assert (await viber_bot.sends(mila, text="?", min_api_version=4, keyboard=hidden))["status"] == 0
    alone = await viber_bot.call("send_message", receiver=mila.id, sender=SENDER, keyboard=board())
    assert alone["status"] == 0
    assert mila.labels == ["Готово"]


async def test_who_cannot_be_written_to(sandbox: Sandbox, deaf_bot: ViberBot) -> None:
    phone = sandbox.world.person("Иван").viber
    assert (await deaf_bot.sends(phone, text="?"))["status"] == 10
    assert (await deaf_bot.call("broadcast_message", broadcast_list=[phone.id]))["status"] == 10
    await deaf_bot.call("set_webhook", url=f"{deaf_bot.url}/viber")
    await phone.starts()
    assert (await deaf_bot.sends(phone, text="?"))["status"] == 6
    await phone.says("здравей")
    assert (await deaf_bot.sends(phone, text="?"))["status"] == 0
    await phone.unsubscribes()
    assert (await deaf_bot.sends(phone, text="?"))["status"] == 6
    await phone.subscribes()
    assert (await deaf_bot.sends(phone, text="?"))["status"] == 0


async def test_a_hundred_messages_in_an_hour_unless_the_person_replies(viber_bot: ViberBot, mila: ViberPhone) -> None:
    clock = mila.account.world.clock
    for _ in range(100):
        assert (await viber_bot.sends(mila, text="?"))["status"] == 0
    assert (await viber_bot.sends(mila, text="?"))["status"] == 12
    await mila.says("стига")
    assert (await viber_bot.sends(mila, text="?"))["status"] == 0
    for _ in range(99):
        await viber_bot.sends(mila, text="?")
    assert (await viber_bot.sends(mila, text="?"))["status"] == 12
    clock.move(timedelta(hours=1))
    assert (await viber_bot.sends(mila, text="?"))["status"] == 0


async def test_a_message_a_day_after_the_person_wrote_is_charged(viber_bot: ViberBot, mila: ViberPhone) -> None:
    assert (await viber_bot.sends(mila, text="?"))["billing_status"] == 2
    mila.account.world.clock.move(timedelta(hours=24))
    assert (await viber_bot.sends(mila, text="?"))["billing_status"] == 5
    await mila.says("да")
    assert (await viber_bot.sends(mila, text="?"))["billing_status"] == 2


async def test_a_broadcast_tells_whom_it_did_not_reach(sandbox: Sandbox, viber_bot: ViberBot, mila: ViberPhone) -> None:
    kolyo = sandbox.world.person('Кольо „Кокала"').viber
    await kolyo.says("и аз")
    gone = sandbox.world.person("Ана").viber
    receivers = [mila.id, kolyo.id, gone.id, "AAAAAAAAAAAAAAAAAAAAAA=="]
    text = "replace_me_with_user_name, replace_me_with_receiver_id"
    answer = await viber_bot.call(
        "broadcast_message", sender=SENDER, type="text", text=text, broadcast_list=receivers
    )  # fmt: skip
    assert answer["status"] == 0
    assert [(one["receiver"], one["status"], one["status_message"]) for one in answer["failed_list"]] == [
        (receivers[2], 6, "Not subscribed"),
        (receivers[3], 5, "Not found"),
    ]
    assert (await mila.hears()).text == f"Мила, {mila.id}"
    heard = await kolyo.hears()
    assert (heard.text, heard.token) == (f'Кольо „Кокала", {kolyo.id}', answer["message_token"])


async def test_a_broadcast_has_its_limits(viber_bot: ViberBot, mila: ViberPhone) -> None:
    body = {"sender": SENDER, "type": "text", "text": "?"}
    assert (await viber_bot.call("broadcast_message", **body, broadcast_list=[mila.id] * 301))["status"] == 3
    assert (await viber_bot.call("broadcast_message", **body))["status"] == 4
    assert (await viber_bot.call("broadcast_message", sender=SENDER, broadcast_list=[mila.id]))["status"] == 4
    for _ in range(500):
        mila.account.allowance.broadcast()
    assert (await viber_bot.call("broadcast_message", **body, broadcast_list=[mila.id]))["status"] == 12


async def test_the_account_and_its_people_can_be_asked_for(
    sandbox: Sandbox, viber_bot: ViberBot, mila: ViberPhone
) -> None:
    info = await viber_bot.call("get_account_info")
    assert (info["webhook"], info["subscribers_count"]) == (f"{viber_bot.url}/viber", 1)
    assert {"id", "name", "uri", "event_types"} <= info.keys()
    headers = {"X-Viber-Auth-Token": sandbox.viber_token}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(f"{sandbox.viber_api_url}/get_account_info") as answer,
    ):
        assert (await answer.json())["id"] == info["id"]

    user = (await viber_bot.call("get_user_details", id=mila.id))["user"]
    assert (user["id"], user["name"], user["country"], user["language"]) == (mila.id, "Мила", "BG", "bg-BG")
    assert (await viber_bot.call("get_user_details", id=mila.id))["status"] == 0
    assert (await viber_bot.call("get_user_details", id=mila.id))["status"] == 12
    assert (await viber_bot.call("get_user_details"))["status"] == 4

    stranger = sandbox.world.person("Чужд").viber
    await mila.goes_offline()
    users = (await viber_bot.call("get_online", ids=[mila.id, stranger.id]))["users"]
    assert [(user["online_status"], user["online_status_message"]) for user in users] == [
        (1, "offline"),
        (4, "unavailable"),
    ]
    assert (await viber_bot.call("get_online", ids=["x"] * 101))["status"] == 3
    assert (await viber_bot.call("no_such_method"))["status"] == 3
