"""The requests that Viber's documentation prints, field for field, are taken as they stand.

What a newcomer gets wrong: `viber_examples/*.json` have the fields and the kinds of values of the examples at their
`source`, but our own words and addresses; only ids and addresses that must exist here are put in by the test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox, ViberPhone
from tests.sandbox.conftest import ViberBot

FILES = sorted((Path(__file__).parent / "viber_examples").glob("*.json"))
EXAMPLES: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
SOMEBODY = "AAAAAAAAAAAAAAAAAAAAAA=="
# What the documentation says an answer has, beside status, status_message and chat_hostname.
ANSWERS = {
    "send_message": {"message_token", "billing_status"},
    "broadcast_message": {"message_token", "billing_status", "failed_list"},
    "set_webhook": {"event_types"},
    "get_user_details": {"message_token", "user"},
    "get_online": {"users"},
}
# And an event, beside event, timestamp and chat_hostname.
EVENTS = {
    "conversation_started": {"message_token", "type", "context", "user", "subscribed"},
    "message": {"message_token", "sender", "message", "silent"},
    "delivered": {"message_token", "user_id"},
    "seen": {"message_token", "user_id"},
    "failed": {"message_token", "user_id", "desc"},
    "unsubscribed": {"message_token", "user_id"},
    "subscribed": {"message_token", "user"},
}
USER = {"id", "name", "avatar", "country", "language", "api_version"}
DETAILS = USER | {"primary_device_os", "viber_version", "mcc", "mnc", "device_type"}


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_is_taken_as_it_stands(viber_bot: ViberBot, mila: ViberPhone, name: str) -> None:
    example = EXAMPLES[name]
    text = json.dumps(example["body"]).replace(SOMEBODY, mila.id)
    body: dict[str, Any] = json.loads(text.replace("https://bot.example/viber", f"{viber_bot.url}/viber"))
    # Their addresses are nobody's, and nobody shall be asked for them.
    await mila.goes_offline()
    answer = await viber_bot.call(example["method"], **body)
    assert (answer["status"], answer["status_message"]) == (0, "ok")
    assert answer.keys() == {"status", "status_message", "chat_hostname"} | ANSWERS[example["method"]]
    if "user" in answer:
        assert answer["user"].keys() == DETAILS


async def test_a_welcome_is_the_example_without_its_receiver(viber_bot: ViberBot, sandbox: Sandbox) -> None:
    welcome = {key: value for key, value in EXAMPLES["text"]["body"].items() if key != "receiver"}
    viber_bot.answers = [(200, json.dumps(welcome))]
    phone = sandbox.world.person("Иван").viber
    await phone.starts()
    assert (await phone.hears()).text == "Здравейте!"


async def test_events_have_the_fields_of_the_documentation(viber_bot: ViberBot, sandbox: Sandbox) -> None:
    phone = sandbox.world.person("Иван").viber
    await phone.starts("invite-7F3K")
    await phone.says("здравей")
    await viber_bot.sends(phone, text="?")
    keyboard = {"Type": "keyboard", "BgColor": "red", "Buttons": [{"ActionBody": "x", "Text": "x"}]}
    await viber_bot.sends(phone, text="?", keyboard=keyboard)
    await phone.unsubscribes()
    await phone.reads()
    await phone.subscribes()
    events = {}
    for _ in EVENTS:
        event = await viber_bot.gets()
        events[event["event"]] = event
    assert {name: event.keys() - {"event", "timestamp", "chat_hostname"} for name, event in events.items()} == EVENTS
    assert events["message"]["sender"].keys() == events["subscribed"]["user"].keys() == USER
