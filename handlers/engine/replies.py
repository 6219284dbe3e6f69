"""What a person can answer with, free of any messenger; channels translate into these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.records import Photo, Place


@dataclass(frozen=True)
class Typed:
    text: str


@dataclass(frozen=True)
class Tapped:
    """A button: `talk` tells which conversation it belongs to, `key` which question, `value` which choice."""

    talk: str
    key: str
    value: str


@dataclass(frozen=True)
class Pictured:
    photo: Photo
    caption: str = ""


@dataclass(frozen=True)
class Located:
    place: Place


@dataclass(frozen=True)
class Filed:
    """A document that is no picture. `file` is what the messenger calls it; `message`, where it can be taken out of
    the chat again, the message that brought it; `caption` the text under it."""

    file: str
    name: str
    size_bytes: int
    message: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A sticker, a voice message, a contact, a video: seen, and answered with what would be accepted."""

    kind: str


LONGEST_NUMBER = 15
"""Digits; no number of ours has more."""


def number(value: str, otherwise: int = -1, longest: int = LONGEST_NUMBER) -> int:
    """The number that a button names; `otherwise` where it names none, or one too long to be of ours."""
    return int(value) if value.isdecimal() and len(value) <= longest else otherwise


Reply = Typed | Tapped | Pictured | Located | Filed | Unreadable


def words_of(reply: Reply) -> str:
    """What the person wrote with it."""
    match reply:
        case Typed(text=text) | Pictured(caption=text) | Filed(caption=text):
            return text
    return ""


@dataclass(frozen=True)
class Incoming:
    """One message with where it came from. `account` is the person on that messenger, `chat` where to answer."""

    channel: str
    account: str
    chat: str
    name: str
    reply: Reply
    message: str = ""
    """The message whose button was tapped: the answer may take its place."""
    own: str = ""
    """The message itself, where it can be taken out of the chat again."""
    takes_back: bool = True
    """The messenger can delete what is said to this chat."""
    written_at: datetime | None = None
    """When it was first written, where it was passed on."""
    came_at: datetime | None = None
    """When it reached the bot."""
    is_followed: bool = False
    """More of the same person waits behind it."""
