"""Whoever asks what is kept on them is told all of it: no table that points to a person or a case is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from casework.records import VisitReport
from storage import kept_on, visits
from storage.database import Database
from tests.engines import SQLITE
from tests.storage.conftest import NOW, TODAY

PRIVACY = Path(__file__).parents[2] / "docs" / "privacy.md"


async def columns(database: Database) -> dict[str, list[str]]:
    async with database.reading() as tx:
        tables = await tx.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'")
        return {
            table: [row["name"] for row in await tx.rows(f"PRAGMA table_info({table})")]
            for (table,) in map(tuple, tables)
        }


@pytest.mark.only(SQLITE)
async def test_no_table_that_points_to_a_person_is_left_out(database: Database) -> None:
    async with database.reading() as tx:
        for table in await columns(database):
            points = [row["table"] for row in await tx.rows(f"PRAGMA foreign_key_list({table})")]
            assert "person" not in points or table in kept_on.ABOUT, table


@pytest.mark.only(SQLITE)
async def test_no_table_that_points_to_a_case_is_left_out(database: Database) -> None:
    beside = {"word_of"}
    """Words by which it is found, all of which stand in what is told."""
    for table, named in (await columns(database)).items():
        if {"case_id", "visit_id", "referral_id", "question_id"} & set(named):
            assert table in kept_on.OF_CHILD or table in beside, table


@pytest.mark.only(SQLITE)
async def test_every_table_has_its_line_in_the_register(database: Database) -> None:
    said = set(re.findall(r"`([a-z_]+)`", PRIVACY.read_text("utf-8").partition("## Tables")[2]))
    assert set(await columns(database)) <= said, "docs/privacy.md, Tables"


async def test_somebody_is_told_what_they_did_and_nothing_of_children(district: Any) -> None:
    of = VisitReport(
        1, TODAY, "am", attempt=1, went=(1,), address_kind="known", met="nobody", outcome="O11", note="Чакат леля"
    )
    async with district.database.transaction() as tx:
        await visits.save(tx, district.mila, of, NOW)
        found = await kept_on.of(tx, district.mila.id)
        child = await kept_on.of_child(tx, 1)
    assert found["person"][0]["name"] == "Мила"
    assert found["person"][0]["created_at"] == "2026-11-24T09:00:00+00:00"
    assert found["identity"][0]["account"] == "a-Мила"
    assert [row["visited_on"] for row in found["visit"]] == ["2026-11-24"]
    assert {row["what"] for row in found["audit"]} >= {"joined", "reported"}
    assert "леля" not in str(found)
    assert "Крум" not in str(found)
    assert child["child_case"][0]["address"] == "ул. Хан Крум 1"
    assert "леля" in str(child["visit"])
    assert "sealed" not in str(child)
    assert set(child) == {"child_case", "visit", "visit_version", "transition", "audit"}


async def test_who_is_meant_is_known_by_number_or_whole_name(district: Any) -> None:
    async with district.database.reading() as tx:
        assert await kept_on.called(tx, "Мила") == await kept_on.called(tx, "1") == [(1, "Мила")]
        assert await kept_on.called(tx, "Мил") == []
