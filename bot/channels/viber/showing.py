"""Messages as calls of Viber's REST API. Nothing is sent here: a call becomes a row of the outbox.

What a newcomer gets wrong: nothing can be edited, so every message is a new one; the keyboard alone can be sent, and
then no new bubble stands in the chat.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.channels import attachments, buttons
from bot.channels.parts import split
from bot.channels.viber.keyboards import Key, keyboard
from bot.channels.viber.reading import CHANNEL, MARK
from handlers.engine.scene import Message
from handlers.engine.words import Words
from handlers.people.join import START, welcome
from storage.outbox import Call

LONGEST_TEXT = 7000
"""UTF-16 units of one text (creators-hub, data-models/message, read 24.11.2026)."""
LONGEST_REQUEST = 30_000
"""Bytes of a whole request, of which `FRAME` are for receiver, sender and version."""
FRAME = 1_000
SEND = "send_message"

Payload = dict[str, Any]


def calls(told: Message, chat: str, words: Words, *, tapped: str, priority: int, at: datetime) -> list[Call]:
    """The calls that show one message; a long text becomes several, the keyboard comes with the last."""
    key = told.album if told.settle else told.kind
    payloads = _payloads(told, words)
    keys = _keys(told, words)
    if keys:
        payloads[-1]["keyboard"] = keys
    if told.code:
        payloads[-1]["doors"] = [told.code, CHANNEL if told.links else ""]
    if told.reveals:
        payloads[-1]["reveals"] = vars(told.reveals)
    return [Call(CHANNEL, chat, SEND, payload, priority, at, key) for payload in payloads]


def _payloads(told: Message, words: Words) -> list[Payload]:
    lines = told.view.lines[told.stands :]
    text = "\n".join(words.say(line) for line in lines)
    if told.attachment:
        # What is to be drawn travels as data; it is drawn when the call is made.
        return [{"text": text, **attachments.written(told.attachment)}]
    if not lines and told.view.rows:
        return [{}]
    return [{"type": "text", "text": part} for part in _parts(text, told, words)]


def _parts(text: str, told: Message, words: Words) -> list[str]:
    room = LONGEST_REQUEST - FRAME - _bytes(_keys(told, words))

    def fits(part: str) -> bool:
        return len(part.encode("utf-16-le")) // 2 <= LONGEST_TEXT and _bytes(part) <= room

    return split(text, fits)


def _keys(told: Message, words: Words) -> Payload:
    rows = [[Key(words.say(one.label), f"{MARK}{buttons.write(told, one)}") for one in row] for row in told.view.rows]
    return keyboard(rows) if rows else {}


def written(payload: Any) -> bytes:
    """JSON as it goes out: an escaped Cyrillic letter would be six bytes of the thirty thousand."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(payload: Any) -> int:
    return len(written(payload))


def greeting(words: Words, context: str) -> Payload:
    """What stands in a chat that was opened: one button, by whose tap the person subscribes and joins."""
    text = "\n".join(words.say(line) for line in welcome().view.lines)
    start = Key(words.say(START), f"/start {context}".rstrip())
    return {"type": "text", "text": text, "keyboard": keyboard([[start]])}
