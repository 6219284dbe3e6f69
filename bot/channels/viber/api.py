"""The channel: calls made, and what is to be drawn drawn and laid where the phones can fetch it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.channels import attachments
from bot.channels.channel import Meaning, Sent, Trouble
from bot.channels.viber import keyboards, reading, showing
from bot.channels.viber.client import WEBHOOK_NOT_SET, Client, Refusal, meaning
from bot.channels.viber.media import Media
from bot.channels.viber.models import Json
from bot.channels.viber.pages import Pages
from bot.doors import of_viber
from bot.pace import Pace
from handlers.engine.scene import Reveal
from storage.outbox import REPLY, Call, Due

CHARGED = 5
"""The `billing_status` of a message that costs money."""


@dataclass(frozen=True)
class Sender:
    """How the bot is called in every message; Viber wants it each time."""

    name: str

    def signs(self, body: Json) -> Json:
        return {"sender": {"name": self.name}, "min_api_version": keyboards.API_VERSION, **body}


class Viber:
    name = reading.CHANNEL
    one_keyboard = True
    waits = timedelta(hours=1)
    """developers.viber.com/docs/faq, read 24.11.2026."""
    opens_chats = False
    """There is no such button: "open-url" opens pages, and a chat only by its telephone number, which is not kept."""
    keeps_files = False
    charges = True
    read = staticmethod(reading.read)
    calls = staticmethod(showing.calls)

    def __init__(self, client: Client, sender: Sender, pages: Pages, media: Media, pace: Pace) -> None:
        self._client = client
        self._sender = sender
        self._pages = pages
        self._media = media
        self.pace = pace
        self.webhook_lost = asyncio.Event()

    async def perform(self, due: Due) -> Sent:
        body = self._named(due, await self._drawn(due.payload))
        try:
            sent = await self._client.send_message(self._sender.signs({"receiver": due.chat, **body}))
        except Refusal as refused:
            if refused.status == WEBHOOK_NOT_SET:
                self.webhook_lost.set()
            raise meaning(refused, due.tries) from refused
        except TimeoutError as late:
            # It may have been delivered: a question is asked once more, a summary is not.
            again = due.priority == REPLY and not due.tries
            raise Trouble(Meaning.RETRY if again else Meaning.UNCERTAIN, "Viber did not answer in time") from late
        return Sent(str(sent.message_token), charged=sent.billing_status == CHARGED)

    async def door(self, code: str) -> str:
        try:
            account = await self._client.account()
        except Refusal as refused:
            raise meaning(refused, 0) from refused
        except TimeoutError as late:
            raise Trouble(Meaning.RETRY, "Viber did not answer in time") from late
        return of_viber(account.uri, code)

    def withdrawal(self, chat: str, message: str) -> list[Call]:
        """Viber lets a bot delete nothing."""
        return []

    def _named(self, due: Due, body: Json) -> Json:
        reveals = body.pop("reveals", None)
        if reveals is None:
            return body
        return {**body, "text": f"{body['text']}\n{self._pages.names.address(Reveal(**reveals), due.id)}"}

    async def _drawn(self, payload: Json) -> Json:
        drawing = attachments.taken_from(payload)
        if drawing is None:
            return payload
        name, content = await attachments.drawn(drawing)
        address = await self._pages.files.lay(content, name.rpartition(".")[2])
        if drawing.kind == "chart":
            return {**payload, "type": "picture", "media": address}
        return {**payload, "type": "file", "media": address, "size": len(content), "file_name": name}

    async def fetch(self, file: str) -> bytes:
        return await self._media.fetch(file)
