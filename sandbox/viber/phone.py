"""A person's Viber phone, for tests: it has the verbs of the Telegram person, as far as Viber goes.

What a newcomer gets wrong: a tap is no event of its own. A button of the keyboard comes back to the bot as an ordinary
text message with its ActionBody, and only the keyboard of the newest message can be tapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.files import StoredFile
from sandbox.listener import Listener
from sandbox.viber.keyboards import Key, Keyboard
from sandbox.viber.messages import ViberMessage

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.viber.account import Account

Json = dict[str, Any]
# The square of Liberty in Ruse: where somebody is who picks a place without moving the map.
HERE = (43.84768, 25.95432)
COUNTRY = "BG"
LANGUAGES = {"en": "en-GB", "bg": "bg-BG"}


class ViberPhone(Listener[ViberMessage]):
    """One chat with the bot on one phone; made by `person.viber`."""

    def __init__(self, account: Account, person: Person, user_id: str) -> None:
        super().__init__()
        self.account = account
        self.person = person
        self.name = person.name
        self.id = user_id
        self.number = "359888" + f"{person.id % 1_000_000:06d}"
        self.subscribed = False
        self.online = True
        # One `delivered` comes from each.
        self.devices = 1
        self.api_version = 10
        # Comes back with the next reply.
        self.tracking = ""
        self._messages: dict[int, ViberMessage] = {}
        self._unread = 0

    def __repr__(self) -> str:
        return f"<ViberPhone {self.name} {self.id}>"

    # -- what the person sees ------------------------------------------------------------------------

    @property
    def chat(self) -> list[ViberMessage]:
        return list(self._messages.values())

    def _present(self, number: int) -> ViberMessage:
        return self._messages[number]

    @property
    def board(self) -> Keyboard:
        """The keyboard now shown: that of the bot's newest message, so a message without one takes it away."""
        return next((m.board for m in reversed(self.chat) if m.from_bot), Keyboard())

    @property
    def keyboard(self) -> list[list[str]]:
        """Its labels, row by row."""
        return self.board.labels

    @property
    def labels(self) -> list[str]:
        return [key.label for key in self.board.keys]

    def receive(self, message: ViberMessage) -> None:
        """A message of the bot has reached this phone."""
        self._messages[message.token] = message
        self._unread = message.token
        self.bot_spoke(message.token)

    async def reads(self) -> None:
        """Look at the chat: one `seen` for everything unread."""
        if self._unread:
            token, self._unread = self._unread, 0
            self.account.tell("seen", self, {"message_token": token, "user_id": self.id})

    # -- opening and leaving -------------------------------------------------------------------------

    async def starts(self, payload: str = "") -> None:
        """Open the chat by the bot's deep link with this context; the bot's welcome is heard as any message."""
        self.account.opened(self, payload)

    async def subscribes(self) -> None:
        """The switch in the chat's info; Viber forgets what the bot has tracked so far."""
        if not self.subscribed:
            self.account.subscribe(self, aloud=True)

    async def unsubscribes(self) -> None:
        if self.subscribed:
            self.account.unsubscribe(self)

    async def goes_offline(self) -> None:
        """Messages wait, up to fourteen days, and nothing is delivered."""
        self.online = False
        self.account.changed(self)

    async def comes_online(self) -> None:
        self.online = True
        self.account.changed(self)
        self.account.arrive(self)

    # -- words and taps ------------------------------------------------------------------------------

    async def says(self, text: str) -> ViberMessage:
        if self.board.field == "hidden":
            raise AssertionError(f"{self.name} cannot write: the keyboard hides the field; it offers {self.labels}")
        return await self._sends("text", {"text": text}, text=text)

    async def taps(self, label: str, at: tuple[float, float] = HERE) -> ViberMessage | None:
        """Tap the button with this label; the answer is what the bot gets, if it gets anything."""
        cards = [key for m in reversed(self.chat) if m.from_bot for key in m.cards.keys]
        for key in (*self.board.keys, *cards):
            if key.label == label:
                return await self._press(key, at)
        raise AssertionError(f"{self.name} sees no button {label!r}; the keyboard now: {self.labels}")

    async def taps_data(self, data: str) -> ViberMessage:
        """A tap that no keyboard offers now: made just before a new one came, or forged."""
        return await self._sends("text", {"text": data}, text=data)

    async def _press(self, key: Key, at: tuple[float, float]) -> ViberMessage | None:
        match key.action:
            case "none":
                return None
            case "location-picker":
                return await self.is_at(*at)
            case "share-phone":
                return await self.sends_contact()
            case _:
                # Opening an address tells the bot too: its reply is the address.
                return await self._sends("text", {"text": key.data}, text=key.data, silent=key.silent)

    # -- things --------------------------------------------------------------------------------------

    async def shows_photo(self, data: bytes | None = None, caption: str = "") -> ViberMessage:
        files = self.account.world.files
        sizes = files.add_photo(data or files.draw())
        if sizes is None:
            raise ValueError("these bytes are no picture; send them with sends_document")
        told = self._media(sizes[-1], "picture")
        thumbnail = {"thumbnail": self.account.media.address(sizes[0])}
        return await self._sends("picture", {**told, **thumbnail, "text": caption}, text=caption, photo=sizes[-1])

    async def shows_album(self, n: int, caption: str = "") -> list[ViberMessage]:
        """So many drawn photos one after the other: to a bot Viber has no albums."""
        return await self.shows_photos([self.account.world.files.draw() for _ in range(n)], caption)

    async def shows_photos(self, pictures: list[bytes], caption: str = "") -> list[ViberMessage]:
        return [await self.shows_photo(data, "" if index else caption) for index, data in enumerate(pictures)]

    async def is_at(self, lat: float, lon: float) -> ViberMessage:
        return await self._sends("location", {"location": {"lat": lat, "lon": lon}}, location=(lat, lon))

    async def sends_sticker(self) -> ViberMessage:
        return await self._sends("sticker", {"sticker_id": 46105}, sticker="46105")

    async def sends_contact(self, name: str = "", number: str = "") -> ViberMessage:
        """Their own, unless told otherwise."""
        contact = {"name": name or self.name, "phone_number": number or self.number}
        return await self._sends("contact", {"contact": contact}, contact=contact)

    async def sends_video(self, data: bytes = b"\x00\x00\x00\x18ftypmp42", caption: str = "") -> ViberMessage:
        stored = self.account.world.files.add(data, "video.mp4", "video/mp4", "videos")
        told = {**self._media(stored, "video"), "duration": 3, "text": caption}
        return await self._sends("video", told, text=caption, document=stored)

    async def sends_document(self, name: str, data: bytes, caption: str = "") -> ViberMessage:
        """The documentation says that people cannot; their phones do it nevertheless."""
        stored = self.account.world.files.add(data, name, "application/octet-stream", "documents")
        return await self._sends(
            "file", {**self._media(stored, "file"), "text": caption}, text=caption, document=stored
        )

    async def sends_url(self, address: str) -> ViberMessage:
        return await self._sends("url", {"media": address, "text": address}, text=address)

    def _media(self, stored: StoredFile, kind: str) -> Json:
        expired = self.account.is_media_expired(self)
        return {
            "media": self.account.media.address(stored, expired=expired),
            "file_name": stored.name,
            "size": len(stored.data),
        }

    async def _sends(self, kind: str, told: Json, *, silent: bool = False, **fields: Any) -> ViberMessage:
        await self.reads()
        message = ViberMessage(
            token=self.account.courier.next_token(),
            person=self.person.id,
            from_bot=False,
            date=self.account.world.clock.now(),
            kind=kind,
            sender=self.name,
            silent=silent,
            **fields,
        )
        self.account.heard(self, message, {"type": kind, **told})
        self._messages[message.token] = message
        return message

    # -- as the bot is told of them ------------------------------------------------------------------

    def user(self, *, name: bool, photo: bool) -> Json:
        """The user object of an event; without leave of the bot to know the name, Viber puts a placeholder."""
        told: Json = {"id": self.id, "name": self.name if name else "Subscriber"}
        if photo:
            told["avatar"] = f"https://media-direct.cdn.viber.example/download_photo?dlid={self.person.id}"
        language = LANGUAGES.get(self.person.language, self.person.language)
        return {**told, "country": COUNTRY, "language": language, "api_version": self.api_version}

    def details(self) -> Json:
        return {
            **self.user(name=True, photo=True),
            "primary_device_os": "android 14",
            "viber_version": "24.6.0",
            "mcc": 284,
            "mnc": 1,
            "device_type": "Pixel 7",
        }
