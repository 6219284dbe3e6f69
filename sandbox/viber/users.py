"""The JSON side of Viber phones: drive them over HTTP, from the page or from another process.

    POST /sandbox/people/{id}/viber                   give the person a Viber phone
    POST /sandbox/people/{id}/viber/messages          one of the following, or multipart: photo…, document…, caption
           {"start": context} | {"text"} | {"photos": n, "caption"} | {"photo_base64", "caption"}
           {"location": {"lat", "lon"}} | {"sticker": true} | {"contact": true}
           {"document": {"name", "base64"}} | {"video": true} | {"url"}
    POST /sandbox/people/{id}/viber/taps              {"label"} | {"label", "location"} | {"data"}
    POST /sandbox/people/{id}/viber/reads             looks at the chat: a `seen` for everything unread
    PUT  /sandbox/people/{id}/viber/subscribed        {"subscribed": true | false}
    PUT  /sandbox/people/{id}/viber/online            {"online": true | false}
    GET  /sandbox/people/{id}/viber/chat              {"messages", "board", "seq"}
    GET  /sandbox/people/{id}/viber/wait?after=N&timeout=5     the bot's messages to this phone after event N
    POST /sandbox/viber/events                        {"event", …, "person"}: an event as it is, signed
    GET  /sandbox/viber/calls                         what the bot called
    GET  /sandbox/viber/pending, /sandbox/viber/lost  events that its webhook has not taken, or never took

What a newcomer gets wrong: `id` is the person's number in the sandbox, not Viber's id; and the tokens of messages are
texts here, because a program in JavaScript would read other numbers.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.forms import Sent, send
from sandbox.params import Params, read_params
from sandbox.people import Person
from sandbox.users import Handler, told, wait_for
from sandbox.viber.messages import ViberMessage, board_json, page_json
from sandbox.viber.phone import HERE, ViberPhone
from sandbox.world import Event, World

Json = dict[str, Any]


class ViberUserApi:
    """Everything under `/sandbox/people/{id}/viber` and `/sandbox/viber/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        phone = "/sandbox/people/{id}/viber"
        table: list[tuple[str, str, Handler]] = [
            ("POST", phone, self.new_phone),
            ("POST", f"{phone}/messages", self.message),
            ("POST", f"{phone}/taps", self.tap),
            ("POST", f"{phone}/reads", self.read),
            ("PUT", f"{phone}/subscribed", self.subscribed),
            ("PUT", f"{phone}/online", self.online),
            ("GET", f"{phone}/chat", self.chat),
            ("GET", f"{phone}/wait", self.wait),
            ("POST", "/sandbox/viber/events", self.inject),
            ("GET", "/sandbox/viber/calls", self.calls),
            ("GET", "/sandbox/viber/pending", self.pending),
            ("GET", "/sandbox/viber/lost", self.lost),
        ]
        return [web.route(verb, path, told(handler)) for verb, path, handler in table]

    def _person(self, number: str) -> Person:
        person = self._world.people.get(int(number)) if number.isdigit() else None
        if person is None:
            raise ApiError(404, f"nobody has the id {number}")
        return person

    def _phone(self, request: web.Request) -> ViberPhone:
        person = self._person(request.match_info["id"])
        if self._world.viber.about(person) is None:
            raise ApiError(404, f"{person.name} has no Viber phone; POST …/viber gives one")
        return person.viber

    async def new_phone(self, request: web.Request) -> web.StreamResponse:
        return _about(self._person(request.match_info["id"]).viber, 201)

    async def message(self, request: web.Request) -> web.StreamResponse:
        sent = await _send(self._phone(request), await read_params(request))
        return _messages(sent)

    async def tap(self, request: web.Request) -> web.StreamResponse:
        phone = self._phone(request)
        body = await request.json()
        if "data" in body:
            return _messages([await phone.taps_data(str(body["data"]))])
        place = body.get("location")
        at = (float(place["lat"]), float(place["lon"])) if place else HERE
        sent = await phone.taps(str(body["label"]), at)
        return _messages([sent] if sent else [])

    async def read(self, request: web.Request) -> web.StreamResponse:
        phone = self._phone(request)
        await phone.reads()
        return _about(phone)

    async def subscribed(self, request: web.Request) -> web.StreamResponse:
        phone = self._phone(request)
        body = await request.json()
        await (phone.subscribes() if body["subscribed"] else phone.unsubscribes())
        return _about(phone)

    async def online(self, request: web.Request) -> web.StreamResponse:
        phone = self._phone(request)
        body = await request.json()
        await (phone.comes_online() if body["online"] else phone.goes_offline())
        return _about(phone)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        phone = self._phone(request)
        messages = [page_json(message) for message in phone.chat]
        return web.json_response(
            {"messages": messages, "board": board_json(phone.board), "seq": self._world.last_seq}
        )  # fmt: skip

    async def wait(self, request: web.Request) -> web.StreamResponse:
        number = self._phone(request).person.id

        def is_said_to_them(event: Event) -> bool:
            return event.chat_id == number and event.kind == "viber:message" and bool(event.data["from_bot"])

        return await wait_for(request, self._world, is_said_to_them)

    async def inject(self, request: web.Request) -> web.StreamResponse:
        event = await request.json()
        number = event.pop("person", None)
        self._world.viber.inject(event, None if number is None else self._person(str(number)).viber)
        return web.json_response({}, status=201)

    async def calls(self, request: web.Request) -> web.StreamResponse:
        calls = [asdict(call) for call in self._world.viber.calls]
        return web.json_response([{**call, "token": call["token"] and str(call["token"])} for call in calls])

    async def pending(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([_with_text_token(event) for event in self._world.viber.pending])

    async def lost(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([_with_text_token(event) for event in self._world.viber.courier.lost])


async def _send(phone: ViberPhone, form: Params) -> Sent:
    """What only Viber has, then what both messengers have."""
    if form.values.get("video"):
        return [await phone.sends_video(caption=form.text("caption"))]
    if "url" in form.values:
        return [await phone.sends_url(form.text("url"))]
    return await send(phone, form)


def _messages(sent: Sent) -> web.Response:
    told_of = [page_json(message) for message in sent if isinstance(message, ViberMessage)]
    return web.json_response({"messages": told_of}, status=201)


def _about(phone: ViberPhone, status: int = 200) -> web.Response:
    return web.json_response(phone.account.about(phone.person), status=status)


def _with_text_token(event: Json) -> Json:
    return {**event, "message_token": str(event["message_token"])}
