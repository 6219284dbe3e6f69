"""Messages as calls of the Bot API. Nothing is sent here: a call becomes a row of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels import attachments, buttons
from bot.channels.parts import split
from bot.channels.telegram.reading import CHANNEL
from handlers.engine.scene import Attachment, Chart, Message
from handlers.engine.views import Button
from handlers.engine.words import Text, Words
from storage.outbox import Call

LONGEST_TEXT = 4096
"""UTF-16 units of one message (core.telegram.org/bots/api#sendmessage)."""


def calls(told: Message, chat: str, words: Words, *, tapped: str, priority: int, at: datetime) -> list[Call]:
    """The calls that show one message; a long text becomes several, the buttons stand under the last."""
    if told.attachment:
        return [_attached(told, told.attachment, chat, words, priority, at)]
    text = _text(told, words)
    # A character is at most two units.
    parts = [text] if len(text) <= LONGEST_TEXT // 2 else split(text, _fits)
    markup = _markup(told, words)
    key = told.album if told.settle else told.kind
    made = []
    for number, text in enumerate(parts, start=1):
        payload: dict[str, Any] = {"chat_id": int(chat), "text": text}
        if number == len(parts) and markup:
            payload["reply_markup"] = markup
        if number == len(parts) and told.code:
            payload["doors"] = [told.code, CHANNEL if told.links else ""]
        method = "sendMessage"
        if tapped and told.replaces and len(parts) == 1:
            method, payload["message_id"] = "editMessageText", int(tapped)
        made.append(Call(CHANNEL, chat, method, payload, priority, at, key, told.vanish_after))
    return made


def _attached(told: Message, attachment: Attachment, chat: str, words: Words, priority: int, at: datetime) -> Call:
    """What is to be drawn travels as data; it is drawn when the call is made."""
    method = "sendDocument"
    payload = {"chat_id": int(chat), "disable_notification": True, **attachments.written(attachment)}
    if isinstance(attachment, Chart):
        # A file has no buttons: they stand under the message above it.
        method, payload["caption"] = "sendPhoto", _text(told, words)
        if markup := _markup(told, words):
            payload["reply_markup"] = markup
    return Call(CHANNEL, chat, method, payload, priority, at, told.kind)


def _text(told: Message, words: Words) -> str:
    return "\n".join(words.say(line) for line in told.view.lines)


def _markup(told: Message, words: Words) -> dict[str, Any] | None:
    rows = [[_button(told, button, words) for button in row] for row in told.view.rows]
    return {"inline_keyboard": rows} if rows else None


def _button(told: Message, button: Button, words: Words) -> dict[str, str]:
    label = words.say(button.label)
    if button.account:
        return {"text": label, "url": f"tg://user?id={button.account}"}
    return {"text": label, "callback_data": buttons.write(told, button)}


def without_chats(payload: dict[str, Any]) -> dict[str, Any] | None:
    """The same call without the buttons that open a chat; None when it has none."""
    rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
    kept = [[button for button in row if "url" not in button] for row in rows]
    if kept == rows:
        return None
    return {**payload, "reply_markup": {"inline_keyboard": [row for row in kept if row]}}


def _fits(text: str) -> bool:
    return len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT


def commands(words: Words, listed: Mapping[str, Text]) -> list[dict[str, str]]:
    return [{"command": name, "description": words.say(text)} for name, text in listed.items()]
