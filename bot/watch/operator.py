"""Tells whoever looks after the machine, by a call of its own: it must work when outbox and database do not."""

from __future__ import annotations

import structlog
from aiohttp import ClientSession
from telegram.error import TelegramError

from bot.channels.telegram.requests import AiohttpRequest
from bot.settings.config import Config

log = structlog.get_logger()
WITHIN_SECONDS = 10.0


class Operator:
    """Of another bot of Telegram where one is named: whoever locks ours out does not silence it."""

    def __init__(self, config: Config, session: ClientSession) -> None:
        self._request = AiohttpRequest(session)
        self._chat = config.file.operator.chat
        self._address = f"{config.file.telegram.api_url}/bot{config.tokens.operator or config.tokens.telegram}"

    @property
    def is_there(self) -> bool:
        return bool(self._chat) and not self._address.endswith("/bot")

    async def tell(self, text: str) -> bool:
        """False when it was not delivered, and may be tried again."""
        said = {"chat_id": self._chat, "text": text}
        try:
            await self._request.ask(f"{self._address}/sendMessage", said, WITHIN_SECONDS)
        except TelegramError as refused:
            log.warning("the operator was not told", why=type(refused).__name__)
            return False
        return True
