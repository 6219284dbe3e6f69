"""All that is kept on one of us or on a child, table by table, for whoever it is about.

What a newcomer gets wrong: to one of us nothing is told of children, though people report on them: notes and addresses
are the children's. A test holds every table that points to a person, or to a case, to these lists.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from storage.database import Row, Tx, from_micros

Value = str | int | float | None
ABOUT: Mapping[str, tuple[str, str]] = {
    "person": (
        "name, role, language, institution, municipality, digest_at, accepted_at, active, created_at, preferred, "
        "own_days, on_holidays, open_from, open_until, zone, paused_until, told_from",
        "id = :id",
    ),
    "identity": ("channel, account, chat, reachable, wrote_at, lost_at, lost_for_good", "person_id = :id"),
    "membership": ("(SELECT name FROM team WHERE id = team_id) AS team, since, until", "person_id = :id"),
    "absence": ("from_on, until_on, state, made_at, ended_at", "person_id = :id OR deputy_id = :id OR made_by = :id"),
    "invitation": ("role, municipality, institution, expires_at, used_at", "used_by = :id OR person_id = :id"),
    "link_code": ("expires_at, used_at", "person_id = :id"),
    "visit": ("id, visited_on, saved_at, version", "reporter_id = :id"),
    "visit_version": ("visit_id, version, saved_at", "author_id = :id"),
    "media": ("visit_id, channel, state, arrived_at", "person_id = :id"),
    "referral": (
        "measure, institution, asked_at, answer_by, state, taken_at, answer, answered_at",
        "asked_by = :id OR taken_by = :id OR answered_by = :id",
    ),
    "not_ours": ("at", "person_id = :id"),
    "transition": ("at, cause, status, step", "person_id = :id"),
    "lateness": ("at, code, was_due, due_on", "person_id = :id"),
    "handover": ("offered_at, state, answered_at", "offered_by = :id OR answered_by = :id"),
    "question": (
        "CASE WHEN asker_id = :id THEN text ELSE '' END AS text, asked_at, taken_at, answered_at",
        "asker_id = :id OR taken_by = :id",
    ),
    "answer": ("text, at, sent_at, helped_at", "person_id = :id"),
    "advice": ("question, answer, published_at, withdrawn_at", "published_by = :id"),
    "announcement": ("text, sent_at, reminded_at", "sender_id = :id"),
    "announced_to": ("announcement_id, reached, read_at", "person_id = :id"),
    "inquiry": ("asked_at, answered_at", "asker_id = :id OR asked_id = :id"),
    "respite": ("kind, step, due_on, until_on, at, ended_at", "person_id = :id"),
    "alerted": ("day, rung, step", "person_id = :id"),
    "notice": ("folded_on", "person_id = :id"),
    "told_a_day": ("day, count, urgent", "person_id = :id"),
    "period_claim": ("job, period, at", "person_id = :id"),
    "subscription": ("list", "person_id = :id"),
    "plan": ("day, place, made_at", "person_id = :id OR made_by = :id"),
    "journal": ("name, state, updated_at", "person_id = :id"),
    "unasked": ("updated_at", "person_id = :id"),
    "import_file": ("channel, name, state, changed_at", "person_id = :id"),
    "outage_asked": ("outage_id", "person_id = :id"),
    "inbox": (
        "channel, received_at, state, said_at, waited",
        "retried_by = :id OR (channel, sender) IN (SELECT channel, account FROM identity WHERE person_id = :id)",
    ),
    "outbox": (
        "channel, created_at, state, sent_at",
        "(channel, chat) IN (SELECT channel, chat FROM identity WHERE person_id = :id)",
    ),
    "audit": ("at, what", "person_id = :id OR detail = 'person ' || :id OR detail LIKE 'person ' || :id || ',%'"),
}
"""By table, what of it is told and which rows are somebody's."""
_MOMENTS = ("at", "since", "until")


async def of(tx: Tx, person_id: int) -> dict[str, list[dict[str, Value]]]:
    """By table, the rows about that person; moments as ISO in UTC. Tables without one are left out."""
    found = {}
    for table, (columns, where) in ABOUT.items():
        rows = await tx.rows(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY 1", id=person_id)
        if rows:
            found[table] = [_told(row) for row in rows]
    return found


def _told(row: Row, without: Collection[str] = ()) -> dict[str, Value]:
    return {name: _value(name, value) for name, value in dict(row).items() if name not in without}


def _value(name: str, value: Any) -> Value:
    is_moment = isinstance(value, int) and (name in _MOMENTS or name.endswith(("_at", "_from")))
    moment = from_micros(value) if is_moment and value else None
    return moment.isoformat() if moment else value


_VISITS = "SELECT id FROM visit WHERE case_id = :id"
_QUESTIONS = "SELECT id FROM question WHERE case_id = :id"
OF_CHILD: Mapping[str, str] = {
    "child_case": "id = :id",
    "visit": "case_id = :id",
    "visit_version": f"visit_id IN ({_VISITS})",
    "media": f"visit_id IN ({_VISITS})",
    "transition": "case_id = :id",
    "referral": "case_id = :id",
    "not_ours": "referral_id IN (SELECT id FROM referral WHERE case_id = :id)",
    "handover": "case_id = :id",
    "inquiry": "case_id = :id",
    "question": "case_id = :id",
    "answer": f"question_id IN ({_QUESTIONS})",
    "lateness": "case_id = :id",
    "respite": "case_id = :id",
    "alerted": "case_id = :id",
    "audit": "case_id = :id",
}
_UNREADABLE = ("sealed_name", "recognised_by", "file")
"""The name is told beside; a mark and what a messenger calls a photo tell nobody anything."""


async def of_child(tx: Tx, case_id: int) -> dict[str, list[dict[str, Value]]]:
    """By table, the rows about the child of that case, whole. People of ours stand in them by their number."""
    found = {}
    for table, where in OF_CHILD.items():
        rows = await tx.rows(f"SELECT * FROM {table} WHERE {where} ORDER BY 1", id=case_id)
        if rows:
            found[table] = [_told(row, without=_UNREADABLE) for row in rows]
    return found


async def called(tx: Tx, who: str) -> list[tuple[int, str]]:
    """Number and name of those whose number or whole name that is; for the keyboard."""
    found = "name = :who OR CAST(id AS TEXT) = :who"
    rows = await tx.rows(f"SELECT id, name FROM person WHERE {found} ORDER BY id", who=who)
    return [(row["id"], row["name"]) for row in rows]
