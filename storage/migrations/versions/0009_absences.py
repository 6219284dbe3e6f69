"""Absences with somebody who stands in; people in two teams, and those who leave."""

from __future__ import annotations

from alembic import op

revision = "0009_absences"
down_revision = "0008_life"

STATEMENTS = """
ALTER TABLE absence ADD COLUMN state TEXT NOT NULL DEFAULT 'planned';
DROP INDEX absence_person;
DROP INDEX absence_deputy;
CREATE UNIQUE INDEX absence_now ON absence (person_id) WHERE state = 'now';
CREATE INDEX absence_to_come ON absence (state, from_on) WHERE state <> 'over';
CREATE UNIQUE INDEX membership_once ON membership (person_id, team_id) WHERE until IS NULL;
DROP VIEW overseen_by;
"""

STANDS_IN = """
CREATE VIEW stands_in AS
WITH RECURSIVE chain (person_id, deputy_id, length) AS (
    SELECT person_id, deputy_id, 1 FROM absence WHERE state = 'now' AND deputy_id IS NOT NULL
    UNION ALL
    SELECT c.person_id, a.deputy_id, c.length + 1
      FROM chain c JOIN absence a ON a.person_id = c.deputy_id AND a.state = 'now' AND a.deputy_id IS NOT NULL
     WHERE c.length < 9)
SELECT person_id, deputy_id FROM chain
 WHERE deputy_id NOT IN (SELECT person_id FROM absence WHERE state = 'now')
"""
"""Whoever stands in may be away too: then whoever stands in for them. In a ring nobody is left."""

OVERSEEN_BY = """
CREATE VIEW overseen_by AS
SELECT p.id AS person_id, o.id AS overseer_id FROM person p JOIN person o ON o.active = 1 AND o.role = 'coordinator'
 WHERE p.active = 1 AND p.role IN ('leader', 'member') AND EXISTS (
    SELECT 1 FROM membership m JOIN team t ON t.id = m.team_id
     WHERE m.person_id = p.id AND m.until IS NULL AND t.municipality = o.municipality)
UNION ALL
SELECT p.id, o.id FROM person o JOIN person p ON p.id <> o.id
 WHERE o.active = 1 AND o.role = 'region' AND p.active = 1
"""
"""Each pair once, also of a person in two teams."""


def upgrade() -> None:
    for statement in (*STATEMENTS.split(";\n"), STANDS_IN, OVERSEEN_BY):
        if statement.strip():
            op.execute(statement)
