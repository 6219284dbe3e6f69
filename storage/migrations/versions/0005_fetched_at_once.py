"""For messengers that do not wait: photos fetched before they belong to a report, and when we were last awake."""

from __future__ import annotations

from alembic import op

revision = "0005_fetched_at_once"
down_revision = "0004_order"

STATEMENTS = (
    "ALTER TABLE media RENAME TO media_before",
    "DROP INDEX media_waiting",
    """
    CREATE TABLE media (
        id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visit, person_id INTEGER REFERENCES person,
        channel TEXT NOT NULL, file TEXT NOT NULL, recognised_by TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting', stored_as TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0,
        not_before BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', arrived_at BIGINT NOT NULL DEFAULT 0,
        UNIQUE (visit_id, recognised_by))
    """,
    "INSERT INTO media (id, visit_id, person_id, channel, file, recognised_by, state, stored_as, tries, not_before, "
    "error) SELECT m.id, m.visit_id, v.reporter_id, m.channel, m.file, m.recognised_by, m.state, m.stored_as, "
    "m.tries, m.not_before, m.error FROM media_before m JOIN visit v ON v.id = m.visit_id",
    "DROP TABLE media_before",
    "CREATE INDEX media_waiting ON media (not_before) WHERE state = 'waiting'",
    "CREATE INDEX media_unused ON media (channel, recognised_by) WHERE visit_id IS NULL",
    "CREATE INDEX media_stored ON media (stored_as)",
    "CREATE TABLE awake (id INTEGER PRIMARY KEY CHECK (id = 1), at BIGINT NOT NULL)",
    "CREATE INDEX outbox_message ON outbox (channel, message) WHERE message <> ''",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
