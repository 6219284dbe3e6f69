"""A backup is one moment of a bot that goes on writing, whole or not there, and for its owner's eyes only."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from sandbox import Sandbox
from storage import migrate
from storage.copies import NOT_COPIED
from tests.bot.commands import KEY, district, environ, obhvat
from tests.engines import OF_THE_FILE

pytestmark = OF_THE_FILE

BACKUPS = 5


@asynccontextmanager
async def writing(folder: Path) -> AsyncIterator[None]:
    """A process that writes as fast as it can (`tests/bot/writer.py`), from its first commits until the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.writer", str(folder), env=environ(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield
        assert process.returncode is None, "it wrote all the time"
    finally:
        process.kill()
        await process.wait()


def unpacked(backup: Path, folder: Path) -> sqlite3.Connection:
    with ZipFile(backup) as packed:
        return sqlite3.connect(packed.extract("obhvat.db", folder))


async def test_a_backup_is_one_moment_of_a_process_that_writes_and_deletes(sandbox: Sandbox, tmp_path: Path) -> None:
    path = await district(tmp_path, sandbox)
    committed, numbers = [], []
    async with writing(tmp_path):
        for n in range(BACKUPS):
            with closing(sqlite3.connect(path)) as file:
                committed.append(file.execute("SELECT count(*) FROM audit WHERE what = 'second half'").fetchone()[0])
            status, said = await obhvat(tmp_path, "backup", tmp_path / f"{n}.zip")
            assert status == 0, said
    for n in range(BACKUPS):
        (tmp_path / str(n)).mkdir()
        with closing(unpacked(tmp_path / f"{n}.zip", tmp_path / str(n))) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            [written] = file.execute("SELECT count(*) FROM audit WHERE what = 'first half'").fetchone()
            assert file.execute("SELECT count(*) FROM audit WHERE what = 'second half'").fetchone() == (written,)
            named = {key for (key,) in file.execute("SELECT stored_as FROM media WHERE stored_as <> ''")}
            assert named, "it writes photos too"
            with ZipFile(tmp_path / f"{n}.zip") as packed:
                assert {f"photos/{key}" for key in named} <= set(packed.namelist())
            numbers.append(written)
    assert all(kept >= before for kept, before in zip(numbers, committed, strict=True)), (committed, numbers)


async def test_only_its_owner_reads_a_backup_and_nothing_half_made_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    await district(tmp_path, sandbox)
    into = tmp_path / "backups"
    into.mkdir()
    (into / ".obhvat-half").mkdir()
    (into / ".obhvat-half" / "obhvat.db").write_text("what a killed one left")
    status, said = await obhvat(tmp_path, "backup", into)
    assert status == 0, said
    [made] = into.iterdir()
    assert made.stat().st_mode & 0o777 == 0o600
    assert f"{made}: 3 cases, 0 visits, 0 photos, 0." in said
    with ZipFile(made) as packed:
        assert sorted(packed.namelist()) == ["about.json", "obhvat.db"]
        assert KEY.encode() not in packed.read("about.json")


async def test_what_is_there_already_is_never_overwritten(sandbox: Sandbox, tmp_path: Path) -> None:
    path = await district(tmp_path, sandbox)
    migrate.check(path)  # which opens it
    before, names = path.read_bytes(), sorted(os.listdir(tmp_path))
    for target in (path, tmp_path / "config.toml", tmp_path / "nowhere" / "a.zip"):
        status, said = await obhvat(tmp_path, "backup", target)
        assert (status, said.count("\n")) == (2, 1), said
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == names


async def test_of_a_folder_only_the_newest_are_kept_and_nothing_else_is_deleted(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await district(tmp_path, sandbox)
    into = tmp_path / "backups"
    into.mkdir()
    old = [into / f"2026-11-0{day}T030000.obhvat.zip" for day in range(1, 5)]
    own = into / "before-the-update.zip"
    for file in (*old, own):
        file.touch()
    status, said = await obhvat(tmp_path, "backup", into, "--keep", "3")
    assert status == 0, said
    left = sorted(into.iterdir())
    assert len(left) == 4
    assert {*old[2:], own} < set(left)
    assert all(f"{gone}: deleted" in said for gone in old[:2])


async def test_a_photo_that_is_lost_or_spoilt_is_told_and_the_backup_says_so_too(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = await district(tmp_path, sandbox)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / f"{'b' * 64}.jpg").write_bytes(b"no longer what it was")
    with closing(sqlite3.connect(path)) as file, file:
        for key in "ab":
            file.execute(
                "INSERT INTO media (channel, file, recognised_by, state, stored_as) "
                "VALUES ('telegram', ?, ?, 'stored', ?)",
                (key, key, f"{key * 64}.jpg"),
            )
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert (status, "2 photos that visits name are not in" in said) == (0, True), said
    with closing(unpacked(tmp_path / "a.zip", tmp_path / "photos")) as file:
        found = file.execute("SELECT state, stored_as, error FROM media").fetchall()
    assert found == [("failed", "", NOT_COPIED)] * 2


@pytest.mark.parametrize("damage", ["a page", "the head"])
async def test_a_damaged_database_makes_no_backup(sandbox: Sandbox, tmp_path: Path, damage: str) -> None:
    path = await district(tmp_path, sandbox, cases=300)
    with path.open("r+b") as file:
        file.seek(0 if damage == "the head" else path.stat().st_size // 2)
        file.write(b"\xff" * 20_000)
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert (status, said.count("\n")) == (2, 1), said
    assert not (tmp_path / "a.zip").exists()
    assert not (tmp_path / ".obhvat-half").exists()


async def test_a_backup_leaves_an_older_schema_as_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    path = await district(tmp_path, sandbox)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '0009_absences'")
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert status == 0, said
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("0009_absences",)
        assert file.execute("SELECT count(*) FROM audit WHERE what = 'backed up'").fetchone() == (1,)


async def test_what_was_deleted_is_not_in_a_backup(sandbox: Sandbox, tmp_path: Path) -> None:
    """Also where SQLite was built so that it leaves it in the file until its pages are used again."""
    path = await district(tmp_path, sandbox)
    marks = [f"Заличено име {n} ".encode() * 50 for n in range(50)]
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA secure_delete = OFF")
        with file:
            file.executemany("INSERT INTO audit (at, what, detail) VALUES (0, 'x', ?)", [(mark,) for mark in marks])
        with file:
            file.execute("DELETE FROM audit WHERE what = 'x'")
    assert marks[7] in path.read_bytes()
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert status == 0, said
    with ZipFile(tmp_path / "a.zip") as packed:
        assert "Заличено".encode() not in packed.read("obhvat.db")
