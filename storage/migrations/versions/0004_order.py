"""Indexes by which the next rows are found without sorting all that wait."""

from __future__ import annotations

from alembic import op

revision = "0004_order"
down_revision = "0003_overseen"


def upgrade() -> None:
    op.execute("CREATE INDEX inbox_next ON inbox (id) WHERE state = 'waiting'")
    op.execute("CREATE INDEX inbox_retrying ON inbox (channel, sender) WHERE state = 'waiting' AND not_before > 0")
    op.execute("CREATE INDEX outbox_retrying ON outbox (channel, chat) WHERE state = 'waiting' AND tries > 0")
