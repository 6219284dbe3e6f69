"""Every version that ever was is brought up to date with something in each of its tables, and nothing of it is lost.

Rows are made from the schema of that version itself, so a table that comes later is in here without being added.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from storage import copies, migrate

VERSIONS = sorted(
    entry.name.removesuffix(".py")
    for entry in (files("storage") / "migrations" / "versions").iterdir()
    if entry.name[:4].isdigit()
)
ROWS = 3
ONE_ROW = {"awake", "erasure"}
MADE_ANEW = {"word", "word_of"}
"""What a search looks through is worked out from the cases."""
REPORT = {"note": "Чакат леля.", "promised_on": "2026-11-23"}


def written_by(revision: str, path: Path) -> None:
    """A file of that version with rows in every table, each belonging to what it names."""
    migrate.apply(revision, path=path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA foreign_keys = ON")
        for table in tables(file):
            for n in range(1, 2 if table in ONE_ROW else ROWS + 1):
                row = dict(filled(file, table, n))
                names = ", ".join(row)
                file.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row)


def tables(file: sqlite3.Connection) -> list[str]:
    """Those that others name come first."""
    found = file.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'alembic%'").fetchall()
    waiting, ordered = [name for (name,) in found], list[str]()
    while waiting:
        free = [name for name in waiting if named_by(file, name) - {name} <= set(ordered)]
        assert free, waiting
        ordered += free
        waiting = [name for name in waiting if name not in free]
    return ordered


def named_by(file: sqlite3.Connection, table: str) -> set[str]:
    return {row[2] for row in file.execute(f"PRAGMA foreign_key_list({table})")}


def filled(file: sqlite3.Connection, table: str, n: int) -> Iterator[tuple[str, Any]]:
    """Each column with something of its kind, so that no row is like another."""
    naming = {row[3] for row in file.execute(f"PRAGMA foreign_key_list({table})")}
    for _number, name, kind, *_more in file.execute(f"PRAGMA table_info({table})").fetchall():
        if name in naming or (name == "id" and kind == "INTEGER"):
            yield name, n
        elif name == "report" and kind == "TEXT":
            yield name, json.dumps({**REPORT, "n": n}, ensure_ascii=False)
        elif name in ("body", "known", "detail"):
            yield name, json.dumps([n])
        elif kind == "TEXT":
            yield name, f"{table}, {name}: „Ъгъл“ {n}"
        elif kind == "BLOB":
            yield name, bytes([n, 0, 255])
        else:
            yield name, 1_700_000_000_000_000 + n if kind == "BIGINT" else n


def contents(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in file.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            for table in tables(file)
        }


@pytest.mark.parametrize("revision", VERSIONS)
def test_nothing_is_lost_on_the_way_up(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "obhvat.db"
    written_by(revision, path)
    before = contents(path)
    assert all(before.values()), "something in every table"
    migrate.prepare(path)
    assert migrate.revision(path) == migrate.newest()
    assert copies.complaint(path) == ""
    after = contents(path)
    assert set(before) <= set(after), "no table goes"
    for table in set(before) - MADE_ANEW:
        kept = after[table]
        assert len(kept) == len(before[table]), table
        for old, new in zip(before[table], kept, strict=True):
            same = [name for name in old if name in new]
            gone = set(old) - set(new)
            assert gone <= {"sought"}, "which stood in for the words of a case"
            for name in same:
                assert new[name] == expected(revision, table, name, old[name]), (table, name)


def expected(revision: str, table: str, name: str, value: Any) -> Any:
    """What a version has changed on purpose: who was told of a case stands one rung higher since 0008."""
    one_more = (table, name) == ("child_case", "told_rung") and revision < "0008_life"
    return value + 1 if one_more else value


@pytest.mark.parametrize("revision", [one for one in VERSIONS if one < "0010"])
def test_an_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path: Path, revision: str) -> None:
    """All versions on the way up are one transaction: one row that cannot be read undoes those before it too."""
    path = tmp_path / "obhvat.db"
    written_by(revision, path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE visit SET report = 'no JSON' WHERE id = 2")
    before = contents(path)
    with pytest.raises(ValueError, match="Expecting value"):
        migrate.prepare(path)
    assert migrate.revision(path) == revision
    assert contents(path) == before
    assert copies.complaint(path) == ""
