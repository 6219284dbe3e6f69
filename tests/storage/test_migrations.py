"""A file of an older version is brought up to date with everything in it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from casework.records import LEADER, Person
from storage import cases, import_files, migrate
from storage.database import open_database
from storage.import_files import ImportFile
from storage.migrate import SchemaError
from tests.permissions import as_nobody

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def written_by(revision: str, path: Path) -> None:
    """A file as the version with this revision made it, with a person and a case in it."""
    migrate.apply(revision, path=path)
    with closing(sqlite3.connect(path)) as file:
        file.executescript(
            "INSERT INTO team (name, municipality) VALUES ('Б-1', 'Бяла');"
            "INSERT INTO person (name, role, created_at) VALUES ('Лидия', 'leader', 0);"
            "INSERT INTO child_case (prefix, running, grouping, municipality, settlement, address, status, team_id, "
            "next_step, sought, created_at) VALUES ('БЯ', 1, 'G1', 'Бяла', 'Бяла', 'ул. Рила 5', 'S11', 1, 'visit', "
            "'бяла ул. рила 5', 0);"
        )


async def test_a_file_of_the_first_version_keeps_its_rows_and_gets_the_new_table(tmp_path: Path) -> None:
    path = tmp_path / "obhvat.db"
    written_by("0001_first", path)
    assert migrate.revision(path) == "0001_first"
    database = await open_database(f"sqlite:///{path}")
    assert migrate.revision(path) == migrate.newest()
    async with database.transaction() as tx:
        await import_files.add(tx, ImportFile(0, 1, "telegram", "7", "12", "f", "деца.xlsx"), NOW)
    async with database.reading() as tx:
        assert [row["address"] for row in await tx.rows("SELECT address FROM child_case")] == ["ул. Рила 5"]
        [file] = await import_files.to_fetch(tx, NOW, 5)
        assert (file.person_id, file.name, file.state) == (1, "деца.xlsx", import_files.WAITING)
    await database.close()


async def test_who_was_told_of_an_overdue_case_stays_told_where_the_ladder_has_a_rung_more(tmp_path: Path) -> None:
    path = tmp_path / "obhvat.db"
    written_by("0007_questions", path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "INSERT INTO child_case (prefix, running, grouping, municipality, settlement, address, status, next_step, "
            "sought, told_rung, created_at) VALUES ('БЯ', 2, 'G1', 'Бяла', 'Бяла', '', 'S11', 'visit', '', 2, 0)"
        )
    database = await open_database(f"sqlite:///{path}")
    async with database.reading() as tx:
        rows = await tx.rows("SELECT told_rung FROM child_case ORDER BY running")
    assert [row["told_rung"] for row in rows] == [0, 3]
    await database.close()


async def test_cases_and_notes_of_an_older_file_are_found_by_their_words(tmp_path: Path) -> None:
    path = tmp_path / "obhvat.db"
    written_by("0008_life", path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "INSERT INTO visit (case_id, reporter_id, version, saved_at, visited_on, outcome, report) VALUES "
            '(1, 1, 1, 0, \'2026-11-20\', \'O11\', \'{"note": "Чакат леля.", "promised_on": "2026-11-23"}\')'
        )
        file.execute("INSERT INTO membership (person_id, team_id, since) VALUES (1, 1, 0)")
    database = await open_database(f"sqlite:///{path}")
    async with database.reading() as tx:
        lidia = Person(1, "Лидия", LEADER)
        for text in ("рила 5", "byala", "леля"):
            assert (await cases.search(tx, lidia, text, offset=0, limit=5))[1] == 1, text
        assert [row["promised_on"] for row in await tx.rows("SELECT promised_on FROM visit")] == ["2026-11-23"]
    await database.close()


async def test_an_older_file_that_may_not_be_written_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "obhvat.db"
    written_by("0001_first", path)
    path.chmod(0o444)
    lock = tmp_path / "obhvat.db.lock"
    lock.touch()
    lock.chmod(0o666)
    with as_nobody(tmp_path), pytest.raises(SchemaError, match="cannot be brought up to date"):
        migrate.prepare(path)
    assert migrate.revision(path) == "0001_first"


def test_what_an_older_worker_needs_is_still_there() -> None:
    """While workers are brought up to date one after the other, the others go on with the new schema."""
    for path in sorted((files("storage") / "migrations" / "versions").iterdir(), key=str):
        if path.name[:4].isdigit() and path.name > "0021":
            text = " ".join(path.read_text("utf-8").split())
            assert not re.search(r"\bDROP (TABLE|COLUMN)|\bRENAME\b", text), path.name
            for added in re.findall(r"ADD COLUMN [^;\"]*", text):
                assert "NOT NULL" not in added or "DEFAULT" in added, (path.name, added)
