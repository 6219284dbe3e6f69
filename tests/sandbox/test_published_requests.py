"""The requests that Viber has printed, sent to the sandbox as they stand.

What a newcomer gets wrong: exchanged are the token (it is in the header), whom they are for, and the addresses of the
webhook and of media, which must exist here. All else is theirs, byte for byte.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.channels.viber import models
from sandbox import Sandbox, ViberPhone
from tests.published import Example, examples
from tests.sandbox.conftest import ViberBot

METHODS = ("send_message", "broadcast_message", "set_webhook", "get_online", "get_user_details")
SECOND = "fd4HsWT33Yf1BkRZ8KcBsk=="
HOOKS = re.compile(r"https://(?:my\.host\.com|your-webhook-url\.com)")
FILES = re.compile(r"https?://(?:media\.example\.com|www\.images\.com)/")
ANSWERS: dict[str, type[models.Answer]] = {"send_message": models.Sent, "get_account_info": models.Account}


async def sent(bot: ViberBot, method: str, text: str) -> dict[str, Any]:
    """Exactly this text; the answer."""
    headers = {"X-Viber-Auth-Token": bot.sandbox.viber_token, "Content-Type": "application/json"}
    address = f"{bot.sandbox.viber_api_url}/{method}"
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(address, data=text.encode()) as answer,
    ):
        assert answer.status == 200
        told: dict[str, Any] = await answer.json()
        return told


def lying(bot: ViberBot) -> None:
    """What their media addresses lead to here."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "JPEG")
    pictures = ("picture.jpg", "picture_thumbnail.jpg", "video_thumbnail.jpg", "img.jpg", "thumb.jpg")
    bot.files = dict.fromkeys(pictures, drawn.getvalue())
    bot.files |= dict.fromkeys(("video.mp4", "file.pdf", "file.doc"), b"bytes")


@pytest.mark.parametrize("example", examples(*METHODS), ids=lambda example: example.name)
async def test_a_printed_request_gets_its_status(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox, example: Example
) -> None:
    lying(viber_bot)
    second = sandbox.world.person("Кольо").viber
    await second.says("Здравейте")
    text = HOOKS.sub(f"{viber_bot.url}/viber", example.about(mila.id).replace(SECOND, second.id))
    answer = await sent(viber_bot, example.used_as, FILES.sub(f"{viber_bot.url}/files/", text))
    assert answer["status"] == example.status, answer
    if example.used_as in {"send_message", "broadcast_message"} and example.status == 0:
        heard = await mila.hears()
        assert (heard.kind, heard.token) == (json.loads(text)["type"], answer["message_token"])
        assert answer.get("failed_list", []) == []


@pytest.mark.parametrize("example", examples("keyboard", "rich_media"), ids=lambda example: example.name)
async def test_printed_buttons_are_shown(viber_bot: ViberBot, mila: ViberPhone, example: Example) -> None:
    """They are printed alone, as what a library puts into a message."""
    kind = "text" if example.used_as == "keyboard" else "rich_media"
    about = f'"receiver":"{mila.id}","sender":{{"name":"Обхват"}},"type":"{kind}","text":"?"'
    text = f'{{{about},"{example.used_as}":{example.text()}}}'
    answer = await sent(viber_bot, "send_message", text)
    assert answer["status"] == example.status, answer
    heard = await mila.hears()
    board = heard.board if example.used_as == "keyboard" else heard.cards
    assert len(board.keys) == len(json.loads(example.text())["Buttons"])


@pytest.mark.parametrize("example", examples("welcome"), ids=lambda example: example.name)
async def test_a_printed_welcome_is_shown(viber_bot: ViberBot, sandbox: Sandbox, example: Example) -> None:
    viber_bot.answers = [(200, example.text())]
    phone = sandbox.world.person("Иван").viber
    await phone.starts()
    assert (await phone.hears()).text == json.loads(example.text())["text"]


@pytest.mark.parametrize("example", examples(*(f"answer of {method}" for method in (*METHODS, "get_account_info"))),
                         ids=lambda example: example.name)  # fmt: skip
async def test_a_printed_answer_is_read_by_our_client_and_given_by_the_sandbox(
    viber_bot: ViberBot, mila: ViberPhone, example: Example
) -> None:
    """The sandbox gives every field that is printed."""
    method = example.used_as.removeprefix("answer of ")
    assert ANSWERS.get(method, models.Answer).model_validate_json(example.text()).status == 0
    asked: dict[str, dict[str, Any]] = {
        "send_message": {"receiver": mila.id, "sender": {"name": "Обхват"}, "type": "text", "text": "?"},
        "broadcast_message": {"broadcast_list": [mila.id], "type": "text", "text": "?"},
        "set_webhook": {"url": f"{viber_bot.url}/viber"},
        "get_online": {"ids": [mila.id]},
        "get_user_details": {"id": mila.id},
        "get_account_info": {},
    }
    printed, given = json.loads(example.text()), await viber_bot.call(method, **asked[method])
    assert printed.keys() <= given.keys()
    for name in ("user", "location"):
        assert printed.get(name, {}).keys() <= given.get(name, {}).keys()
