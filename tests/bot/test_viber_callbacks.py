"""Every kind of event that Viber's documentation and libraries print, with their fields and our words.

What a newcomer gets wrong: the printed ones themselves are not here; `test_published_callbacks.py` plays those.
"""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from sandbox import Sandbox, ViberPhone
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, posts, rows

HER = "WHO=="
PICTURE = "https://bot.example/picture"
ABOUT = {"id": HER, "name": "Мила", "avatar": "http://bot.example/a.jpg", "country": "BG", "language": "bg"}
USER = {**ABOUT, "api_version": 1}
STATUS = {"type": "payment", "code": 0, "supported_psps": ["А", "Б"], "tracking_data": "visit:12"}
SAID: list[dict[str, Any]] = [
    {"type": "text", "text": "14"},
    # The documentation's own message is of all kinds at once.
    {
        "type": "text",
        "text": "14",
        "media": "http://bot.example",
        "location": {"lat": 43.84, "lon": 25.95},
        "tracking_data": "visit:12",
    },
    {"type": "url", "media": "http://bot.example", "tracking_data": "{}"},
    {"type": "contact", "contact": {"name": "Мила", "phone_number": "359888123456"}},
    {"type": "file", "media": PICTURE, "size": 1234, "file_name": "списък.com"},
    {"type": "location", "location": {"lat": 1234, "lon": 4312}},
    {"type": "picture", "text": "пред къщата", "media": PICTURE, "thumbnail": PICTURE},
    {"type": "video", "media": PICTURE, "thumbnail": PICTURE, "size": 1234, "duration": 123},
    {"type": "sticker", "sticker_id": 5536},
    {"type": "rich_media", "rich_media": {"Buttons": []}, "alt_text": "?"},
]
EVENTS: list[dict[str, Any]] = [
    *({"event": "message", "sender": USER, "message": said} for said in SAID),
    {
        "event": "message",
        "sender": {"id": HER, "name": "ふで"},
        "message": {"type": "text", "text": "批封"},
        "silent": False,
    },
    {"event": "message", "sender": ABOUT, "message": SAID[0], "chat_id": 5048086924903818307, "reply_type": "message"},
    {"event": "conversation_started", "type": "open", "context": "две думи", "user": USER, "subscribed": False},
    {"event": "conversation_started", "type": "open", "user": {"id": HER, "name": "Мила"}},
    {"event": "delivered", "user_id": HER, "chat_id": "3456-45346"},
    {"event": "seen", "user_id": HER},
    {"event": "failed", "user_id": HER, "desc": "message validation failed"},
    {"event": "client_status", "chat_hostname": "sn-chat-04", "user": USER, "status": STATUS},
    {"event": "action", "user": USER},
    {"event": "unsubscribed", "user_id": HER},
    {"event": "subscribed", "chat_hostname": "SN-149_", "user": USER},
    {"event": "webhook"},
    # Not whole, as a library tries its own reader with.
    {"event": "delivered", "timestamp": "hi"},
]


async def takes(world: World, mila: ViberPhone, text: str) -> None:
    """The event is answered 200, stored and handled without an error; a message is answered in the chat."""
    told = json.loads(text)
    with capture_logs() as logs:
        assert await posts(world, text.encode()) == 200
        await world.settled()
        if told["event"] == "message":
            # A photo is waited for a moment, by everybody's clock.
            world.sandbox.world.clock.move(timedelta(seconds=5))
            assert (await mila.hears()).text
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
    [newest] = await rows(world, "SELECT arrival, state FROM inbox ORDER BY id DESC LIMIT 1")
    assert newest["state"] == "done"
    if told["event"] != "webhook":
        assert newest["arrival"].startswith(f"{told['event']}.{told.get('message_token', '')}")


def picture(sandbox: Sandbox) -> str:
    """The address of something that is one."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "JPEG")
    sizes = sandbox.world.files.add_photo(drawn.getvalue())
    assert sizes is not None
    return sandbox.viber.media.address(sizes[-1])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event['event']}-{event.get('message', {}).get('type')}")
async def test_every_kind_of_event_is_taken(sandbox: Sandbox, tmp_path: Path, event: dict[str, Any]) -> None:
    async with on_viber(sandbox, tmp_path) as world:
        mila = await joins(world, "Мила")
        now = int(world.app.now().timestamp() * 1000)
        whole = {"timestamp": now, "message_token": 4912661846655238145 + 2**20, **event}
        text = json.dumps(whole, ensure_ascii=False).replace(HER, mila.id).replace(PICTURE, picture(sandbox))
        await takes(world, mila, text)
