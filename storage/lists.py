"""The lists of the catalogue: which cases are on one, of those that a person may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from casework.catalogue import CaseList
from casework.records import Case, Person
from storage import cases
from storage.database import Tx, in_list

# Not joined, which takes twice as long for whoever sees a hundred thousand.
_SEEN = "FROM child_case c WHERE c.id IN (SELECT v.case_id FROM visible_to v WHERE v.person_id = :me)"
_LONGEST_DUE = "c.due_on NULLS FIRST, c.prefix, c.running"
_LAST_VISIT = "FROM visit w WHERE w.case_id = c.id ORDER BY w.id DESC LIMIT 1"


class Values(dict[str, object]):
    """What stands in a statement under names of their own, however many lists it asks for."""

    def add(self, value: object) -> str:
        name = f"v{len(self)}"
        self[name] = value
        return f":{name}"


async def counts(tx: Tx, me: Person, wanted: Sequence[CaseList], today: date) -> list[int]:
    """How many cases are on each."""
    values = Values()
    counted = ", ".join(f"count(CASE WHEN {_is_on(one, today, values)} THEN 1 END)" for one in wanted)
    return list(await tx.one(f"SELECT {counted} {_SEEN}", me=me.id, **values))


async def page(tx: Tx, me: Person, wanted: CaseList, today: date, *, offset: int, limit: int) -> tuple[list[Case], int]:
    """Those that are due the longest first."""
    values = Values()
    where = _is_on(wanted, today, values)
    return await cases.page(tx, me, where, values, _LONGEST_DUE, offset, limit)


async def numbers(tx: Tx, me: Person, wanted: CaseList, today: date) -> list[int]:
    """Of all cases on it, in the order of `page`."""
    values = Values()
    where = _is_on(wanted, today, values)
    rows = await tx.rows(f"SELECT c.id {_SEEN} AND {where} ORDER BY {_LONGEST_DUE}", me=me.id, **values)
    return [row["id"] for row in rows]


async def these(tx: Tx, me: Person, ids: Sequence[int]) -> list[Case]:
    """Of these cases those that the person may see, in this order."""
    here, _total = await cases.page(tx, me, f"c.id IN ({in_list(ids)})", {}, "c.id", 0, len(ids))
    found = {case.id: case for case in here}
    return [found[one] for one in ids if one in found]


def _is_on(wanted: CaseList, today: date, values: Values) -> str:
    return " AND ".join([*_as_it_stands(wanted, values), *_by_days(wanted, today, values), *_by_visits(wanted, values)])


def _as_it_stands(wanted: CaseList, values: Values) -> Iterator[str]:
    yield _among("c.status", wanted.statuses, values) if wanted.statuses else "c.due_on IS NOT NULL"
    if wanted.steps:
        yield _among("c.next_step", wanted.steps, values)
    if wanted.groups:
        yield _among("c.grouping", wanted.groups, values)
    if wanted.visited is not None:
        yield "c.attempts > 0" if wanted.visited else "c.attempts = 0"
    if wanted.held is not None:
        yield "c.team_id IS NOT NULL" if wanted.held else "c.team_id IS NULL"


def _by_days(wanted: CaseList, today: date, values: Values) -> Iterator[str]:
    def more_than(days: int) -> str:
        return f"< {values.add((today - timedelta(days=days)).isoformat())}"

    if wanted.overdue_days is not None:
        yield f"c.due_on {more_than(wanted.overdue_days)}"
    if wanted.silent_days is not None:
        late = f"a.answer_by {more_than(wanted.silent_days)}"
        yield f"EXISTS (SELECT 1 FROM referral a WHERE a.id = c.waits_for AND {late})"
    if wanted.promised_days is not None:
        yield f"(SELECT w.promised_on {_LAST_VISIT}) {more_than(wanted.promised_days)}"


def _by_visits(wanted: CaseList, values: Values) -> Iterator[str]:
    if wanted.outcomes:
        yield _among(f"(SELECT w.outcome {_LAST_VISIT})", wanted.outcomes, values)


def _among(what: str, codes: Sequence[str], values: Values) -> str:
    return f"{what} IN ({', '.join(values.add(code) for code in codes)})"
