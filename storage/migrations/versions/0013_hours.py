"""When somebody may be told something, their pause, and what waits in the outbox until they may."""

from __future__ import annotations

from alembic import op

revision = "0013_hours"
down_revision = "0012_pictures"

TABLES = """
ALTER TABLE person ADD COLUMN own_days TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN on_holidays INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN open_from TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN open_until TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN paused_until TEXT;
ALTER TABLE person ADD COLUMN told_from BIGINT;
CREATE INDEX person_paused ON person (id) WHERE paused_until IS NOT NULL;
ALTER TABLE outbox ADD COLUMN quiet TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN hushed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_hushed ON outbox (hushed, not_before) WHERE hushed > 0;
CREATE INDEX outbox_quiet ON outbox (created_at) WHERE state = 'waiting' AND quiet <> '' AND hushed = 0
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        op.execute(statement)
