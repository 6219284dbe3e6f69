"""What a notice is told because of, until it has gone out; who was told of which case, and what they said to it."""

from __future__ import annotations

from alembic import op

revision = "0014_alerts"
down_revision = "0013_hours"

STATEMENTS = """
CREATE TABLE notice (
    id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, body TEXT NOT NULL,
    folded_on TEXT NOT NULL DEFAULT '');
CREATE INDEX notice_person ON notice (person_id);
CREATE INDEX notice_folded ON notice (folded_on) WHERE folded_on > '';
CREATE TABLE notice_tie (
    notice_id INTEGER NOT NULL REFERENCES notice, kind TEXT NOT NULL, ref TEXT NOT NULL, holds TEXT NOT NULL,
    about TEXT NOT NULL);
CREATE INDEX notice_tie_notice ON notice_tie (notice_id, kind);
CREATE INDEX notice_tie_about ON notice_tie (about);
ALTER TABLE outbox ADD COLUMN notice_id INTEGER;
CREATE INDEX outbox_notice ON outbox (notice_id) WHERE notice_id IS NOT NULL;
CREATE TABLE alerted (
    case_id INTEGER NOT NULL REFERENCES child_case, person_id INTEGER NOT NULL REFERENCES person, day TEXT NOT NULL,
    rung INTEGER NOT NULL, step TEXT NOT NULL, due_on TEXT NOT NULL, PRIMARY KEY (case_id, person_id, day));
CREATE INDEX alerted_person ON alerted (person_id, day);
CREATE TABLE respite (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case,
    person_id INTEGER NOT NULL REFERENCES person, kind TEXT NOT NULL, step TEXT NOT NULL, due_on TEXT NOT NULL,
    until_on TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', at BIGINT NOT NULL, told_on TEXT NOT NULL DEFAULT '',
    ended_at BIGINT);
CREATE UNIQUE INDEX respite_running ON respite (case_id, person_id, kind) WHERE ended_at IS NULL;
CREATE INDEX respite_person ON respite (person_id) WHERE ended_at IS NULL;
CREATE INDEX period_claim_day ON period_claim (period, job);
CREATE TABLE told_a_day (
    person_id INTEGER NOT NULL REFERENCES person, day TEXT NOT NULL, count INTEGER NOT NULL,
    urgent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (person_id, day));
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
