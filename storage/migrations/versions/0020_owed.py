"""What was forgotten, files still to be deleted, numbers that were given out, and the key that recognises children."""

from __future__ import annotations

from alembic import op

revision = "0020_owed"
down_revision = "0017_plan"

STATEMENTS = """
CREATE TABLE kept_key (name TEXT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE forgotten (mark TEXT PRIMARY KEY, at BIGINT NOT NULL);
CREATE TABLE erasure (id INTEGER PRIMARY KEY CHECK (id = 1), since BIGINT NOT NULL);
CREATE TABLE dropped_file (name TEXT PRIMARY KEY);
CREATE TABLE numbered (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL);
INSERT INTO numbered (prefix, last) SELECT prefix, max(running) FROM child_case GROUP BY prefix;
"""
"""`forgotten.mark` is a keyed hash of a case. `erasure` has a row while bytes of what was deleted may still lie in the
file."""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
