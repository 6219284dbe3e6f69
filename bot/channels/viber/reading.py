"""Viber's events: what a person did, and when.

What a newcomer gets wrong: a tapped button comes back as an ordinary text message that holds the button's body.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.channels import buttons
from bot.channels.channel import Event, Lost, Reach, Unknown
from bot.channels.viber.models import Callback, Json, Said
from casework import privacy
from casework.records import Photo, Place
from handlers.engine.replies import Filed, Incoming, Located, Pictured, Reply, Typed, Unreadable

CHANNEL = "viber"
MARK = privacy.TAP
"""The first character of every button's body; nobody types it."""
ALLOWED = ["conversation_started", "failed"]
"""`message`, `subscribed` and `unsubscribed` come in any case; `delivered` and `seen` would only be more to store."""
KNOWN = ("message", "subscribed", "unsubscribed", "failed")
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
OLDEST = timedelta(days=14)
"""So long Viber keeps what a phone could not send or get (creators-hub, read 24.11.2026)."""


def read(raw: Json, received_at: datetime) -> tuple[Event, datetime]:
    """What happened and when it was sent. Raises pydantic.ValidationError on nonsense."""
    if raw.get("event") not in KNOWN:
        return Unknown(), received_at
    told = Callback.model_validate(raw)
    return _event(told), _sent_at(told, received_at)


def _event(told: Callback) -> Event:
    match told:
        case Callback(event="message", sender=sender, message=said) if sender and said:
            reply = _reply(said, told.message_token)
            return Incoming(CHANNEL, sender.id, sender.id, sender.name, reply, takes_back=False)
        case Callback(event="subscribed", user=user) if user:
            return Reach(user.id, reachable=True)
        case Callback(event="unsubscribed"):
            return Reach(told.user_id, reachable=False)
        case Callback(event="failed"):
            return Lost(str(told.message_token), told.desc)
    return Unknown()


def _sent_at(told: Callback, received_at: datetime) -> datetime:
    """Their clock as far as it can be right: never in the future, never older than they keep anything."""
    # In whole milliseconds until it is near: a number of theirs may be larger than any date.
    latest = int(received_at.timestamp() * 1000)
    said = max(latest - OLDEST // timedelta(milliseconds=1), min(told.timestamp, latest))
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=said)


def _reply(said: Said, token: int) -> Reply:
    match said.type:
        case "text" | "url" if said.text.startswith(MARK):
            return buttons.read(said.text.removeprefix(MARK))
        case "text" | "url" if said.text or said.media:
            return Typed(said.text or said.media)
        case "location" if said.location:
            return Located(Place(said.location.lat, said.location.lon))
    if said.type == "file" and said.media and not said.file_name.casefold().endswith(PICTURES):
        return Filed(said.media, said.file_name, said.size, caption=said.text)
    if said.media and (said.type == "picture" or said.file_name.casefold().endswith(PICTURES)):
        return Pictured(Photo(CHANNEL, said.media, str(token)), said.text)
    return Unreadable(said.type)
