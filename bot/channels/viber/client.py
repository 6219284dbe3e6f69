"""The calls of Viber's REST API over the process's one session, and what each of its statuses means.

Numbers: Viber/creators-hub docs/bots-api/errors.md, read 24.11.2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout, SocketTimeoutError
from pydantic import ValidationError

from bot.channels.channel import Meaning, Trouble
from bot.channels.viber.models import Account, Answer, Json, Sent
from bot.channels.viber.showing import written

WITHIN = ClientTimeout(total=None, sock_connect=5.0, sock_read=20.0)
OK, NOT_REGISTERED, WEBHOOK_NOT_SET = 0, 5, 10
TRIES = 8
"""So often a call is made that Viber refuses without a reason we know."""

MEANINGS: dict[int, tuple[Meaning, float]] = {
    **dict.fromkeys(
        (NOT_REGISTERED, 6, 11), (Meaning.UNREACHABLE, 0)
    ),  # not registered, not subscribed, no suitable device
    **dict.fromkeys((2, 7, 8, 9, 15), (Meaning.CLOSED, 60)),  # the token, or the account blocked or suspended
    **dict.fromkeys((23, 24), (Meaning.UNPAID, 900)),  # free messages exceeded, no balance
    **dict.fromkeys((WEBHOOK_NOT_SET, 12), (Meaning.RETRY, 0)),  # 12: a hundred in an hour and no word from them
    **dict.fromkeys((1, 3, 4, 13, 14, 16, 17, 18, 19, 20, 21, 22), (Meaning.REFUSED, 0)),
}

A = TypeVar("A", bound=Answer)


class Refusal(Exception):
    """Viber answered, and it was no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}: {answer.status_message}")
        self.status = answer.status


class Client:
    """The calls; `api_url` ends in `/pa`. They raise Refusal, TimeoutError when nothing came, Trouble for the rest.

    After each, `noted` is told whether Viber is there for us, and whether it was Viber that would not.
    """

    def __init__(
        self,
        session: ClientSession,
        api_url: str,
        token: str,
        within: ClientTimeout = WITHIN,
        noted: Callable[[bool, bool], None] = lambda _there, _refused: None,
    ) -> None:
        self._session = session
        self._noted = noted
        self._within = within
        self._api_url = api_url
        self._headers = {"X-Viber-Auth-Token": token, "Content-Type": "application/json"}

    async def send_message(self, body: Json) -> Sent:
        return await self._ask("send_message", body, Sent)

    async def set_webhook(self, url: str, event_types: list[str]) -> None:
        """Viber calls the address before it answers, so the server must be up."""
        body = {"url": url, "event_types": event_types, "send_name": True, "send_photo": False}
        await self._ask("set_webhook", body, Answer)

    async def account(self) -> Account:
        return await self._ask("get_account_info", {}, Account)

    async def _ask(self, method: str, body: Json, form: type[A]) -> A:
        try:
            answer = await self._answer(method, body, form)
        except (Trouble, TimeoutError):
            self._noted(False, False)
            raise
        closed = MEANINGS.get(answer.status, (None, 0))[0] is Meaning.CLOSED
        self._noted(not closed, closed)
        if answer.status != OK:
            raise Refusal(answer)
        return answer

    async def _answer(self, method: str, body: Json, form: type[A]) -> A:
        asked = self._session.post(
            f"{self._api_url}/{method}", data=written(body), headers=self._headers, timeout=self._within
        )
        try:
            async with asked as got:
                return form.model_validate_json(await got.read())
        except ValidationError as nonsense:
            raise Trouble(Meaning.RETRY, f"HTTP {got.status} and no answer of Viber") from nonsense
        except SocketTimeoutError:
            raise  # asked and not answered: what that means, only the caller knows
        except ClientError as broken:
            raise Trouble(Meaning.RETRY, f"{type(broken).__name__} on the way to Viber") from broken


def meaning(refusal: Refusal, tries: int) -> Trouble:
    """The one place where Viber's statuses are sorted; one that is not listed is tried again, but not for ever."""
    unknown = Meaning.RETRY if tries < TRIES else Meaning.REFUSED
    what, seconds = MEANINGS.get(refusal.status, (unknown, 0))
    return Trouble(what, str(refusal), seconds, for_good=refusal.status == NOT_REGISTERED)
