"""The words by which cases are found, and who is told what is new in which list."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import text

from casework import spelling

revision = "0010_lists"
down_revision = "0009_absences"

TABLES = """
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE word_of (
    word_id INTEGER NOT NULL REFERENCES word, case_id INTEGER NOT NULL REFERENCES child_case,
    PRIMARY KEY (word_id, case_id));
CREATE INDEX word_of_case ON word_of (case_id);
CREATE INDEX child_case_running ON child_case (running);
CREATE TABLE subscription (
    person_id INTEGER NOT NULL REFERENCES person, list TEXT NOT NULL, known TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (person_id, list));
ALTER TABLE visit ADD COLUMN promised_on TEXT;
ALTER TABLE child_case DROP COLUMN sought;
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    connection = op.get_bind()
    words: dict[int, set[str]] = defaultdict(set)
    for case_id, *texts in connection.execute(text("SELECT id, settlement, address, note FROM child_case")):
        words[case_id] |= spelling.kept(" ".join(texts))
    promised = []
    for visit_id, case_id, report in connection.execute(text("SELECT id, case_id, report FROM visit")):
        told = json.loads(report)
        words[case_id] |= spelling.kept(told.get("note") or "")
        promised.append({"id": visit_id, "day": told.get("promised_on")})
    numbers = {word: number for number, word in enumerate(sorted(set().union(*words.values())), start=1)}
    standing = [{"word": numbers[word], "case": case_id} for case_id, own in words.items() for word in sorted(own)]
    _many("UPDATE visit SET promised_on = :day WHERE id = :id", promised)
    _many("INSERT INTO word (id, text) VALUES (:id, :text)", [{"id": n, "text": word} for word, n in numbers.items()])
    _many("INSERT INTO word_of (word_id, case_id) VALUES (:word, :case)", standing)


def _many(statement: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(text(statement), rows)
