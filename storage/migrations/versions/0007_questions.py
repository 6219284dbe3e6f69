"""Questions to coordinators with all their answers, the help made of them, and announcements with who has read them."""

from __future__ import annotations

from alembic import op

revision = "0007_questions"
down_revision = "0006_one_person"

TABLES = """
CREATE TABLE question (
    id INTEGER PRIMARY KEY, asker_id INTEGER NOT NULL REFERENCES person, text TEXT NOT NULL,
    case_id INTEGER REFERENCES child_case, case_number TEXT NOT NULL DEFAULT '', asked_at BIGINT NOT NULL,
    told_rung INTEGER NOT NULL DEFAULT 0, taken_by INTEGER REFERENCES person, taken_at BIGINT, answered_at BIGINT);
CREATE INDEX question_open ON question (asker_id) WHERE answered_at IS NULL;
CREATE TABLE answer (
    id INTEGER PRIMARY KEY, question_id INTEGER NOT NULL REFERENCES question,
    person_id INTEGER NOT NULL REFERENCES person, text TEXT NOT NULL, at BIGINT NOT NULL, sent_at BIGINT,
    helped_at BIGINT);
CREATE INDEX answer_question ON answer (question_id);
CREATE TABLE advice (
    id INTEGER PRIMARY KEY, answer_id INTEGER NOT NULL UNIQUE REFERENCES answer, question TEXT NOT NULL,
    answer TEXT NOT NULL, published_by INTEGER NOT NULL REFERENCES person, published_at BIGINT NOT NULL,
    withdrawn_at BIGINT);
CREATE TABLE announcement (
    id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL REFERENCES person, text TEXT NOT NULL, sent_at BIGINT NOT NULL,
    reminded_at BIGINT);
CREATE INDEX announcement_sender ON announcement (sender_id);
CREATE TABLE announced_to (
    announcement_id INTEGER NOT NULL REFERENCES announcement, person_id INTEGER NOT NULL REFERENCES person,
    reached INTEGER NOT NULL, read_at BIGINT, PRIMARY KEY (announcement_id, person_id));
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
