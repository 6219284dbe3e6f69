"""Every text that the database can hold is either looked through when a case is forgotten, or cannot speak of one.

A new column fails here until somebody has decided which it is.
"""

from __future__ import annotations

import pytest

from storage.blotting import SPOKEN
from storage.database import Database
from storage.forgetting import OF_CASE
from tests.engines import SQLITE

GONE = {
    "journal": "body title", "unasked": "body", "inbox": "payload", "outbox": "payload quiet", "notice": "body",
    "question": "text case_number", "answer": "text", "subscription": "known", "audit": "what detail", "word": "text",
    "media": "channel file recognised_by state stored_as",
}  # fmt: skip
"""Rows that speak of it are deleted, or rewritten by a rule of their own (`storage.forgetting`)."""
OF_OURS = {
    "person": "name role language institution municipality digest_at preferred own_days open_from open_until zone "
    "paused_until",
    "identity": "channel account chat", "invitation": "digest role municipality name institution",
    "link_code": "digest", "wrong_code": "channel account", "team": "name municipality area", "plan": "day place",
    "absence": "from_on until_on state",
}  # fmt: skip
"""Of the people who go, and where to: nobody writes of a child there."""
CODES = {
    "alarm": "what", "alembic_version": "version_num",
    "import_file": "channel chat message file team state digest error",
    "inbox": "channel arrival sender state", "journal": "id name state warned_on", "kept_key": "name",
    "notice": "folded_on", "notice_tie": "kind ref holds about", "outage": "channel", "numbered": "what",
    "outbox": "channel chat method state cancel_key message", "referral": "answer", "respite": "reason",
    "period_claim": "job period", "spending": "channel month", "subscription": "list", "told_a_day": "day",
    "forgotten": "mark", "dropped_file": "name",
}  # fmt: skip
"""Words of the catalogue and of the program, days, ids of a messenger, hashes."""


@pytest.mark.only(SQLITE)
async def test_every_text_is_looked_through_or_cannot_speak_of_a_child(database: Database) -> None:
    known = {(table, column) for table, column in SPOKEN}
    known |= {("visit", "report"), ("visit_version", "report")}  # of these the note
    for group in (GONE, OF_OURS, CODES):
        known |= {(table, column) for table, columns in group.items() for column in columns.split()}
    whole = {statement.split("FROM ")[1].split()[0] for statement in OF_CASE.split(";\n")}
    async with database.reading() as tx:
        tables = await tx.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in map(tuple, tables):
            for row in await tx.rows(f"PRAGMA table_info({table})"):
                text = row["type"] == "TEXT" and (table, row["name"]) not in known
                assert not text or (table in whole and _is_a_code(row["name"])), f"{table}.{row['name']}"


def _is_a_code(column: str) -> bool:
    """In rows that are all of a case; other cases' rows of the kind hold no words there."""
    return column not in ("note", "text", "answer", "reason", "detail", "card", "report", "body")


@pytest.mark.only(SQLITE)
async def test_rows_of_a_case_are_deleted_from_every_table_that_has_them(database: Database) -> None:
    async with database.reading() as tx:
        tables = await tx.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in map(tuple, tables):
            columns = {row["name"] for row in await tx.rows(f"PRAGMA table_info({table})")}
            if "case_id" in columns:
                assert f"DELETE FROM {table} WHERE case_id = :id" in OF_CASE or table == "question", table
