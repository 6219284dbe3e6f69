"""What a person sent last without being asked, for as long as more may come with it."""

from __future__ import annotations

from alembic import op

revision = "0012_pile"
down_revision = "0008_life"

TABLE = """
CREATE TABLE unasked (
    person_id INTEGER PRIMARY KEY REFERENCES person, body TEXT NOT NULL, updated_at BIGINT NOT NULL)
"""


def upgrade() -> None:
    op.execute(TABLE)
