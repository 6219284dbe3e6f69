"""Events to a Viber bot's webhook: signed, repeated until 200, lost after an hour, and broken on demand.

What a newcomer gets wrong: the pauses between tries are short and real, the hour is the world's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from sandbox import Fault, Sandbox, ViberPhone
from tests.sandbox.conftest import ViberBot


async def settle(bot: ViberBot) -> None:
    """Until nothing is on its way to the webhook."""
    deadline = time.monotonic() + 3
    while bot.sandbox.viber.pending and time.monotonic() < deadline:
        await bot.sandbox.world.changed.wait(0.01)
    assert bot.sandbox.viber.pending == []


def signed(sandbox: Sandbox, raw: bytes) -> str:
    return hmac.new(sandbox.viber_token.encode(), raw, hashlib.sha256).hexdigest()


def test_the_signature_is_the_one_that_openssl_makes() -> None:
    # printf '…' | openssl dgst -sha256 -hmac 4453b6ac1234abcd-0123456789abcdef-fedcba9876543210
    raw = (
        b'{"event":"seen","timestamp":1457764197627,"message_token":4912661846655238145,"user_id":"01234567890A="}'
    )  # fmt: skip
    assert signed(Sandbox(), raw) == "989a808c5bb20b83ba8403aa853bc66b4b0dc575df365c16ae91c35e9a9d4150"


async def test_setting_a_webhook_knocks_first(sandbox: Sandbox, deaf_bot: ViberBot) -> None:
    url = f"{deaf_bot.url}/viber"
    deaf_bot.answers = [(503, ""), (200, "")]
    assert (await deaf_bot.call("set_webhook", url=url))["status"] == 1
    answer = await deaf_bot.call("set_webhook", url=url)
    assert answer["status"] == 0
    assert "conversation_started" in answer["event_types"]
    got = await deaf_bot.got()
    assert got.event["event"] == "webhook"
    assert isinstance(got.event["message_token"], int)
    assert got.signature == got.sig == signed(sandbox, got.raw)

    info = await deaf_bot.call("get_account_info")
    assert (info["webhook"], info["event_types"]) == (url, answer["event_types"])
    assert (await deaf_bot.call("set_webhook", url=""))["status"] == 0
    assert (await deaf_bot.call("get_account_info"))["webhook"] == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 4),
        ({"url": "http://127.0.0.1:9/viber"}, 1),
        ({"url": "http://obhvat.example/viber"}, 1),
        ({"url": "ftp://127.0.0.1/viber"}, 1),
        ({"url": "http://127.0.0.1:9/viber", "event_types": "seen"}, 3),
        ({"url": "http://127.0.0.1:9/viber", "event_types": ["dreams"]}, 3),
    ],
)
async def test_a_webhook_that_cannot_be(deaf_bot: ViberBot, body: dict[str, Any], status: int) -> None:
    assert (await deaf_bot.call("set_webhook", **body))["status"] == status


async def test_without_the_flag_plain_http_is_refused_as_viber_does() -> None:
    async with Sandbox(viber_plain_http=False) as sandbox, aiohttp.ClientSession() as http:
        bot = ViberBot(sandbox, http)
        assert (await bot.call("set_webhook", url="http://127.0.0.1:9/viber"))["status"] == 1


async def test_a_first_message_subscribes_without_an_event(viber_bot: ViberBot, sandbox: Sandbox) -> None:
    phone = sandbox.world.person("Иван").viber
    await phone.starts("invite-7F3K")
    await phone.says("здравей")
    await settle(viber_bot)
    opened, said = await viber_bot.gets(), await viber_bot.gets()
    assert (opened["event"], opened["context"], opened["subscribed"], opened["type"]) == (
        "conversation_started",
        "invite-7F3K",
        False,
        "open",
    )
    assert opened["user"]["id"] == phone.id
    assert said["sender"] == {**opened["user"]}
    assert (said["sender"]["name"], said["sender"]["language"]) == ("Иван", "bg-BG")
    assert (said["message"], said["silent"]) == ({"type": "text", "text": "здравей"}, False)
    assert abs(said["timestamp"] / 1000 - sandbox.world.clock.now().timestamp()) < 5
    assert viber_bot.waiting == 0

    await phone.starts()
    again = await viber_bot.gets()
    assert again["subscribed"] is True
    assert "context" not in again
    await phone.unsubscribes()
    await phone.subscribes()
    left, back = await viber_bot.gets(), await viber_bot.gets()
    assert (left["event"], left["user_id"]) == ("unsubscribed", phone.id)
    assert (back["event"], back["user"]["id"]) == ("subscribed", phone.id)


async def test_names_come_only_when_the_bot_asked_for_them(deaf_bot: ViberBot, sandbox: Sandbox) -> None:
    await deaf_bot.call("set_webhook", url=f"{deaf_bot.url}/viber", event_types=[])
    phone = sandbox.world.person("Иван").viber
    await phone.starts()
    await phone.says("здравей")
    await deaf_bot.sends(phone, text="?")
    await phone.reads()
    await phone.unsubscribes()
    await settle(deaf_bot)
    events = [await deaf_bot.gets() for _ in range(deaf_bot.waiting)]
    assert [event["event"] for event in events] == ["webhook", "message", "unsubscribed"]
    assert events[1]["sender"]["name"] == "Subscriber"
    assert "avatar" not in events[1]["sender"]


async def test_the_answer_to_an_opened_conversation_is_its_welcome(viber_bot: ViberBot, sandbox: Sandbox) -> None:
    phone = sandbox.world.person("Иван").viber
    welcome = {"sender": {"name": "Обхват"}, "type": "text", "text": "Добре дошли"}
    viber_bot.answers = [(200, json.dumps(welcome))]
    await phone.starts()
    assert (await phone.hears()).text == "Добре дошли"
    assert not phone.subscribed
    await settle(viber_bot)
    viber_bot.answers = [(200, json.dumps({**welcome, "sender": {}})), (200, "OK"), (200, json.dumps({"status": 0}))]
    for _ in range(3):
        await phone.starts()
    await settle(viber_bot)
    assert len(phone.chat) == 1
    assert [call.status for call in sandbox.viber.calls if call.method == "welcome"] == [0, 4]


async def test_receipts(viber_bot: ViberBot, mila: ViberPhone) -> None:
    mila.devices = 2
    tokens = [(await viber_bot.sends(mila, text=text))["message_token"] for text in ("а", "б")]
    await mila.reads()
    await mila.says("в")
    await settle(viber_bot)
    events = [await viber_bot.gets() for _ in range(viber_bot.waiting)]
    assert [(event["event"], event["message_token"]) for event in events[:-1]] == [
        *(("delivered", token) for token in tokens for _ in range(2)),
        ("seen", tokens[1]),
    ]
    assert {event["user_id"] for event in events[:-1]} == {mila.id}
    assert events[-1]["event"] == "message"


async def test_an_event_comes_until_it_is_taken_and_holds_up_only_its_own_person(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox
) -> None:
    viber_bot.answers = [(500, ""), (404, "")]
    await mila.says("едно")
    await mila.says("две")
    texts = [(await viber_bot.gets("message"))["message"]["text"] for _ in range(4)]
    assert texts == ["едно", "едно", "едно", "две"]
    assert [post.status for post in sandbox.viber.courier.posts][-4:] == [500, 404, 200, 200]
    assert sandbox.viber.courier.lost == []


async def test_after_an_hour_of_the_world_an_event_is_lost(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox
) -> None:
    viber_bot.answers = [(500, "")] * 3
    await mila.says("напразно")
    await viber_bot.gets("message")
    sandbox.world.clock.move(timedelta(minutes=59))
    await viber_bot.gets("message")
    sandbox.world.clock.move(timedelta(minutes=1))
    await settle(viber_bot)
    assert [event["message"]["text"] for event in sandbox.viber.courier.lost] == ["напразно"]
    await mila.says("чува ли се")
    assert (await viber_bot.gets("message"))["message"]["text"] in {"напразно", "чува ли се"}


async def test_silence_is_no_answer(viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox) -> None:
    sandbox.viber.courier.answer_within = 0.05
    viber_bot.pauses = [0.5]
    await mila.says("бавно")
    first, second = await viber_bot.gets(), await viber_bot.gets()
    assert first == second
    await settle(viber_bot)
    assert [post.status for post in sandbox.viber.courier.posts][-2:] == [0, 200]


async def test_kinds_that_nobody_knows_are_sent_as_they_are(viber_bot: ViberBot, mila: ViberPhone) -> None:
    status = {"type": "payment", "code": 0}
    mila.account.inject({"event": "client_status", "status": status}, mila)
    mila.account.inject({"event": "made_up", "message_token": 7})
    got = [await viber_bot.gets(), await viber_bot.gets()]
    assert {event["event"] for event in got} == {"client_status", "made_up"}


async def test_people_without_a_webhook_cannot_write(deaf_bot: ViberBot, sandbox: Sandbox) -> None:
    phone = sandbox.world.person("Иван").viber
    with pytest.raises(AssertionError, match="no webhook"):
        await phone.says("ало")
    with pytest.raises(AssertionError, match="no webhook"):
        await phone.starts()


async def says_two(bot: ViberBot, phone: ViberPhone) -> list[dict[str, Any]]:
    await phone.says("едно")
    await phone.says("две")
    await settle(bot)
    return [await bot.gets() for _ in range(bot.waiting)]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("duplicate", ["едно", "едно", "две"]),
        ("reordered", ["две", "едно"]),
        ("forged", ["едно", "едно", "две"]),
        ("replayed", ["Здравейте", "едно", "две"]),
        ("clock_skew", ["едно", "две"]),
    ],
)
async def test_faults_of_events(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox, kind: Any, texts: list[str]
) -> None:
    sandbox.faults.add(Fault("message", chat=mila.id, kind=kind, seconds=-7200))
    events = await says_two(viber_bot, mila)
    assert [event["message"]["text"] for event in events] == texts
    assert sandbox.faults.unused() == []
    first, second = events[0], events[1]
    match kind:
        case "duplicate":
            assert first == second
        case "forged":
            assert first["message_token"] != second["message_token"]
            assert [post.foul for post in sandbox.viber.courier.posts][-3:] == ["forged", "", ""]
        case "clock_skew":
            assert second["timestamp"] - first["timestamp"] >= 7_200_000


async def test_a_forged_event_is_the_only_one_whose_signature_is_wrong(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("message", kind="forged"))
    sandbox.faults.add(Fault("message", kind="replayed"))
    # Refusing a foul one with 403 is right, and makes nobody try again.
    viber_bot.answers = [(403, "")]
    await mila.says("едно")
    await mila.says("две")
    await settle(viber_bot)
    got = [await viber_bot.got() for _ in range(viber_bot.waiting)]
    assert [one.event["message"]["text"] for one in got] == ["едно", "едно", "едно", "две"]
    assert [one.signature == signed(sandbox, one.raw) for one in got] == [False, True, True, True]
    assert got[1].raw == got[2].raw


async def test_a_webhook_that_is_not_called_for_a_while(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("message", kind="undelivered", seconds=600))
    await mila.says("по-късно")
    await mila.says("и аз")
    assert len(sandbox.viber.pending) == 2
    sandbox.world.clock.move(timedelta(minutes=10))
    await settle(viber_bot)
    assert [(await viber_bot.gets())["message"]["text"] for _ in range(2)] == ["по-късно", "и аз"]


async def test_an_event_held_back_alone_comes_with_the_next(viber_bot: ViberBot, mila: ViberPhone) -> None:
    viber_bot.sandbox.faults.add(Fault("message", kind="reordered"))
    await mila.says("едно")
    assert viber_bot.waiting == 0
    await mila.unsubscribes()
    await settle(viber_bot)
    assert [(await viber_bot.gets())["event"] for _ in range(2)] == ["unsubscribed", "message"]


async def test_an_event_held_back_that_no_other_follows_comes_by_itself(viber_bot: ViberBot, mila: ViberPhone) -> None:
    viber_bot.sandbox.faults.add(Fault("message", kind="reordered", seconds=60))
    await mila.says("едно")
    assert viber_bot.waiting == 0
    viber_bot.sandbox.world.clock.move(timedelta(minutes=1))
    await settle(viber_bot)
    assert (await viber_bot.gets())["message"]["text"] == "едно"
