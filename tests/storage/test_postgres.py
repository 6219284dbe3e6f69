"""What PostgreSQL needs beside the SQL that both engines read."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storage import migrate
from storage.database import Database, Tx, open_database
from storage.migrate import SchemaError
from storage.postgres import Writing, numbered
from tests.engines import POSTGRES, url_of

NUMBERED = {
    "SELECT :a, :b, :a": "SELECT CAST($1 AS bigint), CAST($2 AS text), CAST($1 AS bigint)",
    "UPDATE t SET x = :none": "UPDATE t SET x = NULL",
    "SELECT ':a', x WHERE y = :raw": "SELECT ':a', x WHERE y = CAST($1 AS bytea)",
    "SELECT x::text, :half": "SELECT x::text, CAST($1 AS double precision)",
    "VALUES (:yes)": "VALUES (CAST($1 AS bigint))",
}
VALUES = {"a": 1, "b": "x", "none": None, "raw": b"", "half": 0.5, "yes": True}


@pytest.mark.parametrize("sql", NUMBERED)
def test_named_parameters_become_numbered_ones_with_their_types(sql: str) -> None:
    text, names = numbered(sql, tuple((name, type(value)) for name, value in VALUES.items()))
    assert text == NUMBERED[sql]
    assert names == [name for name in dict.fromkeys(re.findall(r"(?<![:']):(\w+)", sql)) if name != "none"]


@pytest.mark.only(POSTGRES)
async def test_what_one_worker_commits_wakes_the_other_and_itself_once(database: Database, tmp_path: Path) -> None:
    other = await open_database(url_of(tmp_path))
    heard, back, ours = asyncio.Event(), asyncio.Event(), list[str]()
    other.listen("inbox", heard.set)
    database.listen("inbox", lambda: ours.append("inbox"))
    database.listen("outbox", back.set)
    async with database.transaction() as tx:
        tx.notify("inbox")
    await asyncio.wait_for(heard.wait(), 10)
    # What is told next comes after whatever was told before.
    async with other.transaction() as tx:
        tx.notify("outbox")
    await asyncio.wait_for(back.wait(), 10)
    assert ours == ["inbox"]
    await other.close()


@pytest.mark.only(POSTGRES)
async def test_a_key_that_another_worker_took_in_the_same_moment_is_seen_the_second_time(
    database: Database, tmp_path: Path
) -> None:
    other = await open_database(url_of(tmp_path))
    seen = list[int]()

    async def takes(tx: Tx) -> None:
        await tx.run("INSERT INTO alarm (what, since) VALUES ('disk', 1)")

    async def takes_if_free(tx: Tx) -> None:
        seen.append(len(await tx.rows("SELECT 1 FROM alarm")))
        if not seen[-1]:
            await other.write(takes)
            await takes(tx)

    await database.write(takes_if_free)
    assert seen == [0, 1]
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.write(takes)
    await other.close()


@pytest.mark.only(POSTGRES)
async def test_whole_numbers_stay_whole(database: Database) -> None:
    async with database.transaction() as tx:
        row = await tx.one("SELECT sum(x) AS whole, avg(x) AS part FROM (VALUES (:a), (:b)) v (x)", a=1, b=2)
    assert (row["whole"], type(row["whole"]), row["part"]) == (3, int, 1.5)


@pytest.mark.only(POSTGRES)
async def test_a_statement_that_is_stopped_leaves_nothing_open(database: Database) -> None:
    async def sleeps() -> None:
        async with database.transaction() as tx:
            await tx.run("INSERT INTO team (name, municipality) VALUES ('Х', 'Х')")
            started.set()
            await tx.run("SELECT pg_sleep(60)")

    started = asyncio.Event()
    task = asyncio.create_task(sleeps())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as tx:
        assert await tx.rows("SELECT 1 FROM team") == []


@pytest.mark.only(POSTGRES)
async def test_of_workers_that_start_together_one_makes_the_schema(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        await tx.run("DROP SCHEMA public CASCADE")
        await tx.run("CREATE SCHEMA public")
    command = [sys.executable, "-c", "import sys; from storage import migrate; migrate.prepare_postgres(sys.argv[1])"]
    workers = [await asyncio.create_subprocess_exec(*command, url_of(tmp_path)) for _ in range(3)]
    assert [await worker.wait() for worker in workers] == [0, 0, 0]
    async with database.reading() as tx:
        assert (await tx.one("SELECT version_num FROM alembic_version"))["version_num"] == migrate.newest()


@pytest.mark.only(POSTGRES)
async def test_the_address_may_say_how_the_connection_is_made(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        await tx.run("DROP SCHEMA public CASCADE")
        await tx.run("CREATE SCHEMA public")
    url = f"{url_of(tmp_path)}&sslmode=prefer&application_name=obhvat"
    opened = await open_database(url)
    try:
        async with opened.reading() as tx:
            assert (await tx.one("SELECT current_setting('application_name') AS name"))["name"] == "obhvat"
            assert (await tx.one("SELECT version_num FROM alembic_version"))["version_num"] == migrate.newest()
    finally:
        await opened.close()


@pytest.mark.only(POSTGRES)
async def test_a_newer_schema_and_a_server_that_is_not_there_are_told(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE alembic_version SET version_num = '9999_later'")
    with pytest.raises(SchemaError, match="newer obhvat"):
        await open_database(url_of(tmp_path))
    with pytest.raises(SchemaError, match=r"postgresql://me:…@127.0.0.1:1/none cannot be reached"):
        await open_database("postgresql://me:secret@127.0.0.1:1/none")


@pytest.mark.only(POSTGRES)
async def test_a_connection_that_was_left_in_a_transaction_is_not_used_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen once, as the bot was stopped on a busy machine; what was to be written then was not."""

    async def left(tx: Writing, sql: str, **values: Any) -> None:
        begun.extend([sql] if sql.startswith("BEGIN ISOLATION") else [])
        if len(begun) == 1:
            await run(tx, "BEGIN")
            await run(tx, "INSERT INTO team (name, municipality) VALUES ('Б-1', 'Бяла')")
        await run(tx, sql, **values)

    async def put(tx: Tx) -> None:
        await tx.run("INSERT INTO team (name, municipality) VALUES ('Б-2', 'Бяла')")

    begun, run = list[str](), Writing.run
    monkeypatch.setattr(Writing, "run", left)
    await database.write(put)
    assert len(begun) == 2
    assert [row["name"] for row in await database.glance().rows("SELECT name FROM team")] == ["Б-2"]
