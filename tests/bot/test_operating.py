"""`obhvat operator`: finding the chat, and trying it."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.bot.commands import bot, district, obhvat
from tests.bot.conftest import TOKEN


async def test_the_number_of_the_chat_is_found_and_a_trial_comes_there(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        await district(tmp_path, sandbox)
        status, said = await obhvat(tmp_path, "operator")
        assert (status, "Nobody has written to the bot yet." in said) == (2, True), said
        operator = sandbox.world.person("Оператор")
        async with bot(tmp_path):
            await operator.says("/start")
            await operator.hears(30)
            status, said = await obhvat(tmp_path, "operator")
            assert (status, said.splitlines()[0].startswith(f"{operator.id} wrote at ")) == (2, True), said
            assert "Оператор" not in said
        with (tmp_path / "config.toml").open("a") as file:
            file.write(f'[operator]\nchat = "{operator.id}"\n')
        assert await obhvat(tmp_path, "operator") == (0, f"{operator.id} was told.\n")
        assert (await operator.hears()).text == "Проба: тук ще идват предупрежденията на бота."
        await obhvat(tmp_path, "operator", "obhvat.service не работи.")
        assert (await operator.hears()).text == "obhvat.service не работи."


async def test_a_token_of_the_operators_own_bot_that_is_wrong_is_told_by_its_name(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await district(tmp_path, sandbox)
    status, said = await obhvat(tmp_path, "check", more={"OBHVAT_OPERATOR_TOKEN": "222:BBB"})
    assert status == 2
    assert said == "OBHVAT_OPERATOR_TOKEN: Telegram does not know this token. Copy it again from @BotFather.\n"


@pytest.mark.parametrize("chat", ["999", "-1001"])
async def test_a_chat_that_the_bot_may_not_write_to_is_told(sandbox: Sandbox, tmp_path: Path, chat: str) -> None:
    await district(tmp_path, sandbox)
    with (tmp_path / "config.toml").open("a") as file:
        file.write(f'[operator]\nchat = "{chat}"\n')
    status, said = await obhvat(tmp_path, "operator")
    assert (status, f"operator.chat: {chat} was not told." in said) == (2, True), said


async def test_a_service_manager_hears_that_the_bot_is_ready_and_that_it_lives(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await district(tmp_path, sandbox)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.setblocking(False)
        loop = asyncio.get_running_loop()
        async with bot(tmp_path, {"NOTIFY_SOCKET": str(tmp_path / "notify")}), asyncio.timeout(30):
            assert await loop.sock_recv(heard, 100) == b"READY=1"
            assert await loop.sock_recv(heard, 100) == b"WATCHDOG=1"
