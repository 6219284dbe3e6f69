"""Which alarms an operator was told of; and what nobody did, backups among it, found without reading the audit."""

from __future__ import annotations

from alembic import op

revision = "0018_operation"
down_revision = "0017_plan"


def upgrade() -> None:
    op.execute("CREATE TABLE alarm (what TEXT PRIMARY KEY, since BIGINT NOT NULL, told_at BIGINT, over_at BIGINT)")
    op.execute("CREATE INDEX audit_of_nobody ON audit (what, at) WHERE person_id IS NULL")
