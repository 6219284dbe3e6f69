"""The library's calls over our session, against a Bot API server on this machine."""

from __future__ import annotations

import socket

import pytest
from aiohttp import ClientSession
from telegram import Bot
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.requests import AiohttpRequest
from sandbox.faults import Fault
from sandbox.server import Sandbox


def talking_to(sandbox: Sandbox, session: ClientSession) -> Bot:
    request = AiohttpRequest(session)
    return Bot(
        "111:AAA",
        base_url=sandbox.telegram_api_url,
        base_file_url=sandbox.telegram_file_url,
        request=request,
        get_updates_request=request,
    )


async def test_a_message_and_a_photo_arrive() -> None:
    async with Sandbox() as sandbox, ClientSession() as session:
        maria = sandbox.world.person("Мария")
        await maria.starts()
        async with talking_to(sandbox, session) as bot:
            await bot.send_message(maria.id, "Докладвай посещение № 1 & <b>")
            await bot.send_document(maria.id, b"a,b", filename="таблица.csv")
        assert next(message.text for message in maria.chat if message.from_bot) == "Докладвай посещение № 1 & <b>"
        assert maria.chat[-1].document is not None


async def test_a_call_that_is_not_answered_is_a_timeout_not_a_failure() -> None:
    async with Sandbox() as sandbox, ClientSession() as session:
        maria = sandbox.world.person("Мария")
        await maria.starts()
        async with talking_to(sandbox, session) as bot:
            sandbox.faults.add(Fault(method="sendMessage", kind="timeout_after_delivery", seconds=2))
            with pytest.raises(TimedOut):
                await bot.send_message(maria.id, "Записано.", read_timeout=0.2)
        assert maria.chat[-1].text == "Записано."


async def test_where_nobody_takes_the_connection_nothing_was_sent() -> None:
    """A summary whose call timed out is not repeated, for it may have come; one that never left must be."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        # Two fill the queue of connections that nobody takes; the third is not answered at all, as behind a firewall.
        queued = [socket.socket() for _ in range(2)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(address)
        async with ClientSession() as session:
            with pytest.raises(NetworkError) as never:
                await AiohttpRequest(session).ask(f"http://127.0.0.1:{address[1]}/bot111:AAA/sendMessage", {})
        for one in queued:
            one.close()
    assert not isinstance(never.value, TimedOut)


async def test_a_broken_connection_never_tells_the_token() -> None:
    async with Sandbox() as sandbox, ClientSession() as session:
        maria = sandbox.world.person("Мария")
        await maria.starts()
        async with talking_to(sandbox, session) as bot:
            sandbox.faults.add(Fault(method="sendMessage", kind="disconnect"))
            with pytest.raises(NetworkError) as broken:
                await bot.send_message(maria.id, "x")
    assert "111:AAA" not in repr(broken.value)
