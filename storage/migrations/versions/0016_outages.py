"""Outages and what came after them; who tried a message again; since when somebody cannot be reached, and why."""

from __future__ import annotations

from alembic import op

revision = "0016_outages"
down_revision = "0015_digest"

STATEMENTS = """
CREATE TABLE outage (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, since BIGINT NOT NULL, until BIGINT, report INTEGER,
    told_at BIGINT);
CREATE UNIQUE INDEX outage_now ON outage (channel) WHERE until IS NULL;
CREATE INDEX outage_report ON outage (report);
CREATE TABLE outage_asked (
    outage_id INTEGER NOT NULL REFERENCES outage, person_id INTEGER NOT NULL REFERENCES person,
    PRIMARY KEY (outage_id, person_id));
ALTER TABLE inbox ADD COLUMN said_at BIGINT;
ALTER TABLE inbox ADD COLUMN waited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN retried_by INTEGER REFERENCES person;
ALTER TABLE inbox ADD COLUMN retried_at BIGINT;
CREATE INDEX inbox_retried ON inbox (retried_at) WHERE retried_at IS NOT NULL;
ALTER TABLE identity ADD COLUMN lost_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE identity ADD COLUMN lost_for_good INTEGER NOT NULL DEFAULT 0;
CREATE INDEX identity_lost ON identity (person_id) WHERE reachable = 0
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
