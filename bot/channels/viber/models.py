"""What Viber tells us, typed. Fields and kinds of events that are not known here are let through and ignored.

What a newcomer gets wrong: `message_token` is a 64-bit integer. Python's JSON keeps it exact; a float would not.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Json = dict[str, Any]


class User(BaseModel):
    id: str
    name: str = ""
    language: str = ""


class Location(BaseModel):
    lat: float
    lon: float


class Said(BaseModel):
    """What a person sent; `media` of a picture can be fetched for one hour."""

    type: str
    text: str = ""
    media: str = ""
    file_name: str = ""
    size: int = 0
    location: Location | None = None


class Callback(BaseModel):
    """One event. `user` opens the chat or subscribes, `sender` writes, of everything else there is only `user_id`."""

    event: str
    timestamp: int = 0
    """Milliseconds since 1970."""
    message_token: int = 0
    user: User | None = None
    sender: User | None = None
    user_id: str = ""
    context: str = ""
    subscribed: bool = False
    desc: str = ""
    message: Said | None = None


class Answer(BaseModel):
    """Every answer is HTTP 200; only `status` tells how it went."""

    status: int
    status_message: str = ""


class Sent(Answer):
    """`billing_status` 5 is a message that is charged."""

    message_token: int = 0
    billing_status: int = 0


class Account(Answer):
    name: str = ""
    uri: str = ""
    webhook: str = ""
    event_types: list[str] = []


def person_of(raw: Json) -> str:
    """Who an event is from, readable also when nothing else of it is."""
    for name in ("sender", "user"):
        about = raw.get(name)
        if isinstance(about, dict) and about.get("id"):
            return str(about["id"])
    return str(raw.get("user_id") or "")
