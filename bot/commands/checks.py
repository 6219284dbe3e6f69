"""Whether the messengers would have us: asked by `obhvat check` before anybody depends on it. Changes nothing."""

from __future__ import annotations

import asyncio

from aiohttp import ClientConnectorCertificateError, ClientError, ClientSession, ClientTimeout
from telegram import Bot
from telegram.error import InvalidToken, NetworkError, TelegramError

from bot import album, doors
from bot.channels.channel import Trouble
from bot.channels.viber.client import Client, Refusal
from bot.channels.viber.updates import WEBHOOK_PATH
from bot.settings import config
from bot.settings.config import ConfigError, Tokens
from bot.settings.sections import File, Telegram, Viber
from bot.store import Denied, Store
from storage.database import Unwritable
from storage.sealing import Sealer

WITHIN = ClientTimeout(total=15)
PROXIED = (200, 502, 503, 504)
"""What `/health` answers when the bot runs, and when only the proxy before it does."""


class Unreached(str):
    """A mistake that may mend itself: a messenger or a bucket that is not there now."""


async def telegram(section: Telegram, token: str, name: str = config.TOKEN) -> list[str]:
    """`name` is that of the variable which holds the token."""
    mend = f"{name}: Telegram does not know this token. Copy it again from @BotFather."
    try:
        async with Bot(token, base_url=f"{section.api_url}/bot"):
            return []
    except InvalidToken:
        return [mend]
    except NetworkError as away:
        said = f"telegram.api_url: {section.api_url} is not reached ({type(away).__name__}). "
        return [Unreached(f"{said}Check the address and the network.")]
    except TelegramError as refused:
        return [f"{mend} ({refused})"]


async def viber(section: Viber, token: str) -> list[str]:
    async with ClientSession() as session:
        try:
            await Client(session, section.api_url, token).account()
        except Refusal as refused:
            return [f"{config.VIBER_TOKEN}: Viber refuses it ({refused}). Copy it again from your bot's settings."]
        except (Trouble, TimeoutError) as away:
            said = f"viber.api_url: {section.api_url} is not reached ({away}). "
            return [Unreached(f"{said}Check the address and the network.")]
    return []


async def viber_address(section: Viber) -> list[str]:
    """Whether the public address is there and its certificate good, as far as this machine can tell.

    Whoever answers is the reverse proxy or the bot; that it is ours only a running bot could prove.
    """
    health = f"{section.public_url}/health"
    try:
        async with ClientSession() as session, session.get(health, timeout=WITHIN) as got:
            if got.status in PROXIED:
                return []
            return [
                f"viber.public_url: {health} answers {got.status}. "
                "Let the reverse proxy pass every path to http.listen."
            ]
    except ClientConnectorCertificateError as wrong:
        return [
            f"viber.public_url: the certificate of {section.public_url} is not trusted ({wrong.certificate_error}). "
            "Viber takes only one of a public authority, with its whole chain."
        ]
    except (ClientError, TimeoutError) as away:
        return [
            f"viber.public_url: {section.public_url} is not reached from here ({type(away).__name__}). "
            "Check its name in the DNS, the reverse proxy and port 443."
        ]


async def viber_webhook(section: Viber, token: str) -> str:
    """Where Viber sends now what people write; a sentence."""
    ours = f"{section.public_url}{WEBHOOK_PATH}"
    async with ClientSession() as session:
        account = await Client(session, section.api_url, token).account()
    if account.webhook == ours:
        return f"Viber calls this bot at {ours}."
    if not account.webhook:
        return f"Viber calls nobody yet; `obhvat run` has it call {ours}."
    return (
        f"Viber calls {account.webhook}; `obhvat run` has it call {ours} instead. "
        "If another program uses this bot, it will hear nothing any more."
    )


async def bucket(photos: Store, secrets: tuple[bytes, ...] = ()) -> list[str]:
    """Whether the bucket is there and lets us in, and with the keys, whether they open what lies there."""
    try:
        await asyncio.to_thread(photos.expect_there)
        return await album.closed(photos, Sealer(*secrets)) if secrets else []
    except Denied as no:
        return [str(no)]
    except Unwritable as away:
        return [Unreached(str(away))]


async def links(file: File, tokens: Tokens, code: str) -> list[str]:
    """By which one person joins, one link for each messenger. Raises ConfigError."""
    made = []
    if tokens.telegram:
        async with Bot(tokens.telegram, base_url=f"{file.telegram.api_url}/bot") as bot:
            made.append(doors.of_telegram(bot.username, code))
    if tokens.viber:
        async with ClientSession() as session:
            try:
                account = await Client(session, file.viber.api_url, tokens.viber).account()
            except (Refusal, Trouble, TimeoutError) as away:
                raise ConfigError([f"viber.api_url: the name of the bot was not told ({away}). Try again."]) from away
        made.append(doors.of_viber(account.uri, code))
    return made
