"""`check` and `run` name every mistake in one go, say the mend, exit 2 and change nothing."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.commands.demo import free_port
from bot.settings.config import ConfigError, examine, load, places
from bot.settings.sections import File
from sandbox import Sandbox
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine
from tests.permissions import as_nobody


def obhvat(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OBHVAT_")}
    command = [sys.executable, "-m", "bot.cli", *arguments]
    given = {**kept, **engine.environ, **environ}
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, timeout=60, check=False)


def test_the_example_is_the_defaults() -> None:
    example = Path(__file__).parents[2] / "config.example.toml"
    assert File.model_validate(tomllib.loads(example.read_text("utf-8"))) == File()


def test_the_hours_of_the_alerts_that_leave_no_time_are_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[schedule]\nalert_at = 09:00:00\nalert_until = 08:59:00\n")
    _file, _tokens, mistakes = examine({}, tmp_path / "config.toml")
    assert "schedule: alert_until must be later than alert_at, 09:00" in mistakes[0]


@pytest.mark.parametrize("command", ["check", "run"])
def test_every_mistake_in_one_go(tmp_path: Path, command: str) -> None:
    (tmp_path / "photos").write_text("a file where a folder should be")
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('9999')"
        )
    (tmp_path / "config.toml").write_text(
        f'[telegram]\napi_urll = "x"\napi_url = "http://127.0.0.1:{free_port()}"\n'
        '[database]\nurl = "sqlite:///newer.db"\n[schedule]\ntimezone = "Europe/Rusee"\n'
    )
    before = sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir())
    ended = obhvat(tmp_path, command, OBHVAT_TELEGRAM_TOKEN=TOKEN)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Value error" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    for told in ("telegram.api_urll", "schedule.timezone", "newer obhvat", "photos.store", "is not reached"):
        assert sum(told in line for line in lines) == 1, (told, lines)
    assert sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir()) == before


async def test_a_service_that_is_stopped_ends_in_order_and_says_nothing_twice(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        path = write_config(tmp_path, sandbox)
        environ = {**os.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "OBHVAT_CONFIG": str(path)}
        stranger = sandbox.world.person("Непознат")
        for _life in range(2):
            bot = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", "run", env=environ, stderr=asyncio.subprocess.PIPE
            )
            await stranger.says("здравейте")
            await stranger.hears(30)
            bot.terminate()
            _out, said = await asyncio.wait_for(bot.communicate(), 20)
            assert (bot.returncode, b"Traceback" in said) == (0, False), said.decode()
        assert [message.from_bot for message in stranger.chat] == [False, True, False, True]


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_unset_token_is_told(tmp_path: Path, command: str) -> None:
    ended = obhvat(tmp_path, command)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "@BotFather" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o555, 0o600])
@pytest.mark.parametrize("place", ["obhvat.db", "data/obhvat.db"])
def test_a_folder_that_is_closed_is_told(
    mode: int, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the folder in which the bot runs: beside it lie the photos; of `data/` in a closed one nothing is seen."""
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.chdir(closed)
    closed.chmod(mode)
    (tmp_path / "config.toml").write_text(f'[database]\nurl = "sqlite:///{closed}/{place}"\n')
    examine({})  # imports what is imported late, from folders that nobody may not read
    with as_nobody(tmp_path):
        _file, _token, mistakes = examine({"OBHVAT_TELEGRAM_TOKEN": TOKEN}, tmp_path / "config.toml")
    closed.chmod(0o755)
    told = f"{closed} cannot be written. Give this user the right to write there, or name another."
    assert {f"database.url: {told}", f"photos.store: {told}"} <= set(mistakes)


