"""`obhvat import` at the keyboard: sentences and exit 2, a dry run that keeps nothing, a bar only on a terminal."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.bot.test_cli import obhvat
from tests.imports.books import BROKEN, EGN, HEADER, TEAMS, at_risk, book, child

TOKEN = "111:AAA"
COMMAND = [sys.executable, "-m", "bot.cli", "import", "cases"]


def imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return obhvat(folder, "import", *arguments, OBHVAT_TELEGRAM_TOKEN=TOKEN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With three teams imported."""
    (tmp_path / "teams.csv").write_bytes(TEAMS)
    ended = imports(tmp_path, "teams", "teams.csv")
    assert (ended.returncode, ended.stdout) == (0, "3 new, 0 already here, 0 refused.\n"), ended.stderr
    return tmp_path


def count(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "obhvat.db")) as file:
        found: int = file.execute("SELECT count(*) FROM child_case").fetchone()[0]
    return found


def test_a_dry_run_shows_the_first_lines_and_keeps_nothing(folder: Path) -> None:
    (folder / "x.xlsx").write_bytes(book(HEADER, *(child(n) for n in range(1, 9)), child(9, Група="няма")))
    ended = imports(folder, "cases", "x.xlsx", "--dry-run")
    assert ended.returncode == 0, ended.stderr
    header, first, *_others = ended.stdout.splitlines()
    assert header.split() == ["line", "group", "born", "municipality", "settlement", "address", "team"]
    assert first.split() == ["2", "G2", "2015", "Бяла", "Дряновец", "ул.", "Рила", "1", "Б-1"]
    assert "Росица" not in ended.stdout
    assert "Ред 10, колона „група“" in ended.stdout
    assert ended.stdout.endswith("8 new, 0 already here, 1 refused. Nothing was kept, this was a dry run.\n")
    assert count(folder) == 0
    assert not (folder / "x.xlsx.rejects.csv").exists()


def test_refused_rows_are_in_a_file_of_their_own(folder: Path) -> None:
    (folder / "x.xlsx").write_bytes(book(HEADER, child(1), child(2, Екип="няма")))
    ended = imports(folder, "cases", "x.xlsx")
    assert ended.stdout.startswith("1 new, 0 already here, 1 refused.\n")
    said = "Ред 3, колона „екип“: няма такъв екип. Внесете първо екипите."
    assert (folder / "x.xlsx.rejects.csv").read_text("utf-8-sig") == f'line,column,reason\n3,екип,"{said}"\n'
    assert imports(folder, "cases", "x.xlsx").stdout.startswith("0 new, 1 already here, 1 refused.\n")
    assert count(folder) == 1


def test_the_register_needs_a_team(folder: Path) -> None:
    (folder / "risk.xlsx").write_bytes(at_risk())
    without = imports(folder, "cases", "risk.xlsx")
    assert "0 new, 0 already here, 1 refused." in without.stdout
    assert "--team Б-1" in (folder / "risk.xlsx.rejects.csv").read_text("utf-8-sig")
    unknown = imports(folder, "cases", "risk.xlsx", "--team", "Б-9")
    assert (unknown.returncode, "Teams: Б-1, Б-2, Р-1." in unknown.stderr) == (2, True)
    assert imports(folder, "cases", "risk.xlsx", "--team", "Б-1").stdout == "1 new, 0 already here, 0 refused.\n"
    for kept in folder.iterdir():
        assert kept.name == "risk.xlsx" or EGN.encode() not in kept.read_bytes()


def test_the_mapping_of_the_config_is_used(folder: Path) -> None:
    (folder / "config.toml").write_text('[import.mapping]\n"Собствено име" = "first_name"\n')
    (folder / "x.xlsx").write_bytes(book(["Собствено име" if h == "Име" else h for h in HEADER], child(1)))
    assert imports(folder, "cases", "x.xlsx").stdout == "1 new, 0 already here, 0 refused.\n"


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_a_sentence_and_exit_2(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    ended = imports(tmp_path, "cases", "x.xlsx")
    assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "obhvat.db").exists()


def test_cases_are_not_taken_for_teams(folder: Path) -> None:
    (folder / "x.xlsx").write_bytes(book(HEADER, child(1)))
    ended = imports(folder, "teams", "x.xlsx")
    assert ended.returncode == 2
    assert "obhvat import cases x.xlsx" in ended.stderr


def test_a_bar_is_drawn_only_on_a_terminal(folder: Path) -> None:
    (folder / "x.xlsx").write_bytes(book(HEADER, *(child(n) for n in range(1, 400))))
    assert imports(folder, "cases", "x.xlsx", "--dry-run").stderr == ""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "OBHVAT_TELEGRAM_TOKEN": TOKEN, "TERM": "xterm"}
    process = subprocess.Popen(
        [*COMMAND, "x.xlsx"], cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=theirs
    )  # fmt: skip
    os.close(theirs)
    drawn = b""
    with suppress(OSError):  # how a terminal tells that nobody writes to it any more
        while piece := os.read(ours, 4096):
            drawn += piece
    os.close(ours)
    assert process.wait(60) == 0
    assert b"Reading x.xlsx" in drawn
    assert b"100%" in drawn or "━".encode() in drawn


def test_fifty_megabytes_are_a_sentence(tmp_path: Path) -> None:
    with (tmp_path / "x.xlsx").open("wb") as file:
        file.truncate(50_000_000)
    ended = imports(tmp_path, "cases", "x.xlsx")
    assert (ended.returncode, "по-голям от 20 MB" in ended.stderr) == (2, True), ended.stderr
