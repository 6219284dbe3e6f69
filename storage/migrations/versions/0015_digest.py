"""What coordinators ask about a case, and the open cases by place and team for the figures above them."""

from __future__ import annotations

from alembic import op

revision = "0015_digest"
down_revision = "0014_alerts"

STATEMENTS = """
CREATE TABLE inquiry (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case, asker_id INTEGER NOT NULL REFERENCES person,
    asked_id INTEGER NOT NULL REFERENCES person, text TEXT NOT NULL, asked_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '', answered_at BIGINT);
CREATE INDEX inquiry_case ON inquiry (case_id, id);
CREATE INDEX child_case_open ON child_case (municipality, team_id, due_on) WHERE due_on IS NOT NULL;
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
