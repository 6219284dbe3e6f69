"""The first schema: people, cases, visits, and the way of a message."""

from __future__ import annotations

from alembic import op

revision = "0001_first"
down_revision = None

TABLES = """
CREATE TABLE team (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, municipality TEXT NOT NULL, area TEXT NOT NULL DEFAULT '');
CREATE TABLE person (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL DEFAULT '',
    institution TEXT NOT NULL DEFAULT '', municipality TEXT NOT NULL DEFAULT '', digest_at TEXT NOT NULL DEFAULT '',
    accepted_at BIGINT, active INTEGER NOT NULL DEFAULT 1, created_at BIGINT NOT NULL);
CREATE TABLE identity (
    channel TEXT NOT NULL, account TEXT NOT NULL, chat TEXT NOT NULL, person_id INTEGER NOT NULL REFERENCES person,
    reachable INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (channel, account));
CREATE INDEX identity_person ON identity (person_id);
CREATE TABLE membership (
    person_id INTEGER NOT NULL REFERENCES person, team_id INTEGER NOT NULL REFERENCES team, since BIGINT NOT NULL,
    until BIGINT);
CREATE INDEX membership_person ON membership (person_id) WHERE until IS NULL;
CREATE INDEX membership_team ON membership (team_id) WHERE until IS NULL;
CREATE TABLE child_case (
    id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, running INTEGER NOT NULL, grouping TEXT NOT NULL,
    municipality TEXT NOT NULL, settlement TEXT NOT NULL, address TEXT NOT NULL, birth_year INTEGER,
    status TEXT NOT NULL, team_id INTEGER REFERENCES team, next_step TEXT NOT NULL, due_on TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1, sealed_name BLOB,
    recognised_by TEXT UNIQUE,
    note TEXT NOT NULL DEFAULT '', sought TEXT NOT NULL,
    told_rung INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL, UNIQUE (prefix, running));
CREATE INDEX child_case_team ON child_case (team_id, due_on);
CREATE INDEX child_case_place ON child_case (municipality, due_on);
CREATE TABLE visit (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case,
    reporter_id INTEGER NOT NULL REFERENCES person,
    team_id INTEGER REFERENCES team, version INTEGER NOT NULL, saved_at BIGINT NOT NULL, visited_on TEXT NOT NULL,
    outcome TEXT NOT NULL, report TEXT NOT NULL);
CREATE INDEX visit_case ON visit (case_id, id);
CREATE INDEX visit_reporter ON visit (reporter_id, id);
CREATE INDEX visit_day ON visit (saved_at);
CREATE TABLE visit_version (
    visit_id INTEGER NOT NULL REFERENCES visit, version INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES person,
    saved_at BIGINT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (visit_id, version));
CREATE TABLE media (
    id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visit, channel TEXT NOT NULL, file TEXT NOT NULL,
    recognised_by TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', stored_as TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0, not_before BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
    UNIQUE (visit_id, recognised_by));
CREATE INDEX media_waiting ON media (not_before) WHERE state = 'waiting';
CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at BIGINT NOT NULL, person_id INTEGER, what TEXT NOT NULL, case_id INTEGER,
    detail TEXT NOT NULL DEFAULT '');
CREATE INDEX audit_case ON audit (case_id, id);
CREATE TABLE invitation (
    digest TEXT PRIMARY KEY, role TEXT NOT NULL, team_id INTEGER REFERENCES team,
    municipality TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '', institution TEXT NOT NULL DEFAULT '', expires_at BIGINT NOT NULL, used_at BIGINT,
    used_by INTEGER REFERENCES person);
CREATE TABLE period_claim (
    job TEXT NOT NULL, person_id INTEGER NOT NULL, period TEXT NOT NULL, at BIGINT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (job, person_id, period));
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, arrival TEXT NOT NULL, sender TEXT NOT NULL, payload TEXT NOT NULL,
    received_at BIGINT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', tries INTEGER NOT NULL DEFAULT 0,
    not_before BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', UNIQUE (channel, arrival));
CREATE INDEX inbox_waiting ON inbox (channel, sender, id) WHERE state = 'waiting';
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, chat TEXT NOT NULL, method TEXT NOT NULL, payload TEXT NOT NULL,
    priority INTEGER NOT NULL, not_before BIGINT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
    cancel_key TEXT NOT NULL DEFAULT '', vanish_after INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL, sent_at BIGINT, message TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '');
CREATE INDEX outbox_waiting ON outbox (priority, id) WHERE state = 'waiting';
CREATE TABLE journal (
    id TEXT PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, name TEXT NOT NULL, state TEXT NOT NULL,
    body TEXT NOT NULL, title TEXT NOT NULL DEFAULT '', updated_at BIGINT NOT NULL);
CREATE UNIQUE INDEX journal_open ON journal (person_id) WHERE state = 'open';
CREATE INDEX journal_person ON journal (person_id);
"""

VISIBLE_TO = """
CREATE VIEW visible_to AS
SELECT m.person_id AS person_id, c.id AS case_id
  FROM membership m JOIN child_case c ON c.team_id = m.team_id JOIN person p ON p.id = m.person_id
 WHERE m.until IS NULL AND p.active = 1 AND p.role IN ('leader', 'member')
UNION ALL
SELECT p.id, c.id FROM person p JOIN child_case c ON c.municipality = p.municipality
 WHERE p.active = 1 AND p.role = 'coordinator'
UNION ALL
SELECT p.id, c.id FROM person p CROSS JOIN child_case c WHERE p.active = 1 AND p.role = 'region'
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(VISIBLE_TO)
