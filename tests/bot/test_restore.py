"""A backup is proved by being restored: elsewhere, by a real process, in the middle of a conversation."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot import album
from bot.commands.backup import Source
from bot.commands.restore import restore
from bot.settings.config import ConfigError
from bot.store import Store
from sandbox import Sandbox
from storage import life, migrate
from storage.database import open_database, to_micros
from storage.sealing import Sealer
from tests.bot.commands import KEY, bot, district, joins, obhvat
from tests.bot.conftest import TOKEN, write_config
from tests.engines import OF_THE_FILE
from tests.storage.test_upgrades import written_by

pytestmark = OF_THE_FILE


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(sql).fetchall()


def kept(folder: Path) -> Path:
    """Under what name the one that was there before is kept."""
    [old] = folder.glob("obhvat.db.before-*[0-9]")
    return old


def elsewhere(folder: Path, sandbox: Sandbox) -> Path:
    """An empty folder with a configuration."""
    there = folder / "elsewhere"
    there.mkdir()
    write_config(there, sandbox)
    return there


async def test_a_restored_bot_answers_the_next_message_of_an_open_conversation(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        await district(tmp_path, sandbox)
        mila = sandbox.world.person("Мила")
        async with bot(tmp_path):
            await joins(mila)
            await mila.says("1 никой")
            await mila.hears(30)
            await mila.taps("Запази")
            assert "Доклад № 1" in (await mila.hears(30)).text
            await mila.says("2 отказ")
            assert "Кого" in (await mila.hears(30)).text
            status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
            assert status == 0, said
        there = elsewhere(tmp_path, sandbox)
        status, said = await obhvat(there, "restore", tmp_path / "a.zip")
        assert (status, f"{there}/obhvat.db: 3 cases, 1 visits, 0 photos, as they were on" in said) == (0, True), said
        async with bot(there):
            await mila.taps("Баща")
            assert "Защо" in (await mila.hears(30)).text
            await mila.taps("Пропусни")
            await mila.hears(30)
            await mila.taps("Запази")
            await mila.hears(30)
        heard = [message.text.partition(" ·")[0] for message in mila.chat if message.from_bot]
        assert heard[1:] == ["Записано. Доклад № 1", "Записано. Доклад № 2"], "nothing is said twice"
        path = there / "obhvat.db"
        counts = (
            "SELECT sum(attempts), (SELECT count(*) FROM visit), (SELECT count(*) FROM visit_version) FROM child_case"
        )
        assert rows(path, counts) == [(2, 2, 2)]
        assert rows(path, "SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]
        assert rows(path, "SELECT count(*) FROM journal") == [(0,)]
        assert path.stat().st_mode & 0o777 == 0o600


async def test_photos_come_with_it_and_those_that_are_here_already_stay(sandbox: Sandbox, tmp_path: Path) -> None:
    await with_photos(tmp_path, sandbox)
    there = elsewhere(tmp_path, sandbox)
    (there / "photos").mkdir()
    shutil.copy(next((tmp_path / "photos").iterdir()), there / "photos")
    (there / "photos" / "of another life.jpg").touch()
    status, said = await obhvat(there, "restore", tmp_path / "a.zip")
    assert (status, "2 photos added" in said) == (0, True), said
    here = {file.name: file.read_bytes() for file in (tmp_path / "photos").iterdir()}
    assert {file.name: file.read_bytes() for file in (there / "photos").iterdir()} == {
        **here, "of another life.jpg": b""
    }  # fmt: skip


async def test_sealed_photos_come_with_it_and_open(sandbox: Sandbox, tmp_path: Path) -> None:
    path, sealer, pictures = await district(tmp_path, sandbox), Sealer(KEY.encode()), [b"a door", b"a notice"]
    names = [await album.put(Store(tmp_path / "photos"), sealer, one) for one in pictures]
    names_them(path, names)
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert (status, "2 photos" in said) == (0, True), said
    there = elsewhere(tmp_path, sandbox)
    status, said = await obhvat(there, "restore", tmp_path / "a.zip")
    assert (status, "2 photos added" in said) == (0, True), said
    assert [await album.get(Store(there / "photos"), sealer, name) for name in names] == pictures


async def test_a_sealed_photo_that_was_changed_in_a_backup_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    path = await district(tmp_path, sandbox)
    name = await album.put(Store(tmp_path / "photos"), Sealer(KEY.encode()), b"a door")
    names_them(path, [name])
    await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    spoilt = changed(tmp_path / "a.zip", f"photos/{name}", lambda content: content[:-1] + bytes([content[-1] ^ 1]))
    there = elsewhere(tmp_path, sandbox)
    status, said = await obhvat(there, "restore", spoilt)
    assert (status, "is not what it was" in said, (there / "obhvat.db").exists()) == (2, True, False), said


def names_them(path: Path, photos: Sequence[str]) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany(
            "INSERT INTO media (channel, file, recognised_by, state, stored_as) VALUES ('telegram', ?, ?, 'stored', ?)",
            [(str(n), str(n), name) for n, name in enumerate(photos)],
        )


async def with_photos(folder: Path, sandbox: Sandbox) -> None:
    """A backup `a.zip` with three photos, each of 200,000 bytes."""
    path = await district(folder, sandbox)
    (folder / "photos").mkdir()
    contents = [random.Random(n).randbytes(200_000) for n in range(3)]
    names = [f"{hashlib.sha256(content).hexdigest()}.jpg" for content in contents]
    for name, content in zip(names, contents, strict=True):
        (folder / "photos" / name).write_bytes(content)
    names_them(path, names)
    status, said = await obhvat(folder, "backup", folder / "a.zip")
    assert status == 0, said


@pytest.mark.long
@pytest.mark.parametrize("limit", [20_000, 150_000, 250_000])
async def test_a_disk_that_ends_half_way_leaves_the_old_one_as_it_was(
    sandbox: Sandbox, tmp_path: Path, limit: int
) -> None:
    """Before the database is there, in the first photo, and not before the schema is brought up to date."""
    await with_photos(tmp_path, sandbox)
    there = elsewhere(tmp_path, sandbox)
    await district(there, sandbox, cases=1)
    before = {file: file.read_bytes() for file in there.rglob("*") if file.is_file()}
    ends = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit))
    status, said = await obhvat(there, "restore", tmp_path / "a.zip", "--replace", before=ends)
    assert (status, said.count("\n"), "Nothing was changed" in said) == (2, 1, True), said
    assert {file: file.read_bytes() for file in there.rglob("*") if file.is_file()} == before
    status, said = await obhvat(there, "restore", tmp_path / "a.zip", "--replace")
    assert status == 0, said


async def test_a_living_database_is_never_touched(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        await district(tmp_path, sandbox)
        mila = sandbox.world.person("Мила")
        async with bot(tmp_path):
            await joins(mila)
            await obhvat(tmp_path, "backup", tmp_path / "a.zip")
            status, said = await obhvat(tmp_path, "restore", tmp_path / "a.zip", "--replace")
            assert (status, "is using it. Stop it first" in said) == (2, True), said
            await mila.says("1 никой")
            await mila.hears(30)


async def test_what_was_here_is_kept_whole_when_it_is_replaced(tmp_path: Path) -> None:
    """Also what a killed bot had not yet moved from the WAL into the file."""
    async with Sandbox(TOKEN, limits=False) as sandbox:
        path = await district(tmp_path, sandbox)
        await obhvat(tmp_path, "backup", tmp_path / "a.zip")
        mila = sandbox.world.person("Мила")
        async with bot(tmp_path):
            await joins(mila)
        assert path.with_name("obhvat.db-wal").stat().st_size > 0
        status, said = await obhvat(tmp_path, "restore", tmp_path / "a.zip")
        assert (status, "With --replace it is kept" in said) == (2, True), said
        status, said = await obhvat(tmp_path, "restore", tmp_path / "a.zip", "--replace")
        assert status == 0, said
        old = kept(tmp_path)
        assert f"is kept as {old}" in said
        assert rows(old, "SELECT name FROM person") == [("Мила",)]
        assert rows(path, "SELECT name FROM person") == []


async def test_a_damaged_database_is_replaced_and_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    path = await district(tmp_path, sandbox)
    await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    path.write_bytes(b"no database any more" * 100)
    status, said = await obhvat(tmp_path, "restore", tmp_path / "a.zip", "--replace")
    assert status == 0, said
    assert rows(path, "SELECT count(*) FROM child_case") == [(3,)]
    old = kept(tmp_path)
    assert old.read_bytes() == b"no database any more" * 100


async def test_a_backup_of_a_newer_schema_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    await district(tmp_path, sandbox)
    await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    there = elsewhere(tmp_path, sandbox)
    newer = changed(tmp_path / "a.zip", "about.json", lambda text: text.replace(migrate.newest().encode(), b"9999_x"))
    status, said = await obhvat(there, "restore", newer)
    assert (status, "was made by a newer obhvat" in said, os.listdir(there)) == (2, True, ["config.toml"]), said


def changed(backup: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The same backup with another content under a name; taken out if it becomes nothing."""
    made = backup.with_name("changed.zip")
    with ZipFile(backup) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == name:
                content = change(content)
            if content:
                new.writestr(entry, content)
    return made


