"""The bot's account at Viber: who has a phone with it, what goes to them, and what the bot is told of them.

What a newcomer gets wrong: an answer with status 0 says that Viber has taken a message, not that a phone has shown it.
Text is shown at once; a picture is first fetched from the bot, and messages behind it wait for it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.faults import MEDIA_KINDS, Faults
from sandbox.pulse import Pulse
from sandbox.viber.allowance import Allowance
from sandbox.viber.courier import Courier
from sandbox.viber.drafts import MEDIA_BYTES, THUMBNAIL_BYTES, Draft, read_body, read_draft
from sandbox.viber.media import Media, Unreachable
from sandbox.viber.messages import ViberMessage, page_json
from sandbox.viber.phone import ViberPhone
from sandbox.viber.statuses import BAD_RECEIVER, NOT_REGISTERED, NOT_SUBSCRIBED, Refusal

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.world import World

Json = dict[str, Any]
URI = "sandboxbot"
KEPT_FOR_OFFLINE = timedelta(days=14)
INVALID = "message validation failed"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot; `status` is Viber's, -1 when nothing sensible was answered."""

    method: str
    params: Json
    receiver: str | None
    at: float
    status: int
    token: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Letter:
    token: int
    draft: Draft
    at: datetime


class Account:
    """One bot at Viber."""

    def __init__(
        self, world: World, token: str, faults: Faults, base_url: Callable[[], str], *, plain_http: bool = True
    ) -> None:
        self.world = world
        self.token = token
        self.name = "Sandbox Bot"
        self.id = f"pa:{5_253_986_655_490_529_213 + world.bot['id']}"
        self.courier = Courier(token, world.clock, faults)
        self.media = Media(world.clock, base_url, plain_http)
        self.allowance = Allowance(world.clock)
        self.calls: list[Call] = []
        self.phones: dict[str, ViberPhone] = {}
        self._faults = faults
        self._letters: defaultdict[str, deque[_Letter]] = defaultdict(deque)
        self._fetching: dict[str, asyncio.Task[None]] = {}

    @property
    def pending(self) -> list[Json]:
        """Events that the bot's webhook has not taken."""
        return self.courier.pending

    @property
    def arriving(self) -> bool:
        """Whether a phone still fetches what the bot has sent it."""
        return bool(self._fetching)

    @property
    def moved(self) -> Pulse:
        """Fires when there is a webhook, when an event is taken, when something fetched is shown."""
        return self.courier.moved

    # -- people --------------------------------------------------------------------------------------

    def phone(self, person: Person) -> ViberPhone:
        """The person's phone; a new one at the first call."""
        user_id = _user_id(person.id)
        if user_id not in self.phones:
            self.phones[user_id] = ViberPhone(self, person, user_id)
            self.changed(self.phones[user_id])
        return self.phones[user_id]

    def about(self, person: Person) -> Json | None:
        """The person's phone as the page shows it, or nothing if they have none."""
        phone = self.phones.get(_user_id(person.id))
        if phone is None:
            return None
        return {"id": phone.id, "subscribed": phone.subscribed, "online": phone.online}

    def receiver(self, user_id: str) -> ViberPhone:
        """Who is behind an id, if the bot may write to them."""
        phone = self.phones.get(user_id)
        if phone is None:
            raise Refusal(NOT_REGISTERED if _is_user_id(user_id) else BAD_RECEIVER)
        if not phone.subscribed:
            raise Refusal(NOT_SUBSCRIBED)
        return phone

    def changed(self, phone: ViberPhone) -> None:
        """Let the page know what it shows in the phone's head."""
        self.world.publish("viber:phone", phone.person.id, self.about(phone.person) or {})

    # -- what the bot is told ------------------------------------------------------------------------

    def tell(self, name: str, phone: ViberPhone, about: Json, answered: Callable[[bytes], None] | None = None) -> None:
        self.courier.put(name, phone.id, about, answered=answered)

    def opened(self, phone: ViberPhone, context: str) -> None:
        self._expect_webhook(phone)
        about: Json = {"message_token": self.courier.next_token(), "type": "open", "user": self._user(phone)}
        if context:
            about["context"] = context
        about["subscribed"] = phone.subscribed
        self.tell("conversation_started", phone, about, lambda answer: self._welcome(phone, answer))

    def subscribe(self, phone: ViberPhone, *, aloud: bool) -> None:
        """A first message subscribes without an event; the switch in the chat's info comes with one."""
        phone.subscribed = True
        self.changed(phone)
        if aloud:
            phone.tracking = ""
            self.tell("subscribed", phone, {"user": self._user(phone), "message_token": self.courier.next_token()})

    def unsubscribe(self, phone: ViberPhone) -> None:
        phone.subscribed = False
        self.changed(phone)
        self.tell("unsubscribed", phone, {"user_id": phone.id, "message_token": self.courier.next_token()})

    def heard(self, phone: ViberPhone, message: ViberMessage, told: Json) -> None:
        """The person has sent something."""
        self._expect_webhook(phone)
        if not phone.subscribed:
            self.subscribe(phone, aloud=False)
        self.allowance.replied(phone.id)
        if phone.tracking:
            told = {**told, "tracking_data": phone.tracking}
        about = {"message_token": message.token, "sender": self._user(phone), "message": told, "silent": message.silent}
        self.world.publish("viber:message", phone.person.id, partial(page_json, message))
        self.tell("message", phone, about, lambda answer: self._taken(phone, message))

    def inject(self, event: Json, phone: ViberPhone | None = None) -> None:
        """Send an event of any kind and content, known or not; a token is added where it has none."""
        about = {key: value for key, value in event.items() if key != "event"}
        about.setdefault("message_token", self.courier.next_token())
        self.courier.put(str(event["event"]), phone.id if phone else "", about)

    def is_media_expired(self, phone: ViberPhone) -> bool:
        """Whether a fault wants the address of what the person sends now to be dead at once."""
        return self._faults.take("message", phone.id, MEDIA_KINDS) is not None

    def _expect_webhook(self, phone: ViberPhone) -> None:
        if self.courier.hook is None:
            raise AssertionError(f"{phone.name} cannot write: the bot has no webhook, so Viber opens no chat with it")

    def _user(self, phone: ViberPhone) -> Json:
        hook = self.courier.hook
        return phone.user(name=bool(hook and hook.send_name), photo=bool(hook and hook.send_photo))

    def _taken(self, phone: ViberPhone, message: ViberMessage) -> None:
        self.world.publish("viber:taken", phone.person.id, {"id": message.id})

    # -- what the people get -------------------------------------------------------------------------

    def send(self, phone: ViberPhone, draft: Draft, token: int) -> None:
        """Put a message on its way to a phone; in the end it is shown, or a `failed` event comes."""
        self._letters[phone.id].append(_Letter(token, draft, self.world.clock.now()))
        self.arrive(phone)

    def arrive(self, phone: ViberPhone) -> None:
        """Show what waits for this phone, in order, as far as nothing has to be fetched."""
        letters = self._letters[phone.id]
        while letters and phone.online and phone.id not in self._fetching:
            letter = letters[0]
            if letter.draft.media and not letter.draft.flaw:
                self._fetching[phone.id] = asyncio.create_task(self._fetch(phone, letter))
                return
            letters.popleft()
            self._show(phone, letter, {})

    async def _fetch(self, phone: ViberPhone, letter: _Letter) -> None:
        try:
            fields = await self._fetched(letter.draft)
        except Unreachable as error:
            self._fail(phone, letter.token, f"{INVALID}: media {error}")
        else:
            self._show(phone, letter, fields)
        self._letters[phone.id].popleft()
        del self._fetching[phone.id]
        self.moved.fire()
        self.arrive(phone)

    async def _fetched(self, draft: Draft) -> Json:
        files = self.world.files
        data = await self.media.fetch(self.courier.session, draft.media, MEDIA_BYTES[draft.kind])
        if draft.thumbnail:
            await self.media.fetch(self.courier.session, draft.thumbnail, THUMBNAIL_BYTES)
        if draft.kind == "picture":
            sizes = files.add_photo(data)
            if sizes is None:
                raise Unreachable("is no picture")
            return {"photo": sizes[-1]}
        name = draft.fields.get("file_name") or draft.media.rpartition("/")[2]
        return {"document": files.add(data, name, "application/octet-stream", "documents")}

    def _show(self, phone: ViberPhone, letter: _Letter, fields: Json) -> None:
        draft = letter.draft
        if self.world.clock.now() - letter.at > KEPT_FOR_OFFLINE:
            return
        if draft.flaw:
            self._fail(phone, letter.token, f"{INVALID}: {draft.flaw}")
            return
        message = ViberMessage(
            token=letter.token,
            person=phone.person.id,
            from_bot=True,
            date=self.world.clock.now(),
            kind=draft.kind,
            sender=draft.sender or self.name,
            board=draft.keyboard,
            **draft.fields,
            **fields,
        )
        phone.tracking = draft.tracking
        phone.receive(message)
        self.world.publish("viber:message", phone.person.id, partial(page_json, message))
        for _ in range(phone.devices):
            self.tell("delivered", phone, {"message_token": letter.token, "user_id": phone.id})

    def _fail(self, phone: ViberPhone, token: int, why: str) -> None:
        self.world.publish("viber:failed", phone.person.id, {"desc": why})
        self.tell("failed", phone, {"message_token": token, "user_id": phone.id, "desc": why})

    def _welcome(self, phone: ViberPhone, answer: bytes) -> None:
        """The body of the answer to `conversation_started`, if it is a message; a bad one nobody is told of."""
        try:
            body = read_body(answer)
        except Refusal:
            return
        if not {"type", "keyboard"} & body.keys():
            return
        token = self.courier.next_token()
        try:
            self.send(phone, read_draft(body), token)
            status = 0
        except Refusal as refusal:
            status = refusal.status
        self.calls.append(Call("welcome", body, phone.id, time.monotonic(), status, token))

    async def close(self) -> None:
        for task in self._fetching.values():
            task.cancel()
        if self._fetching:
            await asyncio.wait(self._fetching.values())
        await self.courier.close()


def _user_id(number: int) -> str:
    """Sixteen bytes in base64, so with a plus or a slash in it now and then."""
    return base64.b64encode(hashlib.sha256(f"{URI}/{number}".encode()).digest()[:16]).decode()


def _is_user_id(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False
