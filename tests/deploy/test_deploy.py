"""The files of deploy/: what they name is there, and they shut the bot in as tightly as they say."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli import cli
from bot.settings import config, sections
from bot.settings.keyring import SECRET
from bot.settings.storing import KEY, KEY_ID
from bot.watch import judge
from bot.watch.meters import Meters

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
ANALYZE = shutil.which("systemd-analyze")
EXPOSED = 20
"""Tenths of a point of `systemd-analyze security`, where a service without a word about it has 96."""

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here; .ci/run installs it")


def settings(unit: Path) -> list[tuple[str, str]]:
    lines = [line.strip() for line in unit.read_text("utf-8").splitlines()]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines if line and line[0] not in "#[")]


def values(unit: Path, name: str) -> list[str]:
    return [value for known, value in settings(unit) if known == name]


def commands() -> dict[str, set[str]]:
    """Each command of `obhvat` with its options."""
    group: Any = get_command(cli)
    return {name: {flag for one in command.params for flag in one.opts} for name, command in group.commands.items()}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_runs_a_command_that_there_is(unit: Path) -> None:
    [run] = values(unit, "ExecStart")
    program, command, *arguments = shlex.split(run)
    assert program == "/opt/obhvat/.venv/bin/obhvat"
    options = {one for one in arguments if one.startswith("--")}
    assert options <= commands()[command], (command, options)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_shut_in(unit: Path) -> None:
    told = dict(settings(unit))
    for name, value in {
        "User": "obhvat",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
        "StateDirectoryMode": "0700",
    }.items():
        assert told[name] == value, name
    assert set(" ".join(values(unit, "ReadWritePaths")).split()) <= {"/var/lib/obhvat", "/var/backups/obhvat"}


def test_units_name_one_another_as_they_are_called() -> None:
    there = {unit.name for unit in UNITS}
    for unit in UNITS:
        for failing in values(unit, "OnFailure"):
            assert re.sub(r"@[^.]*(\.\w+)?\.service$", "@.service", failing) in there, failing
    started = {unit.with_suffix(".service").name for unit in UNITS if unit.suffix == ".timer"}
    assert started <= there, "what a timer of that name starts"


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """With the program and the file of its environment where they will be."""
    program = tmp_path / "opt" / "obhvat"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/obhvat/.venv/bin/obhvat", str(program))
        (tmp_path / unit.name).write_text(text, "utf-8")
    for unit in UNITS:
        name = unit.name.replace("@.", "@obhvat.service.")
        told = verified(tmp_path, name)
        assert told == [], told


def verified(folder: Path, name: str) -> list[str]:
    """What `systemd-analyze verify` says of our units; what it says of those of the machine is not ours."""
    ended = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", "--recursive-errors=no", str(folder / name)],
        capture_output=True, text=True, check=False, timeout=60, env={"SYSTEMD_UNIT_PATH": f"{folder}:"},
    )  # fmt: skip
    return [line for line in ended.stderr.splitlines() if "obhvat" in line]


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_systemd_finds_little_that_is_exposed(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name.replace("@", "")
    shutil.copy(unit, here)
    ended = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", f"--threshold={EXPOSED}", "--no-pager", str(here)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-300:] + ended.stderr


def test_the_environment_names_only_what_the_configuration_reads() -> None:
    text = (DEPLOY / "environment.example").read_text("utf-8")
    names = re.findall(r"^#? ?(OBHVAT_\w+)=", text, re.M)
    known = {config.TOKEN, config.VIBER_TOKEN, config.OPERATOR_TOKEN, SECRET, KEY_ID, KEY}
    assert set(names) == {config.CONFIG, *(f"{name}_FILE" for name in known)}
    for unit in SERVICES:
        assert values(unit, "EnvironmentFile") == ["/etc/obhvat/environment"]


def test_the_script_for_commands_uses_the_paths_of_the_service() -> None:
    script = (DEPLOY / "obhvat-do").read_text("utf-8")
    subprocess.run(["/bin/sh", "-n", str(DEPLOY / "obhvat-do")], check=True, timeout=10)
    for path in ("/etc/obhvat/environment", "/var/lib/obhvat", "/opt/obhvat/.venv/bin/obhvat"):
        assert path in script
    assert (DEPLOY / "obhvat-do").stat().st_mode & 0o111


def test_the_container_copies_what_there_is_and_runs_as_nobody_in_particular() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    told = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    sources = [one for word, rest in told if word == "COPY" and "--from" not in rest for one in rest.split()[:-1]]
    assert all((REPOSITORY / source).exists() for source in sources)
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages <= set(sources), "each package of the program"
    users = [rest for word, rest in told if word == "USER"]
    assert users == ["10001:10001"]
    assert not any(word == "ADD" for word, _rest in told)
    entry = next(rest for word, rest in told if word == "ENTRYPOINT")
    assert entry == '["/opt/obhvat/bin/obhvat"]'
    assert next(rest for word, rest in told if word == "CMD") == '["run"]'
    assert "run" in commands()
    assert "registry" not in " ".join(lines)


def test_a_bot_says_when_it_is_ready_and_that_it_lives(tmp_path: Path) -> None:
    """By the socket that systemd gives it, a path or an abstract name."""
    code = (
        "import os, socket, sys\n"
        "from bot.watch import systemd\n"
        "for address in (sys.argv[1], '\\0' + 'obhvat-test'):\n"
        "    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:\n"
        "        heard.bind(address)\n"
        "        os.environ['NOTIFY_SOCKET'] = address.replace('\\0', '@')\n"
        "        systemd.notify('READY=1')\n"
        "        print(heard.recv(100).decode())\n"
        "del os.environ['NOTIFY_SOCKET']\n"
        "systemd.notify('READY=1')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "notify")]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=30)
    assert ended.stdout.split() == ["READY=1", "READY=1"]


def test_the_guide_names_commands_that_there_are_and_explains_every_alarm() -> None:
    guide = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    used = re.findall(r"^obhvat-do (\w+)(.*)$", guide, re.M)
    assert {name for name, _rest in used} >= {"check", "backup", "restore"}
    for name, rest in used + re.findall(r"`obhvat-do (\w+)([^`]*)`", guide):
        assert name in commands(), name
        assert set(re.findall(r"--[\w-]+", rest)) <= commands()[name], (name, rest)
    for alarm in (judge.INBOX, judge.WRITING, judge.DISK, judge.PHOTOS, judge.BACKUP, judge.BOT):
        assert f"| `{alarm}` |" in guide
    for alarm in (judge.TOKEN, judge.SILENT, judge.OUTBOX):
        assert f"| `telegram.{alarm}`, `viber.{alarm}` |" in guide
    assert f"| `telegram.{judge.SECOND}` |" in guide
    for path in re.findall(r"deploy/[\w.@*-]+", guide):
        assert list(REPOSITORY.glob(path)), path
    keys = sections.Operator.model_fields
    for key in ("chat", "queue_minutes", "silence_minutes", "disk_free_mb", "backup_hours"):
        assert key in keys
        assert key in guide


def test_the_guide_names_metrics_that_there_are() -> None:
    guide = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    counted = {family.name for family in Meters().registry.collect()}
    source = (REPOSITORY / "bot" / "watch" / "pages.py").read_text("utf-8")
    for name in re.findall(r"`(obhvat_\w+)", guide):
        assert name.removesuffix("_total") in counted or f'"{name}"' in source, name