@pytest.mark.parametrize("revision", ["0001_first", "0012_pictures"])
async def test_a_backup_of_an_older_version_is_brought_up_to_date(
    sandbox: Sandbox, tmp_path: Path, revision: str
) -> None:
    write_config(tmp_path, sandbox)
    written_by(revision, tmp_path / "obhvat.db")
    (tmp_path / "photos").mkdir()
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert status == 0, said
    there = elsewhere(tmp_path, sandbox)
    status, said = await obhvat(there, "restore", tmp_path / "a.zip")
    assert (status, f"Brought up to date from {revision} to {migrate.newest()}." in said) == (0, True), said
    assert rows(there / "obhvat.db", "SELECT count(*) FROM child_case") == [(3,)]
    assert rows(tmp_path / "obhvat.db", "SELECT version_num FROM alembic_version") == [(revision,)]


async def test_another_key_is_told_before_the_names_are_lost(sandbox: Sandbox, tmp_path: Path) -> None:
    await district(tmp_path, sandbox)
    await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    there = elsewhere(tmp_path, sandbox)
    for other in ("", "another" * 6):
        status, said = await obhvat(there, "restore", tmp_path / "a.zip", key=other)
        assert (status, "sealed with another key" in said, os.listdir(there)) == (2, True, ["config.toml"]), said
    status, said = await obhvat(there, "restore", tmp_path / "a.zip", "--without-names", key="another" * 6)
    assert status == 0, said


