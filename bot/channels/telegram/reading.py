"""Telegram's updates: what a person did, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from telegram import Message, Update

from bot.channels import buttons
from bot.channels.channel import Edited, Elsewhere, Event, Reach, Unknown
from casework.records import Photo, Place
from handlers.engine.replies import Filed, Incoming, Located, Pictured, Reply, Typed, Unreadable

CHANNEL = "telegram"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]


def sender_of(raw: dict[str, Any]) -> str:
    """Who an update is from, for the order of handling; readable also when nothing else is."""
    for part in raw.values():
        if isinstance(part, dict) and isinstance(part.get("from"), dict):
            return str(part["from"].get("id", ""))
    return ""


def needed(raw: dict[str, Any]) -> dict[str, Any]:
    """The update without what nobody reads: a tap brings the whole message under which its button stands."""
    query = raw.get("callback_query")
    if not isinstance(query, dict) or not isinstance(message := query.get("message"), dict):
        return raw
    left = {name: message[name] for name in ("message_id", "chat") if name in message}
    return {**raw, "callback_query": {**query, "message": left}}


def read(raw: dict[str, Any], received_at: datetime) -> tuple[Event, datetime]:
    """What happened and when it was sent. Raises what `Update.de_json` raises on nonsense."""
    if query := raw.get("callback_query"):
        return _tap(query), received_at
    if typed := _typed(raw.get("message")):
        return typed
    update = Update.de_json(raw, None)
    if member := update.my_chat_member:
        if member.chat.id != member.from_user.id:
            return Unknown(), received_at  # the bot was put into a group, or taken out of one
        return Reach(str(member.chat.id), member.new_chat_member.status not in ("kicked", "left")), received_at
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return Unknown(), received_at
    person = message.from_user
    if message.chat.type != "private":
        is_command = bool(update.message and message.text and message.text.startswith("/"))
        return Elsewhere(str(message.chat.id), is_command), message.date
    if message.chat.id != person.id:
        return Unknown(), received_at  # an answer would be read by somebody else
    origin = message.forward_origin
    incoming = Incoming(
        CHANNEL, str(person.id), str(message.chat.id), person.full_name, _reply(message),
        written_at=origin.date.astimezone(UTC) if origin else None, own=str(message.message_id),
    )  # fmt: skip
    return (Edited(incoming) if update.edited_message else incoming), message.date.astimezone(UTC)


def _tap(query: dict[str, Any]) -> Event:
    """A few fields, read by hand: taps are most of what comes, and the message they carry with them is long."""
    message, person, data = query.get("message") or {}, query.get("from") or {}, query.get("data")
    chat = message.get("chat") or {}
    if not person or (chat.get("type"), chat.get("id")) != ("private", person["id"]):
        return Unknown()  # in a group, of a message that nobody sees, or in the chat of somebody else
    name = f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()
    tapped = buttons.read(data if isinstance(data, str) else "")
    return Incoming(CHANNEL, str(person["id"]), str(chat["id"]), name, tapped, str(message["message_id"]))


def _typed(message: Any) -> tuple[Event, datetime] | None:
    """A few fields of a text that somebody wrote to us, read by hand: the library makes of it all that a message may
    have, a fifth of what it costs to answer it. None for whatever else came."""
    match message:
        case {
            "message_id": int(number),
            "date": int(date),
            "chat": {"id": int(chat), "type": "private"},
            "from": {"id": int(account), "first_name": str(first), **others},
            "text": str(text),
        } if text and chat == account and "forward_origin" not in message:
            name = f"{first} {others['last_name']}" if others.get("last_name") else first
            said = Incoming(CHANNEL, str(account), str(chat), name, Typed(text), own=str(number))
            return said, datetime.fromtimestamp(date, UTC)
    return None


def _reply(message: Message) -> Reply:
    if message.text:
        return Typed(message.text)
    if message.photo:
        largest = message.photo[-1]
        return Pictured(Photo(CHANNEL, largest.file_id, largest.file_unique_id), message.caption or "")
    document = message.document
    if document and (document.mime_type or "").startswith("image/"):
        return Pictured(Photo(CHANNEL, document.file_id, document.file_unique_id), message.caption or "")
    if document:
        name, size = document.file_name or "", document.file_size or 0
        return Filed(document.file_id, name, size, str(message.message_id), message.caption or "")
    if message.location:
        return Located(Place(message.location.latitude, message.location.longitude))
    return Unreadable("message")
