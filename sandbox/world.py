"""The world behind the messenger: people, chats, messages, and what the bot is told of them.

What a newcomer gets wrong: the world has one bot; a person's private chat has the person's own id.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.clock import WorldClock
from sandbox.errors import ApiError, bad_request
from sandbox.files import Files
from sandbox.messages import ChatMessage, Toast, page_json, telegram_json
from sandbox.people import Group, Person
from sandbox.pulse import Pulse
from sandbox.telegram.updates import Updates
from sandbox.viber.account import Account

__all__ = ["Chat", "Event", "World", "WorldClock"]

Json = dict[str, Any]
QUERY_LIFE = timedelta(minutes=15)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the page or a waiting test wants to know at once."""

    seq: int
    kind: str
    chat_id: int | None
    # Told only when somebody reads it: most events are read by nobody.
    tell: Callable[[], Json]

    @property
    def data(self) -> Json:
        return self.tell()


@dataclass(frozen=True, slots=True)
class _Query:
    person: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation; the list of its messages grows, the chat itself stays."""

    id: int
    about: Json
    messages: dict[int, ChatMessage] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))


class World:
    """Everything that exists in one sandbox."""

    # Set by the sandbox, which knows its token and its own address.
    viber: Account

    def __init__(self, bot_id: int, clock: WorldClock | None = None) -> None:
        self.clock = clock or WorldClock()
        self.files = Files()
        self.bot: Json = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "Sandbox Bot",
            "username": "sandbox_bot",
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(self._acknowledged)
        # By scope and language, and by name and language.
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.events: deque[Event] = deque(maxlen=2000)
        self.changed = Pulse()
        self._ids = itertools.count(700_001)
        self._group_ids = itertools.count(1_001)
        self._seq = itertools.count(1)
        self._query_ids = itertools.count(4_400_000_000_001)
        self._queries: dict[str, _Query] = {}
        self.clock.subscribe(self._clock_moved)

    # -- people and chats --------------------------------------------------------------------------

    def person(self, name: str, language: str = "bg", *, telegram: bool = True) -> Person:
        """A new person who has not yet started the bot; `person.viber` gives a Viber phone, beside or instead."""
        number = next(self._ids)
        person = Person(self, number, name, language, telegram)
        self.people[number] = person
        self.chats[number] = Chat(number, {"id": number, "first_name": name, "type": "private"})
        self.publish("person", number, {"id": number, "name": name, "language": language, "telegram": telegram})
        return person

    def group(self, name: str, *people: Person) -> Group:
        number = -next(self._group_ids)
        self.chats[number] = Chat(number, {"id": number, "title": name, "type": "group"})
        return Group(self, number, name, list(people))

    def inject(self, raw: Json) -> int:
        """Queue a raw update; without `update_id` it gets the next one, with an old one it is a duplicate."""
        return self.updates.inject(raw)

    @property
    def pending(self) -> list[Json]:
        """Updates that the bot has not acknowledged."""
        return self.updates.pending

    def chat_for_bot(self, chat_id: int | None) -> Chat:
        """The chat, if the bot may write there."""
        chat = self.chats.get(chat_id) if chat_id is not None else None
        if chat is None:
            raise bad_request("chat not found")
        person = self.people.get(chat.id)
        if person is not None and person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if person is not None and not person.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    # -- messages ----------------------------------------------------------------------------------

    def tell(self, message: ChatMessage) -> Json:
        return telegram_json(message, self.chats[message.chat_id].about)

    def add(self, chat: Chat, sender: Json, **fields: Any) -> ChatMessage:
        """Put a new message into a chat, from a person or from the bot."""
        message = ChatMessage(
            id=next(chat.numbers),
            chat_id=chat.id,
            sender=sender,
            from_bot=bool(sender["is_bot"]),
            date=self.clock.now(),
            **fields,
        )
        chat.messages[message.id] = message
        self._announce("message", message)
        return message

    def change(self, message: ChatMessage, **fields: Any) -> ChatMessage:
        """Put the edited message in the place of the old one."""
        changed = replace(message, edited_at=self.clock.now(), **fields)
        self.chats[message.chat_id].messages[message.id] = changed
        self._announce("edited", changed)
        return changed

    def delete(self, message: ChatMessage) -> None:
        gone = replace(message, deleted=True)
        self.chats[message.chat_id].messages[message.id] = gone
        self.publish("deleted", message.chat_id, {"id": message.id})

    def find(self, chat_id: int, message_id: int) -> ChatMessage | None:
        chat = self.chats.get(chat_id)
        message = chat.messages.get(message_id) if chat else None
        return None if message is None or message.deleted else message

    def _announce(self, kind: str, message: ChatMessage) -> None:
        person = self.people.get(message.chat_id)
        if person is not None and message.from_bot:
            person.bot_spoke(message.id)
        self.publish(kind, message.chat_id, partial(page_json, message))

    # -- taps --------------------------------------------------------------------------------------

    def tap(self, person: Person, chat_id: int, message_id: int, data: str) -> str:
        """Tell the bot of a tapped button; the message may be gone or never have had such a button."""
        query_id = str(next(self._query_ids))
        self._queries[query_id] = _Query(person, self.clock.now())
        message = self.find(chat_id, message_id)
        about = self.chats[chat_id].about
        told = self.tell(message) if message else {"chat": about, "message_id": message_id, "date": 0}
        self.updates.put(
            "callback_query",
            {
                "id": query_id,
                "from": person.telegram(),
                "message": told,
                "chat_instance": str(-8_000_000_000_000 - chat_id),
                "data": data,
            },
        )
        return query_id

    def answer(self, query_id: str, text: str, alert: bool) -> None:
        query = self._queries.get(query_id)
        if query is None or self.clock.now() - query.at > QUERY_LIFE:
            raise bad_request(QUERY_TOO_OLD)
        query.person.toasts.append(Toast(text, alert, query_id))
        self.publish("toast", query.person.id, {"text": text, "alert": alert, "query_id": query_id})

    # -- events ------------------------------------------------------------------------------------

    def publish(self, kind: str, chat_id: int | None, data: Json | Callable[[], Json]) -> None:
        self.events.append(Event(next(self._seq), kind, chat_id, data if callable(data) else lambda: data))
        self.changed.fire()

    def events_after(self, seq: int) -> list[Event]:
        # Their numbers have no gaps, so the newest ones are as many as the numbers are apart.
        newest = itertools.islice(reversed(self.events), max(0, self.last_seq - seq))
        return list(newest)[::-1]

    @property
    def last_seq(self) -> int:
        return self.events[-1].seq if self.events else 0

    def _clock_moved(self) -> None:
        self.publish("clock", None, {"offset_seconds": self.clock.offset.total_seconds()})

    def _acknowledged(self, update: Json) -> None:
        message = update.get("message")
        if isinstance(message, dict) and "message_id" in message and "chat" in message:
            self.publish("seen", message["chat"]["id"], {"id": message["message_id"]})
