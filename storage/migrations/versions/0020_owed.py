"""What was forgotten, files to be deleted, numbers that nobody gets any more, and the key that recognises children."""

from __future__ import annotations

from alembic import op

revision = "0020_owed"
down_revision = "0018_operation"

STATEMENTS = """
CREATE TABLE kept_key (name TEXT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE forgotten (mark TEXT PRIMARY KEY, at BIGINT NOT NULL);
CREATE TABLE erasure (id INTEGER PRIMARY KEY CHECK (id = 1), since BIGINT NOT NULL);
CREATE TABLE dropped_file (name TEXT PRIMARY KEY);
CREATE TABLE numbered (what TEXT PRIMARY KEY, last INTEGER NOT NULL)
"""
"""`forgotten.mark` is a keyed hash of a case. `erasure` has a row while bytes of what was deleted may still lie in the
file."""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
