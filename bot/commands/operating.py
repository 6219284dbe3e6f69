"""`obhvat operator`: finds the chat of whoever looks after the machine, and tells them something there."""

from __future__ import annotations

from datetime import datetime

import typer
from aiohttp import ClientSession

from bot.channels.telegram.reading import CHANNEL
from bot.settings.config import Config, ConfigError
from bot.watch.operator import Operator
from casework.calendar import local_day
from handlers.engine.words import Words
from handlers.office import alarms
from storage import inbox
from storage.database import open_database

LATEST = 5


async def tell(read: Config, text: str, now: datetime) -> None:
    """A trial when there is no text. Raises ConfigError."""
    async with ClientSession() as session:
        operator = Operator(read, session)
        if not operator.is_there:
            raise ConfigError(
                [*await _who_wrote(read), "operator.chat: put one of these numbers there, and try again."]
            )
        words = Words(read.file.operator.language, local_day(now, read.zone))
        if not await operator.tell(text or words.say(alarms.trial())):
            chat = read.file.operator.chat
            mend = "Whoever it is must first write to the bot, and a group must have it among its members."
            raise ConfigError([f"operator.chat: {chat} was not told. {mend}"])
    typer.echo(f"{read.file.operator.chat} was told.")


async def _who_wrote(read: Config) -> list[str]:
    """Private chats with the bot, the latest first; nothing says whose they are but the time."""
    database = await open_database(read.file.database.url)
    try:
        async with database.reading() as tx:
            latest = await inbox.latest(tx, CHANNEL, LATEST)
    finally:
        await database.close()
    return [f"{sender} wrote at {at.astimezone(read.zone):%d.%m, %H:%M:%S}" for sender, at in latest] or [
        "Nobody has written to the bot yet. Start it, write /start to it, and try again."
    ]
