"""The front door of the Bot API: token, parameters, faults, the method, the answer, the log of calls.

What a newcomer gets wrong: a call that is struck by a fault is in the log too, with the status that the
bot saw, and with 0 when it saw none.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.errors import ApiError, too_many
from sandbox.faults import TELEGRAM_KINDS, Fault, Faults
from sandbox.params import Params, read_params
from sandbox.spoilt import AFTER_THE_WORK, bad_gateway, break_off
from sandbox.telegram import account, media, sending
from sandbox.telegram.sending import Desk
from sandbox.telegram.webhook import Webhook

Json = dict[str, Any]
Method = Callable[[Desk, Params], Any]
METHODS: dict[str, Method] = {
    **sending.METHODS,
    **media.METHODS,
    **account.METHODS,
}
REFUSALS = {
    "401": ApiError(401, "Unauthorized"),
    "403": ApiError(403, "Forbidden: bot was blocked by the user"),
    "deactivated": ApiError(403, "Forbidden: user is deactivated"),
    "500": ApiError(500, "Internal Server Error"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot; `at` is monotonic time of arrival, `status` 0 when nothing was answered."""

    method: str
    params: Json
    chat_id: int | None
    at: float
    status: int
    fault: str = ""


class BotApi:
    """Serves `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, token: str, desk: Desk, faults: Faults, calls: list[Call]) -> None:
        self.webhook = Webhook(desk.world)
        self.token = token
        self._desk = desk
        self._faults = faults
        self._calls = calls
        self._waiting_methods: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "getupdates": self._get_updates,
            "setwebhook": self.webhook.set,
            "deletewebhook": self.webhook.delete,
            "getwebhookinfo": self._webhook_info,
        }

    def routes(self) -> list[web.RouteDef]:
        # One regular expression without slashes: a token holds a colon, which aiohttp leaves alone.
        return [
            web.route("*", "/bot{token}/{method}", self.handle),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _answer(ApiError(401, "Unauthorized"))
        try:
            params = await read_params(request)
        except ApiError as error:
            self._log(method, Params(), at, error.code)
            return _answer(error)
        fault = self._faults.take(method, params.chat_id, TELEGRAM_KINDS)
        if fault is not None and fault.kind not in AFTER_THE_WORK:
            return await self._spoil(request, method, params, at, fault)
        response = await self._work(method, params)
        if fault is not None:
            return await self._spoil(request, method, params, at, fault, response)
        self._log(method, params, at, response.status)
        return response

    async def download(self, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        if request.match_info["token"] != self.token:
            return _answer(ApiError(401, "Unauthorized"))
        path = request.match_info["path"]
        stored = self._desk.world.files.by_path(path)
        params = Params({"path": path})
        response = (
            web.Response(body=stored.data, content_type=stored.mime) if stored else _answer(ApiError(404, "Not Found"))
        )
        fault = self._faults.take("file", None, TELEGRAM_KINDS)
        if fault is not None:
            return await self._spoil(request, "file", params, at, fault, response)
        self._log("file", params, at, response.status)
        return response

    async def _work(self, name: str, params: Params) -> web.Response:
        try:
            if waiting := self._waiting_methods.get(name.lower()):
                return _answer(await waiting(params))
            if method := METHODS.get(name.lower()):
                return _answer(method(self._desk, params))
            raise ApiError(404, "Not Found")
        except ApiError as error:
            return _answer(error)

    async def _get_updates(self, params: Params) -> list[Json]:
        return await self._desk.world.updates.poll(
            params.integer("offset"),
            params.integer("limit", 100),
            min(50, params.integer("timeout")),
            params.decode("allowed_updates"),
        )

    async def _webhook_info(self, params: Params) -> Json:
        return self.webhook.info()

    async def _spoil(
        self,
        request: web.Request,
        method: str,
        params: Params,
        at: float,
        fault: Fault,
        response: web.Response | None = None,
    ) -> web.StreamResponse:
        """Answer as the fault wants it; `response` is what would have been said."""
        kind = fault.kind
        if kind == "429":
            spoilt = _answer(too_many(fault.retry_after))
        elif kind == "html_502":
            spoilt = bad_gateway()
        elif kind in REFUSALS:
            spoilt = _answer(REFUSALS[kind])
        else:
            self._log(method, params, at, 0, kind)
            return await break_off(request, fault, response)
        self._log(method, params, at, spoilt.status, kind)
        return spoilt

    def _log(self, method: str, params: Params, at: float, status: int, fault: str = "") -> None:
        self._calls.append(Call(method, params.recorded(), params.chat_id, at, status, fault))


def _answer(result: Any) -> web.Response:
    if isinstance(result, ApiError):
        return web.json_response(result.body(), status=result.code)
    return web.json_response({"ok": True, "result": result})
