"""In which lane what comes and goes lies, so that several workers share it (`storage.shares`)."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from storage.shares import lane_of

revision = "0021_lanes"
down_revision = "0020_owed"


def upgrade() -> None:
    for table, address in (("inbox", "sender"), ("outbox", "chat")):
        op.execute(f"ALTER TABLE {table} ADD COLUMN lane INTEGER NOT NULL DEFAULT 0")
        _fill(table, address)
    if op.get_bind().dialect.name == "postgresql":
        # Numbers of reports come from the sequence from now on, for two workers would both take the one after the last.
        op.execute(
            "SELECT setval(pg_get_serial_sequence('visit', 'id'), max(n)) FROM (SELECT max(id) AS n FROM visit "
            "UNION ALL SELECT last FROM numbered WHERE what = 'visit') AS given HAVING max(n) > 0"
        )


def _fill(table: str, address: str) -> None:
    """Of what has not gone its way; of the rest nobody asks any more."""
    bind = op.get_bind()
    over = "state IN ('done', 'sent', 'uncertain', 'failed', 'unreachable', 'gone', 'cancelled')"
    rows = bind.execute(text(f"SELECT id, channel, {address} AS address FROM {table} WHERE NOT ({over})")).all()
    lanes = [{"id": row.id, "lane": lane_of(row.channel, row.address)} for row in rows]
    if lanes:
        bind.execute(text(f"UPDATE {table} SET lane = :lane WHERE id = :id"), lanes)
