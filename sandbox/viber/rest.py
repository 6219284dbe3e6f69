"""The front door of Viber's REST Bot API: token, body, faults, the method, the answer, the log of calls.

What a newcomer gets wrong: the answer is HTTP 200 whatever happened; only planned faults answer with anything else.
"""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from sandbox.faults import VIBER_KINDS, Fault, Faults
from sandbox.spoilt import AFTER_THE_WORK, bad_gateway, break_off
from sandbox.viber.account import Account, Call
from sandbox.viber.drafts import read_body
from sandbox.viber.methods import METHODS
from sandbox.viber.statuses import OK, WORDS, Refusal, bad

Json = dict[str, Any]
HOST = "SN-CHAT-02_"
NOTHING_ANSWERED = -1


class RestApi:
    """Serves `/pa/<method>`."""

    def __init__(self, account: Account, faults: Faults) -> None:
        self._account = account
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/pa/{method}", self.handle),
            web.get("/pa/get_account_info", self.handle),
            *self._account.media.routes(),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        method = request.match_info.get("method", "get_account_info")
        body: Json = {}
        try:
            body = read_body(await request.read())
            self._expect_token(request, body)
        except Refusal as refusal:
            return self._answer(method, body, at, refusal.body())
        fault = self._faults.take(method, _receiver(body), VIBER_KINDS)
        if fault is not None and fault.kind not in AFTER_THE_WORK | {"delivered_first"}:
            return await self._spoil(request, method, body, at, fault)
        told = await self._work(method, body)
        if fault is not None and fault.kind == "delivered_first":
            await self._deliver_first(told, body)
        elif fault is not None:
            response = web.json_response(told)
            return await self._spoil(request, method, body, at, fault, response)
        return self._answer(method, body, at, told)

    def _expect_token(self, request: web.Request, body: Json) -> None:
        token = request.headers.get("X-Viber-Auth-Token") or body.pop("auth_token", None)
        body.pop("auth_token", None)
        if not token:
            raise Refusal(2, "missing_auth_token")
        if token != self._account.token:
            raise Refusal(2)

    async def _work(self, name: str, body: Json) -> Json:
        try:
            method = METHODS.get(name)
            if method is None:
                raise bad(f"there is no method {name}")
            return {"status": OK, "status_message": WORDS[OK], **await method(self._account, body)}
        except Refusal as refusal:
            return refusal.body()

    async def _deliver_first(self, told: Json, body: Json) -> None:
        """The bot hears that its message is there before it has the token."""
        if told["status"] == OK:
            about = {"message_token": told["message_token"], "user_id": _receiver(body)}
            await self._account.courier.put_first("delivered", str(_receiver(body)), about)

    async def _spoil(
        self,
        request: web.Request,
        method: str,
        body: Json,
        at: float,
        fault: Fault,
        response: web.Response | None = None,
    ) -> web.StreamResponse:
        if fault.kind == "status":
            return self._answer(method, body, at, Refusal(fault.status).body(), fault.kind)
        self._log(method, body, at, {"status": NOTHING_ANSWERED}, fault.kind)
        if fault.kind == "html_502":
            return bad_gateway()
        if fault.kind == "500":
            return web.Response(status=500, text="Internal Server Error")
        return await break_off(request, fault, response)

    def _answer(self, method: str, body: Json, at: float, told: Json, fault: str = "") -> web.Response:
        self._log(method, body, at, told, fault)
        return web.json_response({**told, "chat_hostname": HOST})

    def _log(self, method: str, body: Json, at: float, told: Json, fault: str) -> None:
        call = Call(method, body, _receiver(body), at, told["status"], told.get("message_token"), fault)
        self._account.calls.append(call)


def _receiver(body: Json) -> str | None:
    receiver = body.get("receiver")
    return receiver if isinstance(receiver, str) else None
