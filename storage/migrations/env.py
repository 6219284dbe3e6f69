"""Alembic's entry: applies the revisions to the file that `storage.migrate` names."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool

path = context.config.attributes["path"]
engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)


@event.listens_for(engine, "connect")
def _plain(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not open transactions itself: the schema is written in one of ours, or not at all.
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
