"""Telegram: updates into what a person did, and messages into calls of the Bot API.

What a newcomer gets wrong: nothing is sent here. A message becomes rows of the outbox; `perform` makes one call.
"""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telegram import Bot, Message, Update
from telegram import InputFile as Upload
from telegram.warnings import PTBUserWarning

from bot import charts, spreadsheets
from casework.records import Photo, Place
from handlers.replies import Filed, Incoming, Located, Pictured, Reply, Tapped, Typed, Unreadable
from handlers.scene import Chart, Sheet
from handlers.scene import Message as Told
from handlers.words import Words
from storage.outbox import Call, Due

CHANNEL = "telegram"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
LONGEST_TEXT = 4096
"""UTF-16 units of one message."""
LONGEST_DATA = 64

warnings.filterwarnings("ignore", message=r"Please use 'Bot\.", category=PTBUserWarning)


@dataclass(frozen=True)
class Edited:
    """A message was changed after it was handled."""

    incoming: Incoming


@dataclass(frozen=True)
class Elsewhere:
    """A command in a group: only private chats are served. `command` is False for talk among people."""

    chat: str
    command: bool


@dataclass(frozen=True)
class Reach:
    """The person blocked the bot or took it back."""

    chat: str
    reachable: bool


@dataclass(frozen=True)
class Unknown:
    """A kind of update we do not know; it is kept in the inbox and answered by nothing."""


Event = Incoming | Edited | Elsewhere | Reach | Unknown


def sender_of(raw: dict[str, Any]) -> str:
    """Who an update is from, for the order of handling; readable also when nothing else is."""
    for part in raw.values():
        if isinstance(part, dict) and isinstance(part.get("from"), dict):
            return str(part["from"].get("id", ""))
    return ""


def read(raw: dict[str, Any], received_at: datetime) -> tuple[Event, datetime]:
    """What happened and when it was sent. Raises what `Update.de_json` raises on nonsense."""
    update = Update.de_json(raw, None)
    if update.callback_query:
        return _tap(update), received_at
    if update.my_chat_member:
        status = update.my_chat_member.new_chat_member.status
        return Reach(str(update.my_chat_member.chat.id), status not in ("kicked", "left")), received_at
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return Unknown(), received_at
    if message.chat.type != "private":
        return Elsewhere(str(message.chat.id), bool(message.text and message.text.startswith("/"))), message.date
    incoming = _incoming(message, _reply(message))
    return (Edited(incoming) if update.edited_message else incoming), message.date.astimezone(UTC)


def _incoming(message: Message, reply: Reply) -> Incoming:
    person = message.from_user
    assert person is not None
    return Incoming(CHANNEL, str(person.id), str(message.chat.id), person.full_name, reply)


def _tap(update: Update) -> Event:
    query = update.callback_query
    assert query is not None
    if query.message is None or query.message.chat.type != "private":
        return Unknown()
    talk, _, rest = (query.data or "").partition(".")
    key, _, value = rest.partition(".")
    person, chat = query.from_user, str(query.message.chat.id)
    tapped = Tapped(talk, key, value)
    return Incoming(CHANNEL, str(person.id), chat, person.full_name, tapped, str(query.message.message_id))


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


def calls(told: Told, chat: str, words: Words, *, tapped: str, priority: int, at: datetime | None) -> list[Call]:
    """The calls that show one message; a long text becomes several, the buttons stand under the last."""
    if told.attachment:
        return [_attached(told.attachment, chat, priority)]
    parts = _split("\n".join(words.say(line) for line in told.view.lines))
    markup = _markup(told, words)
    made = []
    for number, text in enumerate(parts, start=1):
        payload: dict[str, Any] = {"chat_id": int(chat), "text": text}
        if number == len(parts) and markup:
            payload["reply_markup"] = markup
        method = "sendMessage"
        if tapped and told.replaces and len(parts) == 1:
            method, payload["message_id"] = "editMessageText", int(tapped)
        key = f"settle.{told.talk}" if told.settle else ""
        made.append(Call(CHANNEL, chat, method, payload, priority, at if told.settle else None, key, told.vanish_after))
    return made


def _attached(attachment: Chart | Sheet, chat: str, priority: int) -> Call:
    """What is to be drawn travels as data; `perform` draws it."""
    kind, method = ("chart", "sendPhoto") if isinstance(attachment, Chart) else ("sheet", "sendDocument")
    payload = {"chat_id": int(chat), "disable_notification": True, kind: vars(attachment)}
    return Call(CHANNEL, chat, method, payload, priority)


def _markup(told: Told, words: Words) -> dict[str, Any] | None:
    rows = [
        [{"text": words.say(button.label), "callback_data": _data(told, button.key, button.value)} for button in row]
        for row in told.view.rows
    ]
    return {"inline_keyboard": rows} if rows else None


def _data(told: Told, key: str, value: str) -> str:
    data = f"go.{key}.{value}" if key else f"{told.talk}.{told.key}.{value}"
    if len(data.encode()) > LONGEST_DATA:
        raise ValueError(f"the button {data!r} is longer than {LONGEST_DATA} bytes")
    return data


def _split(text: str) -> list[str]:
    """At line ends, so that no part is longer than Telegram takes."""
    parts, current = [], ""
    for line in text.split("\n"):
        if current and _units(current) + _units(line) + 1 > LONGEST_TEXT:
            parts.append(current)
            current = line[: LONGEST_TEXT // 2]
        else:
            current = f"{current}\n{line}" if current else line[: LONGEST_TEXT // 2]
    return [*parts, current]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


async def perform(bot: Bot, due: Due) -> str:
    """Makes the call; the id of the message that came of it. Raises telegram.error.TelegramError."""
    payload = dict(due.payload)
    if chart := payload.pop("chart", None):
        payload["photo"] = Upload(await charts.bars(**chart), filename="chart.png")
    if sheet := payload.pop("sheet", None):
        content = await asyncio.to_thread(spreadsheets.write_table, sheet["header"], sheet["rows"])
        payload["document"] = Upload(content, filename=sheet["name"])
    answer = await bot.do_api_request(due.method, api_kwargs=payload)
    return str(answer["message_id"]) if isinstance(answer, dict) and "message_id" in answer else ""


async def fetch(bot: Bot, file: str) -> bytes:
    """The bytes of a photo or document. Raises telegram.error.TelegramError."""
    told = await bot.get_file(file)
    return bytes(await told.download_as_bytearray())


def withdrawal(chat: str, message: str) -> Call:
    """Takes a message of the person out of the chat, which Telegram allows within 48 hours."""
    return Call(CHANNEL, chat, "deleteMessage", {"chat_id": int(chat), "message_id": int(message)})


def commands(words: Words, listed: dict[str, Any]) -> list[dict[str, str]]:
    return [{"command": name, "description": words.say(text)} for name, text in listed.items()]
