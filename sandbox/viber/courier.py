"""Events on their way to the bot's webhook: signed, tried again until it answers 200, lost after an hour.

What is known (see decision 24): Viber waits five seconds for the 200 and tries "several times for an hour". Whether one
event waits for another is nowhere said. Here the events of one person come in order, one after the other, and people do
not wait for each other; the fault `reordered` breaks the order where a test wants it broken.

What a newcomer gets wrong: the hour is the world's, the pauses between tries are real and short. A jump of the clock
wakes every waiting try, and what is older than an hour then is in `lost`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from yarl import URL

from sandbox.clock import WorldClock
from sandbox.faults import EVENT_KINDS, Fault, Faults
from sandbox.pulse import Pulse

Json = dict[str, Any]
MANDATORY = frozenset({"subscribed", "unsubscribed", "message"})
# In the order of the answers on record.
EVENT_TYPES = (
    "subscribed",
    "unsubscribed",
    "webhook",
    "conversation_started",
    "client_status",
    "action",
    "delivered",
    "failed",
    "message",
    "seen",
)
LOST_AFTER = timedelta(hours=1)
ANSWER_WITHIN = 5.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
# Neighbours in the 64 bits: whoever keeps a token as a double takes them for one and the same.
FIRST_TOKEN = 4_912_661_846_655_238_145


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the bot wants its events, which ones, and what of the people stands in them."""

    url: str
    event_types: tuple[str, ...]
    send_name: bool = False
    send_photo: bool = False

    def wants(self, name: str) -> bool:
        """Kinds that nobody has heard of come to everybody."""
        return name in self.event_types or name not in EVENT_TYPES


