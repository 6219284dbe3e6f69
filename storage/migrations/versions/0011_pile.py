"""What a person sent last without being asked, for as long as more may come with it."""

from __future__ import annotations

from alembic import op

revision = "0011_pile"
down_revision = "0010_lists"

TABLE = """
CREATE TABLE unasked (
    person_id INTEGER PRIMARY KEY REFERENCES person, body TEXT NOT NULL, updated_at BIGINT NOT NULL)
"""


def upgrade() -> None:
    op.execute(TABLE)
