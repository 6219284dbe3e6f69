"""The bot on Viber: what its tests share.

What a newcomer gets wrong: a tap shows only the buttons of the newest message, as on the phone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App
from bot.commands.demo import free_port
from bot.settings import config
from casework.records import MEMBER
from sandbox import Sandbox, ViberMessage, ViberPhone
from storage import people, teams
from storage.database import Tx
from storage.people import Invitation
from tests.bot.conftest import TOKEN, World, on_messengers, one_team, write_config


@asynccontextmanager
async def on_viber(
    sandbox: Sandbox,
    folder: Path,
    *,
    telegram: bool = False,
    paid_messages_a_month: int = 1000,
    fill: Callable[[App], Awaitable[None]] = one_team,
) -> AsyncIterator[World]:
    """The bot with Viber, and beside it Telegram or not; its webhook is set."""
    path = configured(folder, sandbox, free_port())
    with path.open("a") as file:
        file.write(f"paid_messages_a_month = {paid_messages_a_month}\n")
    tokens = {config.VIBER_TOKEN: sandbox.viber_token} | ({config.TOKEN: TOKEN} if telegram else {})

    async def hooked(_tx: Tx) -> bool:
        return sandbox.viber.courier.hook is not None

    async with on_messengers(sandbox, folder, path, tokens, fill) as world:
        await world.until(hooked)
        yield world


def configured(folder: Path, sandbox: Sandbox, port: int) -> Path:
    """A configuration for both messengers; which of them runs, the tokens say."""
    folder.mkdir(exist_ok=True)
    path = write_config(folder, sandbox, port=port)
    with path.open("a") as file:
        file.write(f'[viber]\napi_url = "{sandbox.viber_api_url}"\npublic_url = "http://127.0.0.1:{port}"\n')
    return path


def address(world: World, path: str = "/viber") -> str:
    return f"{world.app.config.file.viber.public_url}{path}"


async def invited(world: World, role: str = MEMBER, municipality: str = "") -> str:
    """The code of a fresh invitation."""
    async with world.app.database.transaction() as tx:
        team = None if municipality else (await teams.by_name(tx))["б-1"].id
        code = f"code-{await _invitations(tx)}"
        await people.invite(tx, code, Invitation(role, team, municipality), world.app.now() + timedelta(days=7))
    return code


async def _invitations(tx: Tx) -> int:
    return int((await tx.one("SELECT count(*) AS n FROM invitation"))["n"])


async def joins(world: World, name: str, role: str = MEMBER, municipality: str = "") -> ViberPhone:
    """Somebody who has only Viber, came by a link, and has heard the menu."""
    phone = world.sandbox.world.person(name, telegram=False).viber
    await phone.starts(await invited(world, role, municipality))
    await phone.hears()
    await taps(phone, "Започни", "Български")
    assert "Добре дошли" in (await taps(phone, "Приемам")).text
    return phone


async def taps(phone: ViberPhone, *labels: str) -> ViberMessage:
    """Taps the buttons that begin so, one after the other; what the bot said last."""
    for label in labels:
        found = [shown for shown in phone.labels if shown.startswith(label)]
        assert found, f"no button {label!r}; there are {phone.labels}"
        await phone.taps(found[0])
        heard = await phone.hears()
    return heard


async def says(phone: ViberPhone, text: str) -> ViberMessage:
    await phone.says(text)
    return await phone.hears()


async def rows(world: World, sql: str) -> list[dict[str, Any]]:
    async with world.app.database.reading() as tx:
        return [dict(row) for row in await tx.rows(sql)]


async def posts(world: World, event: dict[str, Any] | bytes, signature: str | None = None) -> int:
    """An event as Viber would send it, signed by its token unless told otherwise; the HTTP status."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    right = hmac.new(world.sandbox.viber_token.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Viber-Content-Signature": right if signature is None else signature}
    async with aiohttp.ClientSession() as http, http.post(address(world), data=body, headers=headers) as answer:
        return answer.status
