"""Who coordinates is looked for at every ring, and is one of a hundred."""

from __future__ import annotations

from alembic import op

revision = "0022_roles"
down_revision = "0021_lanes"


def upgrade() -> None:
    op.execute("CREATE INDEX person_role ON person (role)")
