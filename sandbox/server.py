"""One sandbox: the world and its HTTP server.

What a newcomer gets wrong: nothing listens before `async with`, so `url` is known only inside.
"""

from __future__ import annotations

from types import TracebackType

from aiohttp import web

from sandbox.clock import WorldClock
from sandbox.faults import Faults
from sandbox.page import page_routes
from sandbox.telegram.api import BotApi, Call
from sandbox.telegram.limits import Limits
from sandbox.telegram.sending import Desk
from sandbox.users import UserApi
from sandbox.viber.account import Account
from sandbox.viber.rest import RestApi
from sandbox.viber.users import ViberUserApi
from sandbox.world import World

__all__ = ["Call", "Sandbox"]

VIBER_TOKEN = "4453b6ac1234abcd-0123456789abcdef-fedcba9876543210"
UPLOAD_LIMIT = 60 * 1024 * 1024
# Polls and event streams wait for ever by nature; at the end they are cut, not waited for.
SHUTDOWN_SECONDS = 0.05


class Sandbox:
    """The messenger; use it as an async context manager."""

    def __init__(
        self,
        token: str = "111:AAA",
        limits: bool = True,
        clock: WorldClock | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        viber_token: str = VIBER_TOKEN,
        viber_plain_http: bool = True,
    ) -> None:
        """`viber_plain_http`: take http addresses on this machine for the webhook and media; Viber takes only https."""
        self.token = token
        self.viber_token = viber_token
        self.world = World(int(token.partition(":")[0]), clock)
        self.faults = Faults()
        self.world.updates.faults = self.faults
        self.calls: list[Call] = []
        self.limits = Limits(limits)
        self._host = host
        self._port = port
        self._api = BotApi(token, Desk(self.world, self.limits), self.faults, self.calls)
        self.viber = Account(self.world, viber_token, self.faults, lambda: self.url, plain_http=viber_plain_http)
        self.world.viber = self.viber
        self._rest = RestApi(self.viber, self.faults)
        self._users = UserApi(self.world, self.faults, self.calls)
        self._viber_users = ViberUserApi(self.world)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        if self._runner is None:
            raise RuntimeError("the sandbox does not listen yet; enter it first")
        return f"http://{self._host}:{self._port}"

    @property
    def telegram_api_url(self) -> str:
        """For `base_url`; the client adds the token."""
        return f"{self.url}/bot"

    @property
    def telegram_file_url(self) -> str:
        """For `base_file_url`; the client adds the token."""
        return f"{self.url}/file/bot"

    @property
    def viber_api_url(self) -> str:
        """What stands before `/send_message`."""
        return f"{self.url}/pa"

    def revoke(self, token: str) -> None:
        """As by /revoke at BotFather: the old token is no longer known, and this one is."""
        self.token = token
        self._api.token = token

    async def __aenter__(self) -> Sandbox:
        app = web.Application(client_max_size=UPLOAD_LIMIT)
        app.add_routes([*self._api.routes(), *self._rest.routes(), *self._users.routes(), *self._viber_users.routes()])
        app.add_routes(page_routes())
        # A bot that is killed in a long poll must not leave its poll behind.
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, self._host, self._port)
        await site.start()
        self._port = int(runner.addresses[0][1])
        self._runner = runner
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._api.webhook.stop()
        await self.viber.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
