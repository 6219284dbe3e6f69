"""Files with teams or cases that people send in a chat, until they are imported or not."""

from __future__ import annotations

from alembic import op

revision = "0002_import_files"
down_revision = "0001_first"

TABLES = """
CREATE TABLE import_file (
    id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, channel TEXT NOT NULL, chat TEXT NOT NULL,
    message TEXT NOT NULL, file TEXT NOT NULL, name TEXT NOT NULL, team TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'waiting', digest TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0,
    not_before BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', changed_at BIGINT NOT NULL);
CREATE INDEX import_file_state ON import_file (state, not_before);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