@pytest.mark.parametrize("read", [load, places])
def test_a_key_of_somebody_else_is_told(
    read: Callable[[Mapping[str, str]], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator says `obhvat check` as himself, and the bot runs as its own user."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.chdir(shared)
    environ = {"OBHVAT_TELEGRAM_TOKEN": TOKEN}
    load(environ)
    (shared / "obhvat.db.key").chmod(0)
    with as_nobody(tmp_path), pytest.raises(ConfigError, match=r"obhvat\.db\.key cannot be read .* the user who owns"):
        read(environ)


async def test_a_wrong_token_is_told_and_a_right_one_is_fine(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'[telegram]\napi_url = "{sandbox.url}"\n')
    for command in ("check", "run"):
        wrong = await asyncio.to_thread(obhvat, tmp_path, command, OBHVAT_TELEGRAM_TOKEN="222:BBB")
        assert (wrong.returncode, "does not know this token" in wrong.stderr) == (2, True), wrong.stderr
        assert "222:BBB" not in wrong.stderr
        assert os.listdir(tmp_path) == ["config.toml"]
    right = await asyncio.to_thread(obhvat, tmp_path, "check", OBHVAT_TELEGRAM_TOKEN=TOKEN)
    assert (right.returncode, right.stdout) == (0, "Everything is in order.\n"), right.stderr
    assert os.listdir(tmp_path) == ["config.toml"]


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (load({"OBHVAT_TELEGRAM_TOKEN": TOKEN}).secret for _ in range(2))
    assert first == second
    assert (tmp_path / "obhvat.db.key").stat().st_mode & 0o777 == 0o600
    assert TOKEN not in repr(load({"OBHVAT_TELEGRAM_TOKEN": TOKEN}))


def test_every_header_of_the_mapping_that_means_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[import.mapping]\n"Име на детето" = "firstname"\n"Адр." = "address"\n')
    _file, _token, mistakes = examine({"OBHVAT_TELEGRAM_TOKEN": TOKEN}, tmp_path / "config.toml")
    [told] = mistakes
    assert "import.mapping" in told
    assert "'Име на детето' means 'firstname'" in told
    assert "address" in told.split("these are:")[1]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("[schedule]\nnotices_from = 09:00:00\nnotices_until = 08:00:00\n", "notices_until must be later than"),
        (
            "[calendar]\nvacations = [{ name = 'x', first = 2027-01-02, last = 2027-01-01 }]\n",
            "last must not be before",
        ),
    ],
)
def test_hours_and_vacations_that_end_before_they_begin_are_told(tmp_path: Path, section: str, told: str) -> None:
    (tmp_path / "config.toml").write_text(section)
    _file, _token, mistakes = examine({"OBHVAT_TELEGRAM_TOKEN": TOKEN}, tmp_path / "config.toml")
    assert [mistake for mistake in mistakes if told in mistake]


def test_the_mapping_in_the_example_is_valid() -> None:
    example = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
    shown = example.replace('\n# "', '\n"')
    assert len(File.model_validate(tomllib.loads(shown)).import_.mapping) == 2


async def test_an_invitation_is_not_kept_when_its_link_cannot_be_told(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        named = {"OBHVAT_CONFIG": str(write_config(tmp_path, sandbox)), "OBHVAT_TELEGRAM_TOKEN": "222:BBB"}
        environ = {**engine.environ, **named}
        ended = await asyncio.to_thread(obhvat, tmp_path, "invite", "region", **environ)
    assert ended.returncode == 2
    assert ended.stderr == "OBHVAT_TELEGRAM_TOKEN: Telegram does not know this token. Copy it again from @BotFather.\n"
    assert not (tmp_path / "obhvat.db").exists()


async def test_a_demo_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "bot.cli", "demo", "--port", str(free_port()))
    environ, pipe = {**os.environ, "TMPDIR": str(tmp_path)}, asyncio.subprocess.PIPE
    demo = await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)
    assert demo.stdout is not None
    assert b"http://" in await demo.stdout.readline()
    assert len(os.listdir(tmp_path)) == 1
    demo.terminate()
    _out, said = await asyncio.wait_for(demo.communicate(), 20)
    assert (demo.returncode, b"Traceback" in said) == (0, False), said.decode()
    assert os.listdir(tmp_path) == []


def test_a_demo_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = obhvat(tmp_path, "demo", "--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr == f"--port: {port} is in use by something else. Another one: make demo PORT=8090.\n"
