"""python-telegram-bot's requests over the process's one aiohttp session.

The default httpx client costs about three times the processor time of a call. Nothing here retries: a call that
timed out may have been delivered, and only the outbox knows what to do about that.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

READ_TIMEOUT = 20.0
CONNECT_TIMEOUT = 5.0


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
        reading = READ_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=reading)
        try:
            async with self._session.request(method, url, data=_form(request_data), timeout=timeout) as answer:
                return answer.status, await answer.read()
        except TimeoutError as late:
            raise TimedOut from late
        except ClientError as broken:
            # The URL holds the token, and aiohttp puts it into its message: name the kind of error only.
            raise NetworkError(f"{type(broken).__name__} on the way to the messenger") from None


def _form(request: RequestData | None) -> FormData | None:
    if request is None or not request.parameters:
        return None
    form = FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in (request.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
