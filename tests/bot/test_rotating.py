"""The key is changed by whoever runs the bot: told of what is missing, and with everything sealed anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import album
from bot.photos import clean
from bot.settings import config
from bot.settings.keyring import SECRET
from bot.store import Store
from sandbox import Person, Sandbox
from storage.sealing import Sealer
from tests.bot.conftest import NAME, TOKEN, on_messengers, write_config
from tests.bot.test_album import picture
from tests.bot.test_cli import obhvat

OLD, NEW = "an old key that is long enough to be one", "a new key that is long enough to be one too"


async def a_bot(sandbox: Sandbox, folder: Path) -> None:
    """It ran with the old key, with sixteen names and a photo."""
    path = write_config(folder, sandbox)
    async with on_messengers(sandbox, folder, path, {config.TOKEN: TOKEN, SECRET: OLD}) as world:
        await album.put(Store(folder / "photos"), world.app.work.sealer, clean(picture("JPEG")))


def told(folder: Path, *arguments: str, key: str) -> tuple[int, str]:
    ended = obhvat(folder, *arguments, OBHVAT_TELEGRAM_TOKEN=TOKEN, OBHVAT_SECRET_KEY=key)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.long
async def test_a_wrong_key_is_told_before_anybody_depends_on_it(sandbox: Sandbox, tmp_path: Path) -> None:
    await a_bot(sandbox, tmp_path)
    _file, _tokens, mistakes = config.examine({config.TOKEN: TOKEN, SECRET: NEW}, tmp_path / "config.toml")
    assert len(mistakes) == 2
    assert "16 names" in mistakes[0]
    assert "1 photos" in mistakes[1]
    for command in (("check",), ("run",), ("import", "cases", "config.toml")):
        code, said = told(tmp_path, *command, key=NEW)
        assert code == 2, said
    assert "OBHVAT_SECRET_KEY: it does not open" in told(tmp_path, "check", key=NEW)[1]


async def test_all_is_sealed_with_the_first_key_while_the_bot_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    await a_bot(sandbox, tmp_path)
    path, secrets = tmp_path / "config.toml", {config.TOKEN: TOKEN, SECRET: f"{NEW}\n{OLD}"}
    async with on_messengers(sandbox, tmp_path, path, secrets, fill=nothing) as world:
        mila = await world.person("Мила")
        # As one that was sealed before the bot was started with the new key.
        async with world.app.database.transaction() as tx:
            await tx.run(
                "UPDATE child_case SET sealed_name = :sealed WHERE recognised_by = '14'",
                sealed=Sealer(OLD.encode()).seal_name(NAME, "14"),
            )
        code, said = told(tmp_path, "rotate-key", key=f"{NEW}\n{OLD}")
        assert (code, said.splitlines()[0][:46]) == (0, "1 names and 1 photos are sealed anew. All are "), said
        await shows_the_name(mila)
    assert config.examine({config.TOKEN: TOKEN, SECRET: NEW}, path)[2] == []
    assert told(tmp_path, "rotate-key", key=NEW)[0] == 0
    assert told(tmp_path, "rotate-key", key=OLD)[0] == 2


async def shows_the_name(mila: Person) -> None:
    await mila.says("14")
    await mila.taps("Покажи името", await mila.hears())
    assert NAME in (await mila.hears()).text


async def nothing(_app: object) -> None:
    """All is there already."""


async def test_a_copy_of_the_database_tells_no_name(sandbox: Sandbox, tmp_path: Path) -> None:
    await a_bot(sandbox, tmp_path)
    with closing(sqlite3.connect(tmp_path / "obhvat.db")) as file, closing(sqlite3.connect(tmp_path / "copy")) as copy:
        file.backup(copy)
    for word in NAME.split():
        assert word.encode() not in (tmp_path / "copy").read_bytes()


def test_a_key_beside_the_database_still_opens_when_another_one_is_set(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{tmp_path}/o.db"\n[photos]\nstore = "{tmp_path}/p"\n')
    made = config.load({config.TOKEN: TOKEN}, path).secrets
    assert (tmp_path / "o.db.key").stat().st_mode & 0o777 == 0o600
    assert config.load({config.TOKEN: TOKEN, SECRET: NEW}, path).secrets == (NEW.encode(), *made)
    several = config.load({config.TOKEN: TOKEN, SECRET: f"{NEW}\n\n {OLD}\n"}, path)
    assert several.secrets[:2] == (NEW.encode(), OLD.encode())
    assert NEW not in repr(several)