@dataclass(frozen=True, slots=True)
class Event:
    """One event with the bytes that go out and the signature over exactly these."""

    name: str
    person: str
    token: int
    body: bytes
    signature: str
    born: datetime
    not_before: datetime
    # Takes the body of the answer; called once, with the 200.
    answered: Callable[[bytes], None] | None = None
    after_the_next: bool = False
    # Forged or replayed: sent once, whatever the bot makes of it.
    foul: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One try: `status` is what the bot answered, 0 when it answered nothing in time."""

    name: str
    person: str
    token: int
    status: int
    foul: str = ""


class Courier:
    """Carries every event of one bot; a lane for each person."""

    def __init__(self, token: str, clock: WorldClock, faults: Faults) -> None:
        self.hook: Hook | None = None
        # Seconds that a webhook has to answer; a test of a slow bot may shorten them.
        self.answer_within = ANSWER_WITHIN
        self.posts: list[Post] = []
        self.lost: list[Json] = []
        # Fires when the bot has a webhook, and whenever an event has left its lane.
        self.moved = Pulse()
        self._secret = token.encode()
        self._clock = clock
        self._faults = faults
        self._tokens = itertools.count(FIRST_TOKEN)
        self._lanes: dict[str, deque[Event]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._last: dict[str, Event] = {}
        self._jumped = Pulse()
        self._came = Pulse()
        self._session: aiohttp.ClientSession | None = None
        clock.subscribe(self._jumped.fire)
        clock.subscribe(self._came.fire)

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    @property
    def pending(self) -> list[Json]:
        """Events that the webhook has not taken."""
        return [json.loads(event.body) for lane in self._lanes.values() for event in lane if not event.foul]

    def next_token(self) -> int:
        return next(self._tokens)

    def timestamp(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    # -- making events -------------------------------------------------------------------------------

    def put(
        self,
        name: str,
        person: str,
        about: Json,
        *,
        answered: Callable[[bytes], None] | None = None,
    ) -> None:
        """Queue an event, if the bot has a webhook and wants this kind; faults planned for it strike now."""
        if self.hook is None or not self.hook.wants(name):
            return
        fault = self._faults.take(name, person, EVENT_KINDS)
        event = self._event(name, person, about, fault, answered)
        lane = self._lanes.setdefault(person, deque())
        lane.extend(self._with_company(event, fault))
        self._last[person] = event
        self._came.fire()
        if person not in self._workers:
            self._workers[person] = asyncio.create_task(self._work(person, lane))

    async def put_first(self, name: str, person: str, about: Json) -> None:
        """Send an event past all that wait, and return when the bot has answered."""
        if self.hook is not None and self.hook.wants(name):
            await self._post(self._event(name, person, about), self.hook.url)

    async def knock(self, url: str) -> int:
        """Ask a new webhook whether it is there; the HTTP status, 0 for none."""
        event = self._event("webhook", "", {"message_token": self.next_token()})
        return (await self._post(event, url))[0]

    def _event(
        self,
        name: str,
        person: str,
        about: Json,
        fault: Fault | None = None,
        answered: Callable[[bytes], None] | None = None,
    ) -> Event:
        kind = fault.kind if fault else ""
        seconds = fault.seconds if fault else 0.0
        skew = int(seconds * 1000) if kind == "clock_skew" else 0
        told = {"event": name, "timestamp": self.timestamp() + skew, "chat_hostname": "SN-CALLBACK-04_", **about}
        now = self._clock.now()
        body = json.dumps(told, separators=(",", ":")).encode()
        return Event(
            name,
            person,
            about["message_token"],
            body,
            self._sign(body),
            now,
            now + timedelta(seconds=seconds) if kind in ("undelivered", "reordered") else now,
            answered,
            after_the_next=kind == "reordered",
        )

    def _with_company(self, event: Event, fault: Fault | None) -> list[Event]:
        """The event with what a fault sends beside it."""
        match fault.kind if fault else "":
            case "duplicate":
                return [event, replace(event, answered=None)]
            case "forged":
                token = self.next_token()
                changed = {**json.loads(event.body), "message_token": token}
                body = json.dumps(changed, separators=(",", ":")).encode()
                return [replace(event, body=body, token=token, answered=None, foul="forged"), event]
            case "replayed" if event.person in self._last:
                return [replace(self._last[event.person], answered=None, foul="replayed"), event]
            case _:
                return [event]

    def _sign(self, body: bytes) -> str:
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()

    # -- carrying them -------------------------------------------------------------------------------

    async def _work(self, person: str, lane: deque[Event]) -> None:
        while lane:
            event = lane[0]
            if event.after_the_next:
                await self._overtaken(lane)
                continue
            await self._deliver(event)
            lane.popleft()
            self.moved.fire()
        del self._workers[person]

    async def _overtaken(self, lane: deque[Event]) -> None:
        """The first waits for the next one and goes behind it, or goes alone when none comes in time."""
        event = lane[0]
        while len(lane) == 1 and (left := (event.not_before - self._clock.now()).total_seconds()) > 0:
            await self._came.wait(left)
        lane.popleft()
        lane.insert(1, replace(event, after_the_next=False, not_before=event.born))

    async def _deliver(self, event: Event) -> None:
        pause = FIRST_PAUSE
        while True:
            if (early := (event.not_before - self._clock.now()).total_seconds()) > 0:
                await self._jumped.wait(early)
                continue
            if self._clock.now() - event.born >= LOST_AFTER:
                self.lost.append(json.loads(event.body))
                return
            status, answer = await self._post(event, self.hook.url if self.hook else "")
            if status == 200 or event.foul:
                break
            await self._jumped.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        if event.answered is not None:
            event.answered(answer)

    async def _post(self, event: Event, url: str) -> tuple[int, bytes]:
        """One try. The signature goes into the address too, as Viber does it: its own Node library reads it there."""
        headers = {"Content-Type": "application/json", "X-Viber-Content-Signature": event.signature}
        address = URL(url).update_query(sig=event.signature)
        timeout = aiohttp.ClientTimeout(total=self.answer_within)
        try:
            async with self.session.post(
                address, data=event.body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                status, body = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            status, body = 0, b""
        self.posts.append(Post(event.name, event.person, event.token, status, event.foul))
        return status, body

    def set(self, hook: Hook) -> None:
        """Send events there from now on, those that wait at once."""
        self.hook = hook
        self._jumped.fire()
        self.moved.fire()

    def unset(self) -> None:
        """Forget the webhook and everything that waits for it."""
        self.hook = None
        self._lanes.clear()
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()

    async def close(self) -> None:
        workers = list(self._workers.values())
        self.unset()
        if workers:
            await asyncio.wait(workers)
        if self._session is not None:
            await self._session.close()
            self._session = None
