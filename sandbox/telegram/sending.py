"""The Bot API methods that send, edit and delete words and buttons.

What a newcomer gets wrong: an edit without `reply_markup` takes the buttons away, and an edit that
changes nothing is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox.errors import bad_request
from sandbox.messages import ChatMessage
from sandbox.params import Params
from sandbox.telegram.entities import parse_html, utf16
from sandbox.telegram.limits import Limits
from sandbox.world import Chat, World

Json = dict[str, Any]
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTON_DATA_LIMIT = 64
BUTTONS_LIMIT = 100
CHAT_WITH = "tg://user?id="
DELETE_WITHIN = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every method needs at hand."""

    world: World
    limits: Limits


def words(params: Params, name: str, limit: int) -> tuple[str, list[Json]]:
    """The text or caption with its entities, checked as Telegram checks it."""
    mode = params.text("parse_mode")
    source = params.text(name)
    if mode and mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    entities_name = "entities" if name == "text" else "caption_entities"
    text, entities = parse_html(source) if mode else (source, params.decode(entities_name) or [])
    text = text.rstrip()
    length = utf16(text)
    if length > limit:
        raise bad_request("message is too long" if name == "text" else "message caption is too long")
    kept = [{**e, "length": min(e["length"], length - e["offset"])} for e in entities if e["offset"] < length]
    return text, kept


def markup(desk: Desk, params: Params) -> Json | None:
    """The keyboard, checked; None when there is none."""
    keyboard = params.decode("reply_markup")
    if keyboard is None:
        return None
    if not isinstance(keyboard, dict):
        raise bad_request("object expected as reply markup")
    rows = keyboard.get("inline_keyboard")
    if rows is None:
        return keyboard
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    keys = [key for row in rows for key in row]
    for key in keys:
        _check_button(desk.world, key)
    if len(keys) > BUTTONS_LIMIT:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": [row for row in rows if row]} if keys else None


def _check_button(world: World, key: Json) -> None:
    if not str(key.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: inline keyboard button text must be non-empty")
    data = key.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= BUTTON_DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if len(set(key) - {"text", "style", "icon_custom_emoji_id"}) == 0:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if (opened := str(key.get("url", ""))).startswith(CHAT_WITH):
        _check_person(world, opened.removeprefix(CHAT_WITH))


def _check_person(world: World, number: str) -> None:
    """`tg://user?id=…` names somebody whom the bot has met and who lets links lead to them."""
    person = world.people.get(int(number)) if number.isdecimal() else None
    if person is None or not person.started:
        raise bad_request("BUTTON_USER_INVALID")
    if person.private:
        raise bad_request("BUTTON_USER_PRIVACY_RESTRICTED")


def reply_to(desk: Desk, chat: Chat, params: Params) -> Json:
    """The part of a message that says what it answers."""
    asked = params.decode("reply_parameters") or {}
    number = int(asked.get("message_id", params.integer("reply_to_message_id")))
    if not number:
        return {}
    answered = desk.world.find(chat.id, number)
    if answered is None:
        if asked.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    told = desk.world.tell(answered)
    told.pop("reply_to_message", None)
    return {"reply_to_message": told}


def send_message(desk: Desk, params: Params) -> Json:
    chat = desk.world.chat_for_bot(params.chat_id)
    text, entities = words(params, "text", TEXT_LIMIT)
    if not text:
        raise bad_request("message text is empty")
    keyboard = markup(desk, params)
    payload = reply_to(desk, chat, params)
    desk.limits.spend(chat.id)
    message = desk.world.add(chat, desk.world.bot, text=text, entities=entities, markup=keyboard, payload=payload)
    return desk.world.tell(message)


def _to_edit(desk: Desk, params: Params) -> ChatMessage:
    chat = desk.world.chat_for_bot(params.chat_id)
    message = desk.world.find(chat.id, params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def _change(desk: Desk, message: ChatMessage, fields: Json) -> Json:
    if all(getattr(message, name) == value for name, value in fields.items()):
        raise bad_request(NOT_MODIFIED)
    return desk.world.tell(desk.world.change(message, **fields))


def edit_text(desk: Desk, params: Params) -> Json:
    message = _to_edit(desk, params)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    text, entities = words(params, "text", TEXT_LIMIT)
    if not text:
        raise bad_request("message text is empty")
    return _change(desk, message, {"text": text, "entities": entities, "markup": markup(desk, params)})


def edit_caption(desk: Desk, params: Params) -> Json:
    message = _to_edit(desk, params)
    if message.kind not in {"photo", "document"}:
        raise bad_request("there is no caption in the message to edit")
    text, entities = words(params, "caption", CAPTION_LIMIT)
    return _change(desk, message, {"text": text, "entities": entities, "markup": markup(desk, params)})


def edit_markup(desk: Desk, params: Params) -> Json:
    return _change(desk, _to_edit(desk, params), {"markup": markup(desk, params)})


def delete_message(desk: Desk, params: Params) -> bool:
    chat = desk.world.chat_for_bot(params.chat_id)
    message = desk.world.find(chat.id, params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if desk.world.clock.now() - message.date > DELETE_WITHIN:
        raise bad_request("message can't be deleted for everyone")
    desk.world.delete(message)
    return True


def answer_callback(desk: Desk, params: Params) -> bool:
    desk.world.answer(params.text("callback_query_id"), params.text("text"), params.flag("show_alert"))
    return True


METHODS = {
    "sendmessage": send_message,
    "editmessagetext": edit_text,
    "editmessagecaption": edit_caption,
    "editmessagereplymarkup": edit_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback,
}
