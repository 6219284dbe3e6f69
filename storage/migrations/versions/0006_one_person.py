"""One person on several messengers: linking codes, which one they prefer, and what messages have cost."""

from __future__ import annotations

from alembic import op

revision = "0006_one_person"
down_revision = "0005_fetched_at_once"

TABLES = """
CREATE TABLE link_code (
    digest TEXT PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, expires_at BIGINT NOT NULL, used_at BIGINT);
CREATE TABLE wrong_code (channel TEXT NOT NULL, account TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX wrong_code_at ON wrong_code (at);
CREATE TABLE spending (
    channel TEXT NOT NULL, month TEXT NOT NULL, charged INTEGER NOT NULL DEFAULT 0, alarmed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, month));
ALTER TABLE identity ADD COLUMN wrote_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN preferred TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN instead_of INTEGER;
ALTER TABLE outbox ADD COLUMN charged INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_spare ON outbox (instead_of) WHERE state = 'spare';
CREATE INDEX outbox_held ON outbox (channel, chat) WHERE state = 'held';
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
