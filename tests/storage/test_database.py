"""The file: schema, transactions, savepoints; and what it says when it cannot be used."""

from __future__ import annotations

import asyncio
import resource
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from storage import migrate
from storage.database import Database, StorageError, Tx, Unwritable, open_database, path_of
from storage.migrate import SchemaError
from tests.engines import SQLITE
from tests.permissions import as_nobody, read_only


async def count(tx: Tx) -> int:
    return int((await tx.one("SELECT count(*) AS n FROM team"))["n"])


async def put(tx: Tx, name: str) -> None:
    await tx.run("INSERT INTO team (name, municipality) VALUES (:name, 'Бяла')", name=name)


async def put_and_fail(tx: Tx, name: str) -> None:
    await put(tx, name)
    raise ZeroDivisionError


async def test_what_fails_in_a_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await put_and_fail(tx, "Б-1")
    async with database.reading() as tx:
        assert await count(tx) == 0


async def test_a_savepoint_undoes_only_itself(database: Database) -> None:
    async with database.transaction() as tx:
        await put(tx, "Б-1")
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await put_and_fail(tx, "Б-2")
        async with tx.savepoint():
            await put(tx, "Б-3")
    async with database.reading() as tx:
        assert await count(tx) == 2


async def test_what_a_savepoint_undoes_is_neither_offered_nor_followed(database: Database) -> None:
    taken, then = list[str](), list[str]()
    database.listen("teams", lambda: None, taken.extend)

    async def put_and_offer(name: str) -> None:
        tx.offer("teams", name, [0])
        tx.when_committed(lambda: then.append(name))
        await (put_and_fail if name == "Б-2" else put)(tx, name)

    async with database.transaction() as tx:
        await put_and_offer("Б-1")
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await put_and_offer("Б-2")
        async with tx.savepoint():
            await put_and_offer("Б-3")
        assert taken == []
    assert taken == then == ["Б-1", "Б-3"]


async def test_writers_wait_for_each_other_and_readers_see_only_what_is_committed(database: Database) -> None:
    async def add(name: str) -> None:
        async with database.transaction() as tx:
            before = await count(tx)
            await put(tx, name)
            async with database.reading() as aside:
                assert await count(aside) == before

    await asyncio.gather(*(add(f"Б-{n}") for n in range(20)))
    async with database.reading() as tx:
        assert await count(tx) == 20


