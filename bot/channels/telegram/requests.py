"""python-telegram-bot's requests over the process's one aiohttp session.

The default httpx client costs about three times the processor time of a call. Nothing here retries: a call that
timed out may have been delivered, and only the outbox knows what to do about that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError, FormData
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData
from yarl import URL

READ_TIMEOUT = 20.0
CONNECT_TIMEOUT = 5.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class AiohttpRequest(BaseRequest):
    """A `BaseRequest` that borrows a session and does not own it."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    @property
    def read_timeout(self) -> float:
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """The session is opened by its owner."""

    async def shutdown(self) -> None:
        """The session is closed by its owner."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        body, headers = _body(request_data)
        reading = READ_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        return await self._send(method, url, body, headers, reading)

    async def ask(self, url: str, payload: Mapping[str, Any], read_timeout: float = READ_TIMEOUT) -> Any:
        """What `Bot.do_api_request` does for a call without files, for two thirds of its processor time.

        Raises the same telegram.error.TelegramError.
        """
        fields = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in payload.items()}
        return _result(*await self._send("POST", url, _quoted(fields), FORM, read_timeout))

    async def _send(
        self, method: str, url: str, body: bytes | FormData | None, headers: dict[str, str] | None, reading: float
    ) -> tuple[int, bytes]:
        asked = self._session.request(method, _address(url), data=body, headers=headers, timeout=_timeout(reading))
        try:
            async with asked as got:
                return got.status, await got.read()
        except ConnectionTimeoutError:
            raise NetworkError("no connection to the messenger, so nothing was sent") from None
        except TimeoutError as late:
            raise TimedOut from late
        except ClientError as broken:
            # The URL holds the token, and aiohttp puts it into its message: name the kind of error only.
            raise NetworkError(f"{type(broken).__name__} on the way to the messenger") from None


@lru_cache(maxsize=64)
def _address(url: str) -> URL:
    return URL(url)


@lru_cache(maxsize=8)
def _timeout(reading: float | None) -> ClientTimeout:
    return ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=reading)


def _body(request: RequestData | None) -> tuple[bytes | FormData | None, dict[str, str] | None]:
    if request is None or not request.parameters:
        return None, None
    if not request.multipart_data:
        return _quoted(request.json_parameters), FORM
    form = FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None


def _quoted(fields: dict[str, str]) -> bytes:
    # yarl quotes Cyrillic in C; urllib's urlencode takes four times as long, a tenth of a whole call.
    return URL.build(query=fields).raw_query_string.encode()


def _result(status: int, body: bytes) -> Any:
    """The Bot API's answer, or its refusal as an exception (core.telegram.org/bots/api#making-requests)."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NetworkError(f"no answer of the Bot API, status {status}")
    if answer.get("ok"):
        return answer.get("result")
    said = str(answer.get("description", ""))
    parameters = answer.get("parameters") or {}
    if seconds := parameters.get("retry_after"):
        raise RetryAfter(timedelta(seconds=seconds))
    if chat := parameters.get("migrate_to_chat_id"):
        raise ChatMigrated(chat)
    refusals = {400: BadRequest, 401: InvalidToken, 403: Forbidden, 404: InvalidToken, 409: Conflict}
    raise refusals.get(status, NetworkError)(said or f"status {status}")
