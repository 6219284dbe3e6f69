"""A living file is carried over whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from casework.records import NextStep
from storage import inbox, journals, move, new_cases, outbox
from storage.database import StorageError, open_database
from storage.journals import Kept
from storage.move import Sum
from tests.engines import POSTGRES, SQLITE, USUAL, engine, url_of
from tests.storage.conftest import NOW, TODAY, child

pytestmark = pytest.mark.only(SQLITE)


def empty(folder: Path) -> str:
    engine.name = POSTGRES
    try:
        return url_of(folder)
    finally:
        engine.name = USUAL


async def filled(district: Any) -> None:
    async with district.database.transaction() as tx:
        many = [child("БЯ", "Бяла", 1, n) for n in range(100, 3_200)]
        await new_cases.put(tx, many, NextStep("S11", "visit", TODAY), NOW)
        odd = {"note": "a\x00b'\\", "raw": b"\x00\xff"}
        await tx.run("UPDATE child_case SET note = :note, sealed_name = :raw WHERE running = 100", **odd)
        await tx.run("UPDATE child_case SET due_on = NULL, birth_year = NULL WHERE running = 101")
        await journals.save(tx, Kept("j1", district.mila.id, "visit", '{"a": "\\u0000"}', "БЯ-014"), NOW)
        await outbox.add(
            tx, [outbox.Call("telegram", "7", "sendMessage", {"text": "здравейте 👋"}, outbox.NOTICE)], NOW
        )
        await inbox.add(tx, [inbox.Arrival("telegram", "1", "7", "{}", waited=False)], NOW)


async def test_each_row_arrives_and_what_comes_next_is_numbered_on(district: Any, tmp_path: Path) -> None:
    await filled(district)
    url = empty(tmp_path)
    moved = await move.move(tmp_path / "obhvat.db", url)
    assert moved["child_case"].rows == 8 + 3 + 3_100
    assert {"person", "team", "journal", "outbox", "alembic_version"} & set(moved) == {
        "person",
        "team",
        "journal",
        "outbox",
    }
    there = await open_database(url)
    async with there.transaction() as tx:
        case = await tx.one("SELECT note, sealed_name FROM child_case WHERE running = 100")
        assert (case["note"], case["sealed_name"]) == ("ab'\\", b"\x00\xff")
        row = await tx.one("INSERT INTO team (name, municipality) VALUES ('Нов', 'Бяла') RETURNING id")
        assert row["id"] == 3
        kept = await journals.opened(tx, district.mila.id)
        assert kept is not None
        assert kept.body == '{"a": "\\u0000"}'
    await there.close()


ANOTHER = """
CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'Друга'; RETURN NEW; END $$;
CREATE TRIGGER another BEFORE INSERT ON person FOR EACH ROW WHEN (NEW.id = 1) EXECUTE FUNCTION another();
"""


async def test_where_one_name_differs_nothing_is_moved(district: Any, tmp_path: Path) -> None:
    await filled(district)
    url = empty(tmp_path)
    there = await asyncpg.connect(url)
    await there.execute(ANOTHER)
    with pytest.raises(StorageError, match=r"person: 5 rows here, 5 there.*Nothing was moved"):
        await move.move(tmp_path / "obhvat.db", url)
    assert await there.fetchval("SELECT count(*) FROM child_case") == 0
    await there.close()


async def test_a_database_that_holds_something_is_left_alone(district: Any, tmp_path: Path) -> None:
    url = empty(tmp_path)
    there = await asyncpg.connect(url)
    await there.execute("INSERT INTO team (name, municipality) VALUES ('Чужд', 'Русе')")
    await there.close()
    with pytest.raises(StorageError, match="team already holds rows there"):
        await move.move(tmp_path / "obhvat.db", url)


def test_the_sum_is_the_same_in_any_order_and_another_for_any_change() -> None:
    rows = [(1, "а", None), (2, "б", b"x"), (3, "", 0.5)]
    assert Sum().with_(rows) == Sum().with_(reversed(rows))
    for other in ([*rows, rows[0]], rows[:2], [(1, "а", ""), *rows[1:]], [(1, "А", None), *rows[1:]]):
        assert Sum().with_(other) != Sum().with_(rows)
