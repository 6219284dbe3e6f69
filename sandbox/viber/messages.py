"""A message in a Viber chat, as the person sees it and as the page reads it.

What a newcomer gets wrong: `labels` are the keyboard that came with the message. Whether it can still be tapped is the
phone's to say: only the newest message's keyboard is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.files import StoredFile
from sandbox.viber.keyboards import Key, Keyboard

Json = dict[str, Any]
# Viber's own marks in a text; the page gets runs, never markup.
_MARKS = {"*": "bold", "_": "italic", "~": "strikethrough"}
_PIECES = re.compile(
    r"```(?P<code>.+?)```|(?P<mark>[*_~])(?P<marked>\S(?:.*?\S)?)(?P=mark)(?!\w)|(?P<link>https?://\S+)"
)


@dataclass(frozen=True, slots=True)
class ViberMessage:
    """One message; `kind` is Viber's type, `text` the caption of a picture and the address of a url."""

    token: int
    person: int
    from_bot: bool
    date: datetime
    kind: str = "text"
    text: str = ""
    sender: str = ""
    board: Keyboard = field(default_factory=Keyboard)
    # The buttons of a rich_media message, which stay with it.
    cards: Keyboard = field(default_factory=Keyboard)
    photo: StoredFile | None = None
    document: StoredFile | None = None
    location: tuple[float, float] | None = None
    contact: Json | None = None
    sticker: str = ""
    file_name: str = ""
    # Tapped on a silent button: the bot gets it, the chat does not show it.
    silent: bool = False
    # As in Telegram's messages, so that one player can read both; Viber's can be neither edited nor deleted by a bot.
    edited: bool = False
    deleted: bool = False

    @property
    def id(self) -> str:
        """The token as text: beyond 2**53 a number would change on its way through JavaScript."""
        return str(self.token)

    @property
    def buttons(self) -> list[list[Key]]:
        rows = sorted({key.row for key in self.board.keys})
        return [[key for key in self.board.keys if key.row == row] for row in rows]

    @property
    def labels(self) -> list[str]:
        return [key.label for key in self.board.keys]

    @property
    def keyboard(self) -> list[list[str]]:
        return self.board.labels


def runs(text: str) -> list[Json]:
    """The text cut into pieces of one style each."""
    pieces: list[Json] = []
    end = 0
    for found in _PIECES.finditer(text):
        pieces.append({"text": text[end : found.start()], "styles": []})
        if found["link"]:
            pieces.append({"text": found["link"], "styles": [], "href": found["link"]})
        elif found["code"]:
            pieces.append({"text": found["code"], "styles": ["code"]})
        else:
            pieces.append({"text": found["marked"], "styles": [_MARKS[found["mark"]]]})
        end = found.end()
    return [piece for piece in [*pieces, {"text": text[end:], "styles": []}] if piece["text"]]


def board_json(board: Keyboard) -> Json:
    return {
        "keys": [
            {
                "label": key.label,
                "data": key.data,
                "action": key.action,
                "url": key.url,
                "row": key.row,
                "column": key.column,
                "rows": key.rows,
                "columns": key.columns,
                "background": key.background,
                "ink": key.ink,
                "size": key.size,
                "bold": key.bold,
            }
            for key in board.keys
        ],
        "columns": board.columns,
        "background": board.background,
        "field": board.field,
    }


def page_json(message: ViberMessage) -> Json:
    """The message as the JSON user side and the page read it."""
    told: Json = {
        "id": message.id,
        "chat_id": message.person,
        "from_bot": message.from_bot,
        "sender": message.sender,
        "date": message.date.isoformat(),
        "kind": message.kind,
        "text": message.text,
        "runs": runs(message.text),
        "board": board_json(message.board),
        "cards": board_json(message.cards),
        "labels": message.labels,
        "silent": message.silent,
        "contact": message.contact,
        "sticker": message.sticker,
    }
    if message.photo is not None:
        told["photo"] = {"path": message.photo.path, "width": message.photo.width, "height": message.photo.height}
    if message.document is not None:
        stored = message.document
        told["document"] = {"path": stored.path, "name": stored.name, "size": len(stored.data)}
    if message.location is not None:
        told["location"] = {"lat": message.location[0], "lon": message.location[1]}
    return told
