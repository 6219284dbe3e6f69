"""What a copy is held to before it is kept, and before it is put in the place of anything."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage import copies, life, migrate
from storage.database import Database
from storage.migrate import SchemaError
from tests.engines import SQLITE
from tests.storage.conftest import NOW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "obhvat.db"
    migrate.prepare(path)
    return path


def changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_file_that_is_well_has_no_complaint(file: Path) -> None:
    assert copies.complaint(file) == ""


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "obhvat.db"
    path.write_bytes(b"no database at all" * 100)
    assert "file is not a database" in copies.complaint(path)


def test_an_index_that_leads_elsewhere_is_told(file: Path) -> None:
    changed(
        file,
        "INSERT INTO team (name, municipality, area) VALUES ('Б-1', 'Бяла', 'изток')",
        "CREATE INDEX astray ON team (area)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX astray ON team (municipality)' WHERE name = 'astray'",
    )
    assert "astray" in copies.complaint(file)


def test_a_row_that_belongs_to_nothing_is_told(file: Path) -> None:
    changed(file, "INSERT INTO membership (person_id, team_id, since) VALUES (1, 1, 0)")
    assert copies.complaint(file) == "a row of membership belongs to nothing"


@pytest.mark.only(SQLITE)
async def test_whether_a_bot_has_worked_with_a_file_since(database: Database, tmp_path: Path) -> None:
    path, earlier, later = tmp_path / "obhvat.db", NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    async with database.transaction() as tx:
        await life.awake(tx, NOW)
    assert copies.lived_after(path, later), "what stands in the WAL cannot be asked"
    await database.close()
    assert (copies.lived_after(path, earlier), copies.lived_after(path, later)) == (True, False)
    changed(path, "DELETE FROM awake")
    assert not copies.lived_after(path, earlier)
    path.write_bytes(b"no database any more")
    assert copies.lived_after(path, later)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read or written"):
        copies.note(tmp_path / "nowhere.db", copies.BACKED_UP, NOW)