@pytest.mark.long
async def test_whatever_is_damaged_is_refused_and_never_half_restored(sandbox: Sandbox, tmp_path: Path) -> None:
    """Bytes that are turned, an end that is missing, things that are not there: refused, or nothing was lost by it."""
    await with_photos(tmp_path, sandbox)
    draw, whole = random.Random(56), (tmp_path / "a.zip").read_bytes()
    there = elsewhere(tmp_path, sandbox)
    spoilt = [whole[: draw.randrange(len(whole))] for _ in range(10)]
    for _ in range(60):
        turned = bytearray(whole)
        at = draw.randrange(len(turned)) if draw.random() < 0.5 else draw.randrange(-900, 0)
        turned[at] ^= 1 << draw.randrange(8)
        spoilt.append(bytes(turned))
    refused = 0
    for content in spoilt:
        (tmp_path / "spoilt.zip").write_bytes(content)
        refused += restored_or_refused(there, tmp_path / "spoilt.zip")
    assert refused > 55


def restored_or_refused(there: Path, backup: Path) -> bool:
    into = Source(there / "obhvat.db", Store(there / "photos"), (KEY.encode(),))
    try:
        restore(into, backup, datetime.now(UTC), replace=False, without_names=True)
    except ConfigError as wrong:
        told = str(wrong)
    else:
        assert rows(into.database, "SELECT count(*) FROM child_case") == [(3,)]
        assert len(list((there / "photos").iterdir())) == 3
        into.database.unlink()
        shutil.rmtree(there / "photos")
        return False
    assert "damaged (" in told or "newer obhvat" in told, told
    assert not into.database.exists()
    assert not (there / "photos").exists() or list((there / "photos").iterdir()) == []
    return True


async def test_a_backup_without_one_of_its_photos_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    await with_photos(tmp_path, sandbox)
    with ZipFile(tmp_path / "a.zip") as packed:
        photo = next(name for name in packed.namelist() if name.startswith("photos/"))
    there = elsewhere(tmp_path, sandbox)
    for wrong, told in (((lambda _all: b""), "1 photos are missing"), ((lambda _all: b"x"), "is not what it was")):
        status, said = await obhvat(there, "restore", changed(tmp_path / "a.zip", photo, wrong))
        assert (status, told in said, (there / "obhvat.db").exists()) == (2, True, False), said


@pytest.mark.parametrize(
    ("living", "worked_on", "asked"),
    [(True, False, 1), (False, False, 0), (False, True, 1)],
    ids=["of a living bot", "moved while it was stopped", "back from an update"],
)
async def test_people_are_asked_for_what_was_taken_in_after_the_backup(
    tmp_path: Path, living: bool, worked_on: bool, asked: int
) -> None:
    """Telegram keeps for a day what nobody took; what a bot took after its backup, it does not give again."""
    async with Sandbox(TOKEN, limits=False) as sandbox:
        path = await district(tmp_path, sandbox)
        mila = sandbox.world.person("Мила")
        async with bot(tmp_path):
            await joins(mila)
            if living:
                await obhvat(tmp_path, "backup", tmp_path / "a.zip")
        if not living:
            await obhvat(tmp_path, "backup", tmp_path / "a.zip")
        if worked_on:
            async with bot(tmp_path):
                await mila.says("/menu")
                await mila.hears(30)
        else:
            path.unlink()
        status, said = await obhvat(tmp_path, "restore", tmp_path / "a.zip", "--replace")
        assert status == 0, said
        await an_hour_ago(path)
        async with bot(tmp_path):
            await mila.says("/menu")
            await mila.hears(30)
        assert rows(path, "SELECT count(*) FROM outage") == [(1,)]
        assert rows(path, "SELECT count(*) FROM outage_asked") == [(asked,)]


async def an_hour_ago(path: Path) -> None:
    """The bot was last awake an hour ago."""
    database = await open_database(f"sqlite:///{path}")
    async with database.transaction() as tx:
        since = await life.last_awake(tx)
        assert since is not None
        await tx.run("UPDATE awake SET at = :at", at=to_micros(since - timedelta(hours=1)))
    await database.close()
