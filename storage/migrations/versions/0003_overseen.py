"""Who looks after whom; links that bring somebody back; drafts that were announced before they go."""

from __future__ import annotations

from alembic import op

revision = "0003_overseen"
down_revision = "0002_import_files"

OVERSEEN_BY = """
CREATE VIEW overseen_by AS
SELECT m.person_id AS person_id, o.id AS overseer_id
  FROM person o JOIN team t ON t.municipality = o.municipality JOIN membership m ON m.team_id = t.id
  JOIN person p ON p.id = m.person_id
 WHERE o.active = 1 AND o.role = 'coordinator' AND m.until IS NULL AND p.active = 1 AND p.role IN ('leader', 'member')
UNION ALL
SELECT p.id, o.id FROM person o JOIN person p ON p.id <> o.id
 WHERE o.active = 1 AND o.role = 'region' AND p.active = 1
"""


def upgrade() -> None:
    op.execute("ALTER TABLE invitation ADD COLUMN person_id INTEGER REFERENCES person")
    op.execute("ALTER TABLE journal ADD COLUMN warned_on TEXT NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX journal_untouched ON journal (updated_at)")
    op.execute("CREATE INDEX inbox_aside ON inbox (id) WHERE state = 'aside'")
    op.execute(OVERSEEN_BY)
