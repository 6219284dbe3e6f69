"""A message as the people see it, and the same message as the Bot API tells it.

What a newcomer gets wrong: a `ChatMessage` is a frozen picture of one moment; after an edit the chat
holds a new one under the same id, so read it again from `person.chat`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.files import StoredFile
from sandbox.telegram.entities import runs

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button; a button with a `url` sends nothing to the bot."""

    label: str
    data: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """What the bot answered to a tap; an empty text only stops the spinner."""

    text: str
    alert: bool
    query_id: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message in its present form; `text` is the caption when there is media."""

    id: int
    chat_id: int
    sender: Json
    from_bot: bool
    date: datetime
    kind: str = "text"
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    markup: Json | None = None
    photo: StoredFile | None = None
    document: StoredFile | None = None
    location: tuple[float, float] | None = None
    # What the Bot API says beyond the words: photo sizes, location, forward_origin, media_group_id …
    payload: Json = field(default_factory=dict)
    edited_at: datetime | None = None
    deleted: bool = False

    @property
    def edited(self) -> bool:
        return self.edited_at is not None

    @property
    def buttons(self) -> list[list[Button]]:
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [[Button(key["text"], key.get("callback_data", ""), key.get("url", "")) for key in row] for row in rows]

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the keyboard under the input field, if the bot has sent one."""
        rows = (self.markup or {}).get("keyboard", [])
        return [[key if isinstance(key, str) else key["text"] for key in row] for row in rows]

    @property
    def album(self) -> str:
        return str(self.payload.get("media_group_id", ""))


def telegram_json(message: ChatMessage, chat: Json) -> Json:
    """The message as a Bot API `Message`."""
    told: Json = {
        "message_id": message.id,
        "from": message.sender,
        "chat": chat,
        "date": int(message.date.timestamp()),
        **message.payload,
    }
    if message.edited_at is not None:
        told["edit_date"] = int(message.edited_at.timestamp())
    if message.kind == "text":
        told["text"] = message.text
    elif message.text:
        told["caption"] = message.text
    if message.entities:
        told["entities" if message.kind == "text" else "caption_entities"] = message.entities
    # Only inline keyboards come back in a Message; reply keyboards never do.
    if message.markup and "inline_keyboard" in message.markup:
        told["reply_markup"] = message.markup
    return told


def command_entities(text: str) -> list[Json]:
    """The entity without which bots do not recognise a command."""
    if not text.startswith("/") or len(text) < 2:
        return []
    return [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]


def page_json(message: ChatMessage) -> Json:
    """The message as the JSON user side and the page read it."""
    told: Json = {
        "id": message.id,
        "chat_id": message.chat_id,
        "from_bot": message.from_bot,
        "sender": message.sender["first_name"],
        "date": message.date.isoformat(),
        "kind": message.kind,
        "text": message.text,
        "runs": runs(message.text, message.entities),
        "buttons": [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in message.buttons],
        "keyboard": message.keyboard,
        "album": message.album,
        "edited": message.edited,
        "deleted": message.deleted,
    }
    if message.photo is not None:
        told["photo"] = {
            "path": message.photo.path,
            "width": message.photo.width,
            "height": message.photo.height,
        }
    if message.document is not None:
        stored = message.document
        told["document"] = {"path": stored.path, "name": stored.name, "size": len(stored.data)}
    if message.location is not None:
        told["location"] = {"lat": message.location[0], "lon": message.location[1]}
    return told
