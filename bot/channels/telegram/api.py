"""Calls of the Bot API, and what each of its errors means."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram import InputFile as Upload
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels import attachments
from bot.channels.channel import Meaning, Sent, Trouble
from bot.channels.telegram import reading, showing
from bot.channels.telegram.requests import READ_TIMEOUT, AiohttpRequest
from bot.contact import Contact
from bot.doors import of_telegram
from bot.pace import Pace
from storage.outbox import REPLY, Call, Due

CLOSED_SECONDS = 60
"""After which a refused token is tried again: it may have been mended."""
PHOTO, FILE = "photo", "document"
IDEMPOTENT = {"editMessageText", "deleteMessage"}
DELETED = "user is deactivated"
GONE = ("message to edit not found", "message can't be edited")
NOTHING_LEFT_TO_DO = ("message is not modified", "message to delete not found", "message can't be deleted")


NO_CHAT = "button_user_"
"""`BUTTON_USER_PRIVACY_RESTRICTED`, `BUTTON_USER_INVALID`: see `opens_chats`."""


class Telegram:
    """The channel; `bot` holds the address, the token and the session."""

    name = reading.CHANNEL
    one_keyboard = False
    waits = timedelta(hours=24)
    """core.telegram.org/bots/api#getting-updates, read 24.11.2026."""
    keeps_files = True
    opens_chats = True
    """By `tg://user?id=…`, "if this is allowed by their privacy settings" (the Bot API's InlineKeyboardButton, as
    grammy.dev quotes it, read 29.11.2026); phones know it since December 2021."""
    charges = False
    read = staticmethod(reading.read)
    calls = staticmethod(showing.calls)

    def __init__(self, bot: Bot, request: AiohttpRequest, pace: Pace, contact: Contact) -> None:
        self._bot = bot
        self._request = request
        self.pace = pace
        self.contact = contact

    async def call(self, method: str, payload: dict[str, Any], read_timeout: float = READ_TIMEOUT) -> Any:
        """The result of a method as JSON. Raises telegram.error.TelegramError."""
        try:
            answer = await self._request.ask(f"{self._bot.base_url}/{method}", payload, read_timeout)
        except TelegramError as error:
            self.contact.noted(self.name, not is_away(error), refused=isinstance(error, InvalidToken))
            raise
        self.contact.noted(self.name, there=True)
        return answer

    async def door(self, code: str) -> str:
        """The link by which somebody comes in with `code`."""
        try:
            return of_telegram((await self.call("getMe", {}))["username"], code)
        except TelegramError as error:
            raise Trouble(Meaning.RETRY, str(error)) from error

    async def perform(self, due: Due) -> Sent:
        payload = due.payload
        drawing = attachments.taken_from(payload)
        try:
            if drawing:
                name, content = await attachments.drawn(drawing)
                payload[PHOTO if drawing.kind == "chart" else FILE] = Upload(content, filename=name)
                answer = await self._bot.do_api_request(due.method, api_kwargs=payload)
            else:
                answer = await self._called(due.method, payload)
        except TelegramError as error:
            raise trouble(error, due) from error
        return Sent(str(answer["message_id"]) if isinstance(answer, dict) and "message_id" in answer else "")

    async def _called(self, method: str, payload: dict[str, Any]) -> Any:
        """Whoever wants no chat opened with them takes the button away, not the whole message."""
        try:
            return await self.call(method, payload)
        except BadRequest as error:
            without = showing.without_chats(payload) if NO_CHAT in str(error).casefold() else None
            if without is None:
                raise
            return await self.call(method, without)

    async def fetch(self, file: str) -> bytes:
        try:
            found = await self._bot.get_file(file)
            return bytes(await found.download_as_bytearray())
        except BadRequest as gone:
            raise Trouble(Meaning.GONE, str(gone)) from gone
        except TelegramError as error:
            raise Trouble(Meaning.RETRY, str(error)) from error

    def withdrawal(self, chat: str, message: str) -> list[Call]:
        """Telegram allows it within 48 hours."""
        payload = {"chat_id": int(chat), "message_id": int(message)}
        return [Call(self.name, chat, "deleteMessage", payload)] if message else []


def is_away(error: TelegramError) -> bool:
    """Whether nothing at all gets through: to the library a refused call is a kind of broken network."""
    return isinstance(error, NetworkError | InvalidToken) and not isinstance(error, BadRequest)


def trouble(error: TelegramError, due: Due) -> Trouble:
    """The one place where Telegram's errors are sorted (core.telegram.org/bots/api#making-requests)."""
    said = str(error).casefold()
    match error:
        case RetryAfter():
            return Trouble(Meaning.WAIT, str(error), seconds(error))
        case Forbidden() | ChatMigrated():
            return Trouble(Meaning.UNREACHABLE, str(error), for_good=DELETED in said)
        case BadRequest() if _begins(said, NOTHING_LEFT_TO_DO):
            return Trouble(Meaning.DONE, str(error))
        case BadRequest() if _begins(said, GONE):
            return Trouble(Meaning.GONE, str(error))
        case BadRequest():
            return Trouble(Meaning.REFUSED, str(error))
        case TimedOut() if due.method not in IDEMPOTENT and (due.priority != REPLY or due.tries):
            # A summary is not repeated, a question is once.
            return Trouble(Meaning.UNCERTAIN, str(error))
        case InvalidToken():
            return Trouble(Meaning.CLOSED, str(error), CLOSED_SECONDS)
        case NetworkError():
            return Trouble(Meaning.RETRY, str(error))
    return Trouble(Meaning.REFUSED, f"{type(error).__name__}: {error}")


def _begins(said: str, phrases: Iterable[str]) -> bool:
    return any(phrase in said for phrase in phrases)


def seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
