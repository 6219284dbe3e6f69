"""The JSON side: drive the people over HTTP, from the page or from another process.

    GET  /sandbox/people                       everyone, the bot, whether it speaks Viber, the commands
    POST /sandbox/people                       {"name", "language", "phones": ["telegram", "viber"]}
    POST /sandbox/people/{id}/messages         one of the following, or multipart: photo…, document…, caption
           {"text"} | {"photos": n, "caption"} | {"photo_base64", "caption"} | {"location": {"lat", "lon"}}
           {"sticker": true} | {"voice": true} | {"contact": true} | {"document": {"name", "base64"}}
           {"start": payload} | {"edit": message_id, "text"} | {"forwards": [text, …]}
    POST /sandbox/people/{id}/taps             {"label"} | {"label", "message_id"} | {"data", "message_id"}
    PUT  /sandbox/people/{id}/blocked          {"blocked": true | false}
    GET  /sandbox/people/{id}/chat             {"messages", "toasts", "seq"}
    GET  /sandbox/people/{id}/wait?after=N&timeout=5     the bot's events to this person after event N
    POST /sandbox/updates                      a raw update, as it is
    GET  /sandbox/events                       server-sent events; `Last-Event-ID` or ?after=N to go on
    GET  /sandbox/clock                        {"now", "local", "zone", "offset_seconds"}
    POST /sandbox/clock                        {"move_seconds"} | {"to": iso} | {"tomorrow": "07:59"}
    POST /sandbox/faults                       the fields of `Fault`; GET lists the unused ones
    GET  /sandbox/calls, GET /sandbox/pending  what the bot called; what it has not acknowledged
    GET  /sandbox/files/{path}                 the bytes of a photo or document

The same for Viber phones is in `sandbox/viber/users.py`.

What a newcomer gets wrong: `seq` numbers events, not messages; take it from `chat` before acting, then
`wait?after=` it, and nothing is missed in between.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.faults import Fault, Faults
from sandbox.forms import Sent, send
from sandbox.messages import ChatMessage, page_json
from sandbox.params import Params, read_params
from sandbox.people import Person
from sandbox.telegram.account import menu
from sandbox.telegram.api import Call
from sandbox.world import Event, World

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ZONE = ZoneInfo("Europe/Sofia")
BOT_EVENTS = frozenset({"message", "edited", "deleted", "toast"})
# Keeps proxies and browsers from giving up on a silent stream.
HEARTBEAT_SECONDS = 15.0


class UserApi:
    """Everything under `/sandbox/`."""

    def __init__(self, world: World, faults: Faults, calls: list[Call]) -> None:
        self._world = world
        self._faults = faults
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        person = "/sandbox/people/{id}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/sandbox/people", self.people),
            ("POST", "/sandbox/people", self.new_person),
            ("POST", f"{person}/messages", self.message),
            ("POST", f"{person}/taps", self.tap),
            ("PUT", f"{person}/blocked", self.blocked),
            ("GET", f"{person}/chat", self.chat),
            ("GET", f"{person}/wait", self.wait),
            ("POST", "/sandbox/updates", self.inject),
            ("GET", "/sandbox/events", self.events),
            ("GET", "/sandbox/clock", self.clock),
            ("POST", "/sandbox/clock", self.move_clock),
            ("GET", "/sandbox/faults", self.faults),
            ("POST", "/sandbox/faults", self.add_fault),
            ("GET", "/sandbox/calls", self.calls),
            ("GET", "/sandbox/pending", self.pending),
            ("GET", "/sandbox/files/{path:.+}", self.file),
        ]
        return [web.route(verb, path, told(handler)) for verb, path, handler in table]

    def _person(self, request: web.Request) -> Person:
        number = request.match_info["id"]
        person = self._world.people.get(int(number)) if number.isdigit() else None
        if person is None:
            raise ApiError(404, f"nobody has the id {number}")
        return person

    async def people(self, request: web.Request) -> web.StreamResponse:
        people = [self._about(person) for person in self._world.people.values()]
        viber = self._world.viber.courier.hook is not None
        return web.json_response(
            {"people": people, "bot": self._world.bot, "viber": viber, "seq": self._world.last_seq}
        )

    async def new_person(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        phones = body.get("phones", ["telegram"])
        if not phones or not set(phones) <= {"telegram", "viber"}:
            raise ApiError(400, "phones is a list of telegram and viber")
        person = self._world.person(str(body["name"]), str(body.get("language", "bg")), telegram="telegram" in phones)
        if "viber" in phones:
            self._world.viber.phone(person)
        return web.json_response(self._about(person), status=201)

    def _about(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "language": person.language,
            "started": person.started,
            "blocked": person.blocked,
            "commands": menu(self._world, person.language),
            "telegram": person.telegram_phone,
            "viber": self._world.viber.about(person),
        }

    async def message(self, request: web.Request) -> web.StreamResponse:
        sent = await _send(self._person(request), await read_params(request))
        messages = [page_json(message) for message in sent if isinstance(message, ChatMessage)]
        return web.json_response({"messages": messages}, status=201)

    async def tap(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        body = await request.json()
        number = body.get("message_id")
        if "data" in body:
            query = await person.taps_data(str(body["data"]), None if number is None else int(number))
        else:
            shown = None if number is None else self._world.find(person.id, int(number))
            if number is not None and shown is None:
                raise ApiError(404, f"no message {number} in this chat")
            query = await person.taps(str(body["label"]), shown)
        return web.json_response({"query_id": query}, status=201)

    async def blocked(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        body = await request.json()
        await (person.blocks() if body["blocked"] else person.unblocks())
        return web.json_response(self._about(person))

    async def chat(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        return web.json_response(
            {
                "messages": [page_json(message) for message in person.chat],
                "toasts": [asdict(toast) for toast in person.toasts],
                "seq": self._world.last_seq,
            }
        )

    async def wait(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        return await wait_for(request, self._world, lambda event: event.chat_id == person.id and _from_bot(event))

    async def inject(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"update_id": self._world.inject(await request.json())}, status=201)

    async def events(self, request: web.Request) -> web.StreamResponse:
        after = int(request.headers.get("Last-Event-ID") or request.query.get("after") or self._world.last_seq)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        await stream.write(b": hello\n\n")
        while True:
            for event in self._world.events_after(after):
                after = event.seq
                line = json.dumps(_event_json(event), ensure_ascii=False)
                await stream.write(f"id: {event.seq}\ndata: {line}\n\n".encode())
            # Nothing may have been awaited since the look, or an event would be slept through.
            if self._world.last_seq <= after and not await self._world.changed.wait(HEARTBEAT_SECONDS):
                await stream.write(b": still here\n\n")

    async def clock(self, request: web.Request) -> web.StreamResponse:
        now = self._world.clock.now()
        return web.json_response(
            {
                "now": now.isoformat(),
                "local": now.astimezone(ZONE).isoformat(),
                "zone": ZONE.key,
                "offset_seconds": self._world.clock.offset.total_seconds(),
            }
        )

    async def move_clock(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        clock = self._world.clock
        if "move_seconds" in body:
            clock.move(timedelta(seconds=float(body["move_seconds"])))
        elif "to" in body:
            moment = datetime.fromisoformat(str(body["to"]))
            clock.move_to(moment if moment.tzinfo else moment.replace(tzinfo=ZONE))
        else:
            hour, minute = (int(part) for part in str(body["tomorrow"]).split(":"))
            tomorrow = clock.now().astimezone(ZONE).date() + timedelta(days=1)
            clock.move_to(datetime(tomorrow.year, tomorrow.month, tomorrow.day, hour, minute, tzinfo=ZONE))
        return await self.clock(request)

    async def faults(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([asdict(fault) for fault in self._faults.unused()])

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        fault = Fault(**await request.json())
        self._faults.add(fault)
        return web.json_response(asdict(fault), status=201)

    async def calls(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([asdict(call) for call in self._calls])

    async def pending(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._world.pending)

    async def file(self, request: web.Request) -> web.StreamResponse:
        stored = self._world.files.by_path(request.match_info["path"])
        if stored is None:
            raise ApiError(404, "no such file")
        return web.Response(body=stored.data, content_type=stored.mime)


async def _send(person: Person, form: Params) -> Sent:
    """What only Telegram has, then what both messengers have."""
    values = form.values
    if "forwards" in values:
        return await person.forwards(*values["forwards"])
    if "edit" in values:
        message = person.world.find(person.id, int(values["edit"]))
        if message is None:
            raise ApiError(404, "no such message")
        return [await person.edits(message, form.text("text"))]
    if values.get("voice"):
        return [await person.sends_voice()]
    return await send(person, form)


def _from_bot(event: Event) -> bool:
    return event.kind in BOT_EVENTS and bool(event.data.get("from_bot", True))


async def wait_for(request: web.Request, world: World, wanted: Callable[[Event], bool]) -> web.Response:
    """The events after `?after=` that are wanted, as soon as there is one or the time is up."""
    after = int(request.query.get("after", "0"))
    deadline = time.monotonic() + float(request.query.get("timeout", "5"))
    while True:
        found = [event for event in world.events_after(after) if wanted(event)]
        left = deadline - time.monotonic()
        if found or left <= 0:
            seq = found[-1].seq if found else after
            return web.json_response({"events": [_event_json(event) for event in found], "seq": seq})
        await world.changed.wait(left)


def _event_json(event: Event) -> Json:
    return {"seq": event.seq, "kind": event.kind, "chat_id": event.chat_id, "data": event.data}


def told(handler: Handler) -> Handler:
    """Turn what the caller did wrong into an answer that says so; our own bugs still surface as 500."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return web.json_response({"error": error.description}, status=error.code)
        except AssertionError as error:
            return web.json_response({"error": str(error)}, status=400)
        except (KeyError, ValueError, TypeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return answer
