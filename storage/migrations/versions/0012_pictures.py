"""Visits by their day with all that the charts count, so that a week is read without the reports."""

from __future__ import annotations

from alembic import op

revision = "0012_pictures"
down_revision = "0011_pile"


def upgrade() -> None:
    op.execute("CREATE INDEX visit_on ON visit (visited_on, case_id, outcome, team_id)")
