"""Whether the bot answers is asked from outside of it, and told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.demo import free_port
from bot.settings import config
from bot.settings.config import ConfigError
from bot.watch.outside import Asking
from sandbox import Fault, Person, Sandbox
from tests.bot.conftest import TOKEN, living, write_config
from tests.engines import engine

QUIET = "[operator]\ndisk_free_mb = 0"


def asking(folder: Path, told: Path | None) -> Asking:
    read = config.load({**engine.environ, config.TOKEN: TOKEN}, folder / "config.toml")
    return Asking(read, told, datetime.now(UTC), tries=2, pause_seconds=0)


@pytest.fixture
async def operator(sandbox: Sandbox, tmp_path: Path) -> Person:
    """Known to the bot, which has been stopped since."""
    someone = sandbox.world.person("Оператор")
    async with living(sandbox, tmp_path, f'{QUIET}\nchat = "{someone.id}"', port=free_port()):
        await someone.says("/start")
        await someone.hears()
    return someone


async def is_up(operator: Person) -> None:
    """It answers, so its server is there too."""
    await operator.says("/start")
    await operator.hears()


async def test_a_bot_that_does_not_answer_is_told_once_and_so_is_its_return(
    sandbox: Sandbox, tmp_path: Path, operator: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    told, port = tmp_path / "told", free_port()
    write_config(tmp_path, sandbox, f'{QUIET}\nchat = "{operator.id}"', port)
    sandbox.faults.add(Fault("sendMessage", kind="500"))
    for _ in range(4):
        with pytest.raises(ConfigError, match="nobody answers at"):
            await asking(tmp_path, told).look()
    assert (await operator.hears()).text.endswith(" (bot) Ботът не отговаря.")
    async with living(sandbox, tmp_path, f'{QUIET}\nchat = "{operator.id}"', port):
        await is_up(operator)
        for _ in range(3):
            await asking(tmp_path, told).look()
    assert "(bot) Ботът отговаря." in (await operator.hears()).text
    assert sum("(bot)" in message.text for message in operator.chat) == 2
    assert capsys.readouterr().out.splitlines()[-1] == "The bot does its work."


async def test_what_is_not_well_is_said_and_nobody_is_told_of_what_the_bot_tells_itself(
    sandbox: Sandbox, tmp_path: Path, operator: Person
) -> None:
    port = free_port()
    async with living(sandbox, tmp_path, f'{QUIET}\nchat = "{operator.id}"', port) as world:
        world.app.watchdog.limits = replace(world.app.watchdog.limits, disk_free_mb=10**12)
        await is_up(operator)
        with pytest.raises(ConfigError, match=r"^disk: since 20"):
            await asking(tmp_path, tmp_path / "told").look()
    assert not (tmp_path / "told").exists()
    assert not [message for message in operator.chat if "(disk)" in message.text]


async def test_without_an_operator_it_is_only_said(sandbox: Sandbox, tmp_path: Path) -> None:
    write_config(tmp_path, sandbox, port=free_port())
    for told in (None, tmp_path / "told"):
        with pytest.raises(ConfigError, match="nobody answers"):
            await asking(tmp_path, told).look()
    assert not (tmp_path / "told").exists()
