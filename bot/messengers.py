"""The messengers of the configuration, opened: a channel and a source of updates for each that has a token."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import ClientSession, DummyCookieJar
from telegram import Bot
from yarl import URL

from bot.channels.channel import Channel, Source
from bot.channels.telegram.api import Telegram
from bot.channels.telegram.requests import AiohttpRequest
from bot.channels.telegram.updates import Updates as TelegramUpdates
from bot.channels.viber.api import Sender, Viber
from bot.channels.viber.client import Client
from bot.channels.viber.media import Media, public_connector
from bot.channels.viber.pages import Pages
from bot.channels.viber.reading import CHANNEL as VIBER
from bot.channels.viber.updates import Updates as ViberUpdates
from bot.contact import Contact
from bot.pace import Pace, Rate
from bot.receive import Receiver
from bot.settings.config import Config
from handlers.engine.scene import Work
from storage.database import Database

AT_ONCE_OF_A_SECOND = 0.5
VIBER_PER_SECOND, VIBER_CHAT_PER_SECOND = 50, 20
"""Viber names no rate, only a hundred messages an hour to somebody who does not answer; these keep us from a flood."""


@dataclass
class Messengers:
    contact: Contact
    receiver: Receiver = field(default_factory=Receiver)
    channels: dict[str, Channel] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)

    def add(self, channel: Channel, source: Source) -> None:
        self.channels[channel.name] = channel
        self.sources.append(source)


async def open_messengers(
    config: Config,
    database: Database,
    work: Work,
    now: Callable[[], datetime],
    session: ClientSession,
    opened: AsyncExitStack,
) -> Messengers:
    """What is opened beside the `session` is closed with `opened`."""
    contact = Contact(now, timedelta(minutes=config.file.schedule.outage_after_minutes))
    messengers = Messengers(contact)
    if config.tokens.telegram:
        _open_telegram(config, session, messengers)
    if config.tokens.viber:
        foreign = ClientSession(cookie_jar=DummyCookieJar(), connector=public_connector())
        await opened.enter_async_context(foreign)
        key = hmac.new(config.secret, b"viber addresses", hashlib.sha256).digest()
        section = config.file.viber
        pages = Pages(config.store, database, work, public_url=section.public_url, key=key, now=now)
        _open_viber(config, session, Media(foreign, URL(section.api_url).host or ""), pages, messengers)
    return messengers


def _open_telegram(config: Config, session: ClientSession, messengers: Messengers) -> None:
    section = config.file.telegram
    request = AiohttpRequest(session)
    bot = Bot(
        config.tokens.telegram, base_url=f"{section.api_url}/bot", base_file_url=f"{section.api_url}/file/bot",
        request=request, get_updates_request=AiohttpRequest(session),
    )  # fmt: skip
    per_second = section.messages_per_second
    # The rest of what a second allows is for calls that come later than they went, and so closer together.
    at_once = max(1, int(per_second * AT_ONCE_OF_A_SECOND))
    pace = Pace(time.monotonic, Rate(per_second, at_once), section.chat_messages_per_second)
    telegram = Telegram(bot, request, pace, messengers.contact)
    secret = hashlib.sha256(b"webhook" + config.secret + config.tokens.telegram.encode()).hexdigest()
    messengers.add(telegram, TelegramUpdates(telegram, messengers.receiver, section.public_url, secret))


def _open_viber(config: Config, session: ClientSession, media: Media, pages: Pages, messengers: Messengers) -> None:
    section, token = config.file.viber, config.tokens.viber

    def noted(there: bool, refused: bool) -> None:
        messengers.contact.noted(VIBER, there, refused=refused)

    client, sender = Client(session, section.api_url, token, noted=noted), Sender(section.sender_name)
    pace = Pace(time.monotonic, Rate(VIBER_PER_SECOND, VIBER_PER_SECOND), VIBER_CHAT_PER_SECOND)
    viber = Viber(client, sender, pages, media, pace)
    updates = ViberUpdates(
        client, sender, messengers.receiver, pages,
        token=token, public_url=section.public_url, webhook_lost=viber.webhook_lost,
        contact=messengers.contact, now=pages.now,
    )  # fmt: skip
    messengers.add(viber, updates)
