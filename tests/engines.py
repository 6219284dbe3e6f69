"""On which engine a test keeps what it keeps: a file of SQLite, or a database of a PostgreSQL that the tests start.

`OBHVAT_TEST_ON=postgres` plays the whole suite there; else only `tests/storage` is played on both.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres

SQLITE, POSTGRES = "sqlite", "postgres"
ENGINES = (SQLITE, POSTGRES)
USUAL = os.environ.get("OBHVAT_TEST_ON", SQLITE)


class Engine:
    """Which one is in use now; the server is begun with the first test that needs it."""

    def __init__(self) -> None:
        self.name = USUAL
        self._opened = ExitStack()
        self._databases: postgres.Databases | None = None

    def url_of(self, folder: Path) -> str:
        """The database that belongs to a folder."""
        if self.name == SQLITE:
            return f"sqlite:///{folder}/obhvat.db"
        if self._databases is None:
            if postgres.binaries() is None:
                pytest.skip("no PostgreSQL on this machine; on Debian: apt-get install postgresql")
            self._databases = postgres.Databases(self._opened.enter_context(postgres.running()))
        return self._databases.of(folder)

    def end(self) -> None:
        self._opened.close()


engine = Engine()
url_of = engine.url_of
