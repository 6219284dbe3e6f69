"""The life of a case: every move of it, referrals and their answers, why steps are late, hand-overs, absences."""

from __future__ import annotations

from alembic import op

revision = "0008_life"
down_revision = "0007_questions"

TABLES = """
CREATE TABLE transition (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case, at BIGINT NOT NULL, cause TEXT NOT NULL,
    cause_id INTEGER, person_id INTEGER REFERENCES person, was TEXT NOT NULL, status TEXT NOT NULL, step TEXT NOT NULL,
    due_on TEXT, team_id INTEGER REFERENCES team, waits_for INTEGER, enrolled_on TEXT,
    detail TEXT NOT NULL DEFAULT '');
CREATE INDEX transition_case ON transition (case_id, id);
CREATE INDEX transition_at ON transition (at);
CREATE TABLE referral (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case, visit_id INTEGER REFERENCES visit,
    measure TEXT NOT NULL, check_day INTEGER, institution TEXT NOT NULL, municipality TEXT NOT NULL,
    asked_by INTEGER REFERENCES person, asked_at BIGINT NOT NULL, answer_by TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open', taken_by INTEGER REFERENCES person, taken_at BIGINT,
    answer TEXT NOT NULL DEFAULT '', absent REAL NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
    answered_by INTEGER REFERENCES person, answered_at BIGINT);
CREATE INDEX referral_case ON referral (case_id, id);
CREATE INDEX referral_open ON referral (institution, municipality, answer_by) WHERE state = 'open';
CREATE TABLE not_ours (
    referral_id INTEGER NOT NULL REFERENCES referral, person_id INTEGER NOT NULL REFERENCES person,
    at BIGINT NOT NULL, reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (referral_id, person_id));
CREATE TABLE lateness (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case,
    person_id INTEGER NOT NULL REFERENCES person, at BIGINT NOT NULL, code TEXT NOT NULL, step TEXT NOT NULL,
    was_due TEXT NOT NULL, due_on TEXT NOT NULL);
CREATE INDEX lateness_case ON lateness (case_id, id);
CREATE INDEX lateness_at ON lateness (at);
CREATE TABLE handover (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES child_case, from_team INTEGER REFERENCES team,
    to_team INTEGER REFERENCES team, to_municipality TEXT NOT NULL DEFAULT '', card TEXT NOT NULL,
    offered_by INTEGER NOT NULL REFERENCES person, offered_at BIGINT NOT NULL, state TEXT NOT NULL DEFAULT 'open',
    answered_by INTEGER REFERENCES person, answered_at BIGINT, reason TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX handover_open ON handover (case_id) WHERE state = 'open';
CREATE TABLE absence (
    id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
    deputy_id INTEGER REFERENCES person, from_on TEXT NOT NULL, until_on TEXT NOT NULL,
    made_by INTEGER NOT NULL REFERENCES person, made_at BIGINT NOT NULL, ended_at BIGINT);
CREATE INDEX absence_person ON absence (person_id) WHERE ended_at IS NULL;
CREATE INDEX absence_deputy ON absence (deputy_id) WHERE ended_at IS NULL;
ALTER TABLE child_case ADD COLUMN waits_for INTEGER;
ALTER TABLE child_case ADD COLUMN enrolled_on TEXT;
ALTER TABLE child_case ADD COLUMN postponed INTEGER NOT NULL DEFAULT 0;
UPDATE child_case SET told_rung = told_rung + 1 WHERE told_rung > 0;
DROP VIEW visible_to;
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
UNION ALL
SELECT p.id, c.id FROM person p CROSS JOIN child_case c
 WHERE p.active = 1 AND p.role = 'institution' AND EXISTS (
    SELECT 1 FROM referral r WHERE r.case_id = c.id AND r.state = 'open' AND r.institution = p.institution
       AND p.municipality IN ('', r.municipality) AND coalesce(r.taken_by, p.id) = p.id
       AND NOT EXISTS (SELECT 1 FROM not_ours n WHERE n.referral_id = r.id AND n.person_id = p.id))
"""

STEPS_DECIDED = """
INSERT INTO transition (case_id, at, cause, person_id, was, status, step, due_on, team_id)
SELECT a.case_id, a.at, 'decision', a.person_id, c.status, c.status, substr(a.what, 6), a.detail, c.team_id
  FROM audit a JOIN child_case c ON c.id = a.case_id WHERE a.what LIKE 'owes %'
"""
"""What a person had decided stood in the audit until now."""


def upgrade() -> None:
    for statement in (*TABLES.split(";\n"), VISIBLE_TO, STEPS_DECIDED):
        if statement.strip():
            op.execute(statement)
