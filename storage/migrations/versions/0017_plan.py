"""Who goes where with whom on a day; and what was promised for a day, found by it."""

from __future__ import annotations

from alembic import op

revision = "0017_plan"
down_revision = "0016_outages"

PLAN = """
CREATE TABLE plan (
    day TEXT NOT NULL, team_id INTEGER NOT NULL REFERENCES team, place TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person, made_by INTEGER NOT NULL REFERENCES person, made_at BIGINT NOT NULL,
    PRIMARY KEY (day, team_id, place, person_id))
"""
"""`place` is a settlement as it stands in the cases."""


def upgrade() -> None:
    op.execute(PLAN)
    op.execute("CREATE INDEX visit_promised ON visit (promised_on, case_id) WHERE promised_on IS NOT NULL")
