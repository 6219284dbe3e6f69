"""Which causes of the notices that wait do not hold any more: one statement for each kind of cause there is.

What a newcomer gets wrong: one statement for all kinds would ask every row for everything, and takes ten times as long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from casework.catalogue import CaseList
from casework.records import INSTITUTION, OPEN
from storage import lists, people, respites, subscriptions
from storage.absences import AWAY
from storage.because import ABSENCE, DRAFT, DUE, LISTED, OFFER, OWED, QUESTION, REFERRAL, Tie
from storage.database import Tx, in_list

_SEEN = "EXISTS (SELECT 1 FROM visible_to v WHERE v.case_id = c.id AND v.person_id = p.id)"
_OWES = f"JOIN child_case c ON c.id = CAST(t.ref AS BIGINT) AND t.holds = c.next_step || ' ' || c.due_on AND {_SEEN}"
_STILL = {
    DUE: f"{_OWES} AND c.due_on <= :today AND p.id NOT IN {AWAY} AND NOT EXISTS ({respites.RUNNING})",
    OWED: _OWES,
    # Whoever stands in for an institution is a coordinator of its place.
    REFERRAL: (
        "JOIN referral r ON r.id = CAST(t.ref AS BIGINT) AND r.state = :open AND r.answer_by = t.holds "
        "AND coalesce(r.taken_by, p.id) = p.id AND p.municipality IN ('', r.municipality) "
        "AND (p.role <> :institution OR p.institution = r.institution) AND NOT EXISTS "
        "(SELECT 1 FROM not_ours x WHERE x.referral_id = r.id AND x.person_id = p.id)"
    ),
    OFFER: (
        "JOIN handover h ON h.id = CAST(t.ref AS BIGINT) AND h.state = :open "
        "JOIN child_case c ON c.id = h.case_id AND c.due_on IS NOT NULL"
    ),
    QUESTION: (
        "JOIN question q ON q.id = CAST(t.ref AS BIGINT) AND q.answered_at IS NULL "
        "AND coalesce(q.taken_by, p.id) = p.id "
        "JOIN person a ON a.id = q.asker_id AND a.active = 1"
    ),
    DRAFT: "JOIN journal j ON j.id = t.ref AND j.person_id = p.id AND j.warned_on = t.holds",
    ABSENCE: (
        "JOIN absence b ON b.id = CAST(t.ref AS BIGINT) AND ((t.holds = 'now' AND b.state IN ('planned', 'now')) "
        f"OR (t.holds = 'over' AND b.state IN ('returned', 'over') AND b.person_id NOT IN {AWAY}))"
    ),
}
"""What must be so beside `notice_tie t`, `notice n` and its reader `p`, who is active."""


async def broken(
    tx: Tx, notices: Collection[int], book: Mapping[str, CaseList], today: date
) -> dict[int, frozenset[Tie]]:
    """By notice, the ties that hold no more; notices all of whose ties hold are left out."""
    left = defaultdict(set)
    for row in await tx.rows(
        f"SELECT notice_id, kind, ref, holds FROM notice_tie WHERE notice_id IN ({in_list(notices)})"
    ):
        left[row["notice_id"]].add(Tie(row["kind"], row["ref"], row["holds"]))
    kinds = {one.kind for own in left.values() for one in own}
    for kind in sorted(kinds - {LISTED}):
        for notice, tie in await _holding(tx, kind, notices, today):
            left[notice].discard(tie)
    if LISTED in kinds:
        for notice, tie in await _still_listed(tx, notices, book, today):
            left[notice].discard(tie)
    return {notice: frozenset(ties) for notice, ties in left.items() if ties}


async def _holding(tx: Tx, kind: str, notices: Collection[int], today: date) -> list[tuple[int, Tie]]:
    asked = {"today": today.isoformat(), "open": OPEN, "institution": INSTITUTION}
    still = _STILL[kind]
    rows = await tx.rows(
        "SELECT t.notice_id, t.ref, t.holds FROM notice_tie t JOIN notice n ON n.id = t.notice_id "
        f"JOIN person p ON p.id = n.person_id AND p.active = 1 {still} "
        f"WHERE t.kind = :kind AND t.notice_id IN ({in_list(notices)})",
        kind=kind,
        **{name: value for name, value in asked.items() if f":{name}" in still},
    )
    return [(row["notice_id"], Tie(kind, row["ref"], row["holds"])) for row in rows]


async def _still_listed(
    tx: Tx, notices: Collection[int], book: Mapping[str, CaseList], today: date
) -> list[tuple[int, Tie]]:
    """A list is a rule of the catalogue, so it is asked as a whole: once for each of its readers."""
    rows = await tx.rows(
        "SELECT DISTINCT t.notice_id, n.person_id, t.holds FROM notice_tie t JOIN notice n ON n.id = t.notice_id "
        f"WHERE t.kind = :kind AND t.notice_id IN ({in_list(notices)})",
        kind=LISTED,
    )
    holding = []
    for row in rows:
        me = await people.get(tx, row["person_id"])
        if me and me.active and row["holds"] in book and row["holds"] in await subscriptions.of(tx, me):
            on_it = await lists.numbers(tx, me, book[row["holds"]], today)
            holding += [(row["notice_id"], Tie(LISTED, str(case_id), row["holds"])) for case_id in on_it]
    return holding
