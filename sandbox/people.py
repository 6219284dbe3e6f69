"""The people of the world, for tests: they say, show, tap, and hear.

What a newcomer gets wrong: a `Person` is somebody with a Telegram phone; the Viber phone, if there is one, is
`person.viber` and has the same verbs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.listener import Listener
from sandbox.messages import ChatMessage, Toast, command_entities

if TYPE_CHECKING:
    from sandbox.viber.phone import ViberPhone
    from sandbox.world import World

Json = dict[str, Any]


class Person(Listener[ChatMessage]):
    """One fake user with a private chat with the bot."""

    def __init__(self, world: World, number: int, name: str, language: str, telegram: bool = True) -> None:
        super().__init__()
        self.world = world
        self.id = number
        self.name = name
        self.language = language
        # Whether they have Telegram at all; some have only Viber.
        self.telegram_phone = telegram
        self.blocked = False
        # Whether their privacy settings keep links and buttons from leading to them.
        self.private = False
        self.started = False
        self.toasts: list[Toast] = []

    def __repr__(self) -> str:
        return f"<Person {self.name} {self.id}>"

    def telegram(self) -> Json:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language,
        }

    @property
    def viber(self) -> ViberPhone:
        """Their Viber phone; who asks for it gives them one."""
        return self.world.viber.phone(self)

    @property
    def chat(self) -> list[ChatMessage]:
        return list(self.world.chats[self.id].messages.values())

    def _present(self, number: int) -> ChatMessage:
        return self.world.chats[self.id].messages[number]

    # -- words -------------------------------------------------------------------------------------

    async def starts(self, payload: str = "") -> ChatMessage:
        if self.blocked:
            await self.unblocks()
        return await self.says(f"/start {payload}".rstrip())

    async def says(self, text: str) -> ChatMessage:
        return self._send(text=text, entities=command_entities(text))

    async def edits(self, message: ChatMessage, text: str) -> ChatMessage:
        changed = self.world.change(message, text=text)
        self.world.updates.put("edited_message", self.world.tell(changed))
        return changed

    async def forwards(self, *texts: str) -> list[ChatMessage]:
        """Several messages of someone else at once."""
        origin = {
            "type": "hidden_user",
            "sender_user_name": "Колега",
            "date": int(self.world.clock.now().timestamp()) - 60,
        }
        return [self._send(text=text, payload={"forward_origin": origin}) for text in texts]

    # -- taps --------------------------------------------------------------------------------------

    async def taps(self, label: str, message: ChatMessage | None = None) -> str:
        """Tap the newest button with this label; the answer is the id of the callback query."""
        chat = self.chat if message is None else [self._present(message.id)]
        visible = [m for m in reversed(chat) if m.buttons and not m.deleted]
        for shown in visible:
            for button in (button for row in shown.buttons for button in row):
                if button.label != label:
                    continue
                if not button.data:
                    raise AssertionError(f"the button {label!r} opens {button.url!r}, it does not call the bot")
                return self.world.tap(self, self.id, shown.id, button.data)
        labels = [shown.labels for shown in visible]
        raise AssertionError(f"{self.name} sees no button {label!r}; visible, newest first: {labels}")

    async def taps_data(self, data: str, message: ChatMessage | int | None = None) -> str:
        """A tap that no honest button offers now: stale, forged, or on a message that is gone."""
        target = self.last if message is None else message
        return self.world.tap(self, self.id, target if isinstance(target, int) else target.id, data)

    # -- things ------------------------------------------------------------------------------------

    async def shows_photo(self, data: bytes | None = None, caption: str = "") -> ChatMessage:
        return self._photo(data or self.world.files.draw(), caption, {})

    async def shows_album(self, n: int, caption: str = "") -> list[ChatMessage]:
        """So many drawn photos as one album; the caption stands on the first."""
        return await self.shows_photos([self.world.files.draw() for _ in range(n)], caption)

    async def shows_photos(self, pictures: list[bytes], caption: str = "") -> list[ChatMessage]:
        group = {"media_group_id": str(13_000_000_000_000 + self.world.last_seq)} if len(pictures) > 1 else {}
        return [self._photo(data, "" if index else caption, group) for index, data in enumerate(pictures)]

    def _photo(self, data: bytes, caption: str, extra: Json) -> ChatMessage:
        sizes = self.world.files.add_photo(data)
        if sizes is None:
            raise ValueError("these bytes are no picture; send them with sends_document")
        told = [{**size.telegram(), "width": size.width, "height": size.height} for size in sizes]
        return self._send(kind="photo", text=caption, photo=sizes[-1], payload={"photo": told, **extra})

    async def is_at(self, lat: float, lon: float) -> ChatMessage:
        payload = {"location": {"latitude": lat, "longitude": lon}}
        return self._send(kind="location", location=(lat, lon), payload=payload)

    async def sends_sticker(self) -> ChatMessage:
        stored = self.world.files.add(b"RIFF0000WEBP", "sticker.webp", "image/webp", "stickers")
        sticker = {
            **stored.telegram(),
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        }
        return self._send(kind="sticker", payload={"sticker": sticker})

    async def sends_voice(self) -> ChatMessage:
        stored = self.world.files.add(b"OggS" + bytes(60), "voice.oga", "audio/ogg", "voice")
        voice = {**stored.telegram(), "duration": 3, "mime_type": "audio/ogg"}
        return self._send(kind="voice", payload={"voice": voice})

    async def sends_document(self, name: str, data: bytes, caption: str = "") -> ChatMessage:
        stored = self.world.files.add(data, name, "application/octet-stream", "documents")
        told = {**stored.telegram(), "file_name": name, "mime_type": stored.mime}
        return self._send(kind="document", text=caption, document=stored, payload={"document": told})

    async def sends_contact(self) -> ChatMessage:
        contact = {"phone_number": "+359888123456", "first_name": self.name, "user_id": self.id}
        return self._send(kind="contact", payload={"contact": contact})

    # -- blocking ----------------------------------------------------------------------------------

    async def blocks(self) -> None:
        self._set_blocked(True)

    async def unblocks(self) -> None:
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        if blocked == self.blocked:
            return
        self.blocked = blocked
        self.world.publish("blocked", self.id, {"blocked": blocked})
        states = [
            {"user": self.world.bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}
            for status in (("member", "kicked") if blocked else ("kicked", "member"))
        ]
        self.world.updates.put(
            "my_chat_member",
            {
                "chat": self.world.chats[self.id].about,
                "from": self.telegram(),
                "date": int(self.world.clock.now().timestamp()),
                "old_chat_member": states[0],
                "new_chat_member": states[1],
            },
        )

    def _send(self, **fields: Any) -> ChatMessage:
        if not self.telegram_phone:
            raise AssertionError(f"{self.name} has no Telegram")
        if self.blocked:
            raise AssertionError(f"{self.name} has blocked the bot and cannot write to it")
        self.started = True
        return say(self.world, self.id, self, **fields)


class Group:
    """A group chat with the bot in it."""

    def __init__(self, world: World, number: int, name: str, people: list[Person]) -> None:
        self.world = world
        self.id = number
        self.name = name
        self.people = people

    @property
    def chat(self) -> list[ChatMessage]:
        return list(self.world.chats[self.id].messages.values())

    async def says(self, person: Person, text: str) -> ChatMessage:
        return say(self.world, self.id, person, text=text, entities=command_entities(text))


def say(world: World, chat_id: int, person: Person, **fields: Any) -> ChatMessage:
    """Put a person's message into a chat and tell the bot."""
    message = world.add(world.chats[chat_id], person.telegram(), **fields)
    world.updates.put("message", world.tell(message))
    return message
