"""On which engine a test keeps what it keeps: a file of SQLite, or a database of a PostgreSQL that the tests start.

`OBHVAT_TEST_ON=postgres` plays the whole suite there; else only `tests/storage` is played on both.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests import postgres

SQLITE, POSTGRES = "sqlite", "postgres"
KEY = "OBHVAT_SECRET_KEY"
ENGINES = (SQLITE, POSTGRES)
USUAL = os.environ.get("OBHVAT_TEST_ON", SQLITE)

OF_THE_FILE = pytest.mark.only(SQLITE)
"""What is tested is SQLite's file: its backup, its bytes, its locks."""


class Engine:
    """Which one is in use now; the server is begun with the first test that needs it."""

    def __init__(self) -> None:
        self.name = USUAL
        self._opened = ExitStack()
        self._databases: postgres.Databases | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What must be said beside the URL."""
        return {} if self.name == SQLITE else {KEY: "a key that all the workers of a test share"}

    def refusing(self, table: str) -> str:
        """The statement after which no row comes into it; `accepting` is its end."""
        if self.name == SQLITE:
            return f"CREATE TRIGGER refused BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        # Before the statement, so that no number is drawn from a sequence, which nothing gives back.
        return f"""
        DO $$ BEGIN
          CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE check_violation USING MESSAGE = ''the disk is full''; END';
          CREATE TRIGGER refused BEFORE INSERT ON {table} EXECUTE FUNCTION refused();
        END $$"""

    def accepting(self, table: str) -> str:
        return "DROP TRIGGER refused" if self.name == SQLITE else f"DROP TRIGGER refused ON {table}"

    @property
    def tables(self) -> str:
        """The statement that names all of them."""
        if self.name == SQLITE:
            return "SELECT name FROM sqlite_master WHERE type = 'table'"
        return "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"

    def url_of(self, folder: Path) -> str:
        """The database that belongs to a folder."""
        if self.name == SQLITE:
            return f"sqlite:///{folder}/obhvat.db"
        if self._databases is None:
            if postgres.binaries() is None:
                pytest.skip("no PostgreSQL on this machine; on Debian: apt-get install postgresql")
            self._databases = postgres.Databases(self._opened.enter_context(postgres.running()))
        return self._databases.of(folder)

    def leave(self, above: Path) -> None:
        """The databases of the folders in there are needed no more."""
        if self._databases is not None:
            self._databases.leave(above)

    def read(self, folder: Path, sql: str) -> list[tuple[Any, ...]]:
        """What the processes of a test have kept in the database of a folder."""
        if self.name == SQLITE:
            with closing(sqlite3.connect(folder / "obhvat.db")) as file:
                return file.execute(sql).fetchall()
        with ThreadPoolExecutor(1) as beside:  # where no event loop runs
            return beside.submit(asyncio.run, _read(self.url_of(folder), sql)).result()

    def is_whole(self, folder: Path) -> bool:
        """The file of SQLite after whatever befell it; PostgreSQL looks after its own."""
        return self.name == POSTGRES or self.read(folder, "PRAGMA integrity_check") == [("ok",)]

    @property
    def server(self) -> postgres.Server:
        assert self._databases is not None
        return self._databases.server

    def end(self) -> None:
        self._opened.close()


async def _read(url: str, sql: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


engine = Engine()
# Also for the processes that a test starts.
os.environ.update(engine.environ)
url_of = engine.url_of