@pytest.mark.only(SQLITE)
async def test_a_commit_is_on_the_disk_in_full(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        rows = {name: (await tx.one(f"PRAGMA {name}"))[0] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert rows == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_opening_again_changes_nothing_and_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/obhvat.db"
    for _ in range(2):
        await (await open_database(url)).close()
    path = path_of(url)
    assert migrate.revision(path) == migrate.newest()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(SchemaError, match="newer obhvat"):
        await open_database(url)
    assert path.read_bytes() == before


async def test_a_file_that_is_not_ours_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("това не е база")
    with pytest.raises(SchemaError, match="not a readable SQLite file"):
        await open_database(f"sqlite:///{tmp_path}/notes.db")
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(SchemaError, match="another program"):
        await open_database(f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(StorageError, match="For example"):
        await open_database("mysql://here")


@pytest.mark.only(SQLITE)
async def test_a_commit_that_fails_leaves_nothing_open_behind_it(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await put_what_cannot_be_committed(database)
    async with database.transaction() as tx:
        assert await count(tx) == 0


async def put_what_cannot_be_committed(database: Database) -> None:
    async with database.transaction() as tx:
        await put(tx, "Б-1")
        # Looked at only when it commits, as a full disk is.
        await tx.run("PRAGMA defer_foreign_keys=ON")
        await tx.run("INSERT INTO membership (person_id, team_id, since) VALUES (99, 1, 0)")


@pytest.mark.only(SQLITE)
async def test_a_writer_waits_for_another_program_that_writes(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "obhvat.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(add(database, "Б-1"))
        await meanwhile(database)
        assert not writing.done()
        other.execute("COMMIT")
        await writing
    async with database.reading() as tx:
        assert await count(tx) == 1


@pytest.mark.only(SQLITE)
async def test_who_is_stopped_while_waiting_for_another_program_leaves_nothing_open(
    database: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "obhvat.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(add(database, "Б-1"))
        await meanwhile(database)
        writing.cancel()
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await writing
    await add(database, "Б-2")
    async with database.reading() as tx:
        assert await count(tx) == 1


async def test_who_is_stopped_in_the_middle_of_a_commit_has_committed(database: Database) -> None:
    writing = asyncio.create_task(add(database, "Б-1"))

    def stop(_when: str) -> None:
        writing.cancel()

    database.committing = stop
    with pytest.raises(asyncio.CancelledError):
        await writing
    database.committing = lambda _when: None
    await add(database, "Б-2")
    async with database.reading() as tx:
        assert await count(tx) == 2


@pytest.mark.only(SQLITE)
async def test_a_file_that_can_no_longer_be_written_is_told_at_once(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run("PRAGMA query_only=ON")
    with pytest.raises(Unwritable, match="right to write"):
        await add(database, "Б-1")


@pytest.mark.only(SQLITE)
async def test_when_the_disk_fails_in_the_middle_nobody_is_told_that_it_was_kept(database: Database) -> None:
    """SQLite undoes the whole transaction by itself then, and a commit of nothing succeeds."""
    async with database.transaction() as tx:
        await tx.run("PRAGMA cache_size=1")  # so that it writes to the disk before the end
    with pytest.raises(Unwritable, match="disk"):
        await put_many_whatever_fails(database)
    assert "disk" in database.trouble
    await add(database, "Б-3")
    assert database.trouble == ""
    async with database.reading() as tx:
        assert await count(tx) == 1


async def put_many_whatever_fails(database: Database) -> None:
    async with database.transaction() as tx:
        await put(tx, "Б-1")
        with full_disk(), suppress(sqlite3.Error, Unwritable):
            async with tx.savepoint():
                for n in range(2000):
                    await put(tx, f"Б-1-{n}")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow, as far as this process writes it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_file_that_may_not_be_written_is_told_and_nothing_is_left_running(tmp_path: Path) -> None:
    await (await open_database(f"sqlite:///{tmp_path}/obhvat.db")).close()
    with closing(sqlite3.connect(tmp_path / "obhvat.db")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # as in a copy that was restored
    (tmp_path / "obhvat.db").chmod(0o444)
    before = running()
    with as_nobody(tmp_path), pytest.raises(StorageError, match="cannot be opened"):
        await open_database(f"sqlite:///{tmp_path}/obhvat.db")
    # One that is forgotten keeps the program from ending.
    for thread in running() - before:
        thread.join(5)
        assert not thread.is_alive()


def running() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio")}


@pytest.mark.only(SQLITE)
async def test_a_killed_file_in_a_folder_that_may_not_be_written_is_called_that_and_not_unreadable(
    database: Database, tmp_path: Path
) -> None:
    copied = tmp_path / "killed"
    copied.mkdir()
    for beside in ("", "-wal"):
        shutil.copy(f"{database.path}{beside}", copied / f"obhvat.db{beside}")
    with read_only(copied), as_nobody(copied), pytest.raises(SchemaError, match="cannot be opened"):
        migrate.revision(copied / "obhvat.db")


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("не е папка")
    with pytest.raises(SchemaError, match="cannot be written"):
        await open_database(f"sqlite:///{tmp_path}/notes/obhvat.db")


async def test_an_empty_file_is_a_new_one_also_for_two_who_open_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "obhvat.db").touch()
    for opened in await asyncio.gather(*(open_database(f"sqlite:///{tmp_path}/obhvat.db") for _ in range(2))):
        async with opened.reading() as tx:
            assert await count(tx) == 0
        await opened.close()


async def meanwhile(database: Database) -> None:
    """Readers are not in the way of another program that writes; so long the writer waits."""
    async with database.reading() as tx:
        for _ in range(50):
            assert await count(tx) == 0


async def add(database: Database, name: str) -> None:
    async with database.transaction() as tx:
        await put(tx, name)
