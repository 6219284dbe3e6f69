"""Cases and visits: everyone sees only their own, and what was saved stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casework.escalation import Turn
from casework.records import VISIT, Cause, NextStep, Photo, Place, VisitReport
from storage import alerted, audit, cases, moves, overview, people, visits
from storage.cases import Changed

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


async def test_everyone_sees_only_their_own(district: Any) -> None:
    async with district.database.reading() as tx:
        for person, seen in (
            (district.mila, 8),
            (district.stranger, 3),
            (district.coordinator, 8),
            (district.region, 11),
        ):
            listed, total = await cases.due_first(tx, person, TODAY, offset=0, limit=20)
            assert (len(listed), total) == (seen, seen)
        assert await cases.get(tx, district.stranger, 1) is None
        assert await cases.search(tx, district.stranger, "бя1", offset=0, limit=5) == ([], 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("БЯ-003", ["БЯ-003"]),
        ("bя3", ["БЯ-003"]),
        ("3", ["БЯ-003"]),
        ("крум 5", ["БЯ-005"]),
        ("ПОЛСКО", ["БЯ-002", "БЯ-004", "БЯ-006", "БЯ-008"]),
        ("%", []),
        ("", []),
    ],
)
async def test_a_case_is_found_as_people_write_it(district: Any, text: str, found: list[str]) -> None:
    async with district.database.reading() as tx:
        listed, total = await cases.search(tx, district.mila, text, offset=0, limit=20)
    assert total == len(found)
    assert [case.number for case in listed] == found


async def test_due_cases_come_first_by_settlement_and_pages_do_not_overlap(district: Any) -> None:
    async with district.database.transaction() as tx:
        case = await cases.get(tx, district.mila, 1)
        assert case is not None
        later = NextStep("S21", "retry", TODAY + timedelta(days=3))
        await cases.advance(tx, case, later, Cause(VISIT, 1, district.mila.id), NOW, attempts=1)
        with pytest.raises(Changed):
            await cases.advance(tx, case, replace(later, due_on=TODAY), Cause(VISIT), NOW)
        moved = [(one.cause.kind, one.was, one.status) for one in await moves.history(tx, district.mila, 1)]
        assert moved == [("import", "", "S11"), ("visit", "S11", "S21")]
        first, _ = await cases.due_first(tx, district.mila, TODAY, offset=0, limit=5)
        rest, total = await cases.due_first(tx, district.mila, TODAY, offset=5, limit=5)
    assert [c.settlement for c in first] == ["Бяла"] * 3 + ["Полско Косово"] * 2
    assert [c.number for c in rest][-1] == "БЯ-001"
    assert len({c.id for c in (*first, *rest)}) == total == 8


def report(case_id: int = 1, **more: Any) -> VisitReport:
    fields = {
        "outcome": "O20",
        "reasons": ("R10",),
        "photos": (Photo("telegram", "f1", "u1"),),
        "place": Place(43.4, 25.7),
    }
    kept: dict[str, Any] = {**fields, **more}
    return VisitReport(case_id, TODAY, "morning", 1, (1, 2), "A1", "", **kept)


async def test_a_correction_is_a_new_version_and_the_old_one_stays(district: Any) -> None:
    async with district.database.transaction() as tx:
        saved = await visits.save(tx, district.mila, report(), NOW)
        corrected = await visits.correct(tx, district.mila, saved.id, 1, report(outcome="O11"), NOW)
        assert corrected is not None
        assert await visits.correct(tx, district.mila, saved.id, 1, report(outcome="O13"), NOW) is None
        assert await visits.correct(tx, district.stranger, saved.id, 2, report(outcome="O13"), NOW) is None
        assert [one.outcome for one in await visits.versions(tx, district.mila, saved.id)] == ["O20", "O11"]
        assert await visits.history(tx, district.mila, 1) == [corrected]
        assert await visits.last_of(tx, district.mila) == [visits.Own(corrected, "БЯ-001")]
        assert await visits.last_companions(tx, district.mila) == [1, 2]
        assert await visits.history(tx, district.stranger, 1) == []
        assert [what for what, _who in await audit.of_case(tx, 1)] == ["reported", "corrected"]


async def test_of_a_day_one_sees_the_own_cases_with_all_their_visits(district: Any) -> None:
    yesterday = TODAY - timedelta(days=1)
    async with district.database.transaction() as tx:
        for case_id, day in ((2, yesterday), (1, yesterday), (2, TODAY)):
            await visits.save(tx, district.mila, replace(report(case_id), visited_on=day), NOW)
        made = await visits.made_where_visited(tx, district.leader, TODAY)
        assert [(one.visit.id, one.team) for one in made] == [(1, "Б-1"), (3, "Б-1")]
        assert {(one.team_id, one.team) for one in made} == set(await visits.teams_on(tx, district.coordinator, TODAY))
        assert await visits.made_at(tx, district.leader, 2) == made
        assert [case.number for case in await cases.visited_on(tx, district.leader, yesterday)] == ["БЯ-001", "БЯ-002"]
        assert await visits.made_where_visited(tx, district.stranger, TODAY) == []
        assert await visits.teams_on(tx, district.stranger, TODAY) == []
        assert await visits.made_at(tx, district.stranger, 2) == []
        assert await cases.visited_on(tx, district.stranger, TODAY) == []
        assert await people.named(tx, {district.mila.id}) == {district.mila.id: ("Мила", "")}


async def test_a_look_at_a_name_is_recorded_and_only_for_who_may_look(district: Any) -> None:
    async with district.database.transaction() as tx:
        assert await cases.sealed_name(tx, district.stranger, 1, NOW) is None
        assert await cases.sealed_name(tx, district.mila, 1, NOW) == (b"sealed", "БЯ1")
        assert await audit.of_case(tx, 1) == [("saw the name", district.mila.id)]


async def test_what_is_done_and_overdue_in_an_area(district: Any) -> None:
    tomorrow = TODAY + timedelta(days=1)
    async with district.database.transaction() as tx:
        await visits.save(tx, district.mila, report(), NOW)
        second, day = timedelta(seconds=1), timedelta(days=1)
        assert await overview.last_visit(tx) == 1
        done = await overview.done_between(tx, district.coordinator, NOW, NOW + second, after=1)
        assert [(one.team, one.outcome) for one in done] == [("Б-1", "O20")]
        assert await overview.done_between(tx, district.coordinator, NOW - day, NOW, after=0) == []
        # Arrived before the last digest, and saved after it.
        assert await overview.done_between(tx, district.coordinator, NOW + second, NOW + day, after=0) == done
        assert await overview.done_between(tx, district.coordinator, NOW + second, NOW + day, after=1) == []
        late = await cases.due_everywhere(tx, tomorrow, 4)
        assert [due.reporter_id for due in late if due.case.number in ("БЯ-001", "БЯ-002")] == [district.mila.id, None]
        held = await overview.overdue_held(tx, district.coordinator, tomorrow)
        assert (len(late), sum(one.count for one in held)) == (11, 8)
        shown = [one.number for one in await cases.overdue(tx, district.coordinator, tomorrow, 2)]
        assert shown == [due.case.number for due in late if due.case.municipality == "Бяла"][:2]
        await alerted.keep(tx, [Turn(late[0].case, 3, district.coordinator, 3)], TODAY)
        assert (await cases.due_everywhere(tx, tomorrow, 4))[0].told_rung == 3
        assert len(await cases.due_everywhere(tx, tomorrow, 3)) == 10, "nobody is told after the last rung"
        assert await cases.counts(tx, district.coordinator) == (8, 0)


async def test_an_invitation_serves_once_and_not_for_ever(district: Any) -> None:
    invited = people.Invitation("member", 1, "")
    async with district.database.transaction() as tx:
        await people.invite(tx, "secret", invited, NOW + timedelta(days=7))
        await people.invite(tx, "old", invited, NOW)
        assert await people.join(tx, "old", "telegram", "9", "9", "Нов", NOW) is None
        joined = await people.join(tx, "secret", "telegram", "9", "9", "Нов", NOW)
        assert joined is not None
        assert joined.teams
        assert await people.join(tx, "secret", "telegram", "10", "10", "Друг", NOW) is None
        rows = await tx.rows("SELECT digest FROM invitation")
        assert "secret" not in {row["digest"] for row in rows}
        assert await people.unreachable(tx, "telegram", "9", NOW) == joined.id
        assert await people.unreachable(tx, "telegram", "9", NOW) is None
        assert await people.ways(tx, joined.id) == []
        await people.reachable(tx, "telegram", "9")
        assert [chat.chat for chat in await people.ways(tx, joined.id)] == ["9"]


async def test_somebody_whose_messenger_tells_no_name_has_one_that_can_be_shown(district: Any) -> None:
    async with district.database.transaction() as tx:
        await people.invite(tx, "secret", people.Invitation("member", 1, ""), NOW + timedelta(days=7))
        joined = await people.join(tx, "secret", "viber", "9", "9", "  ", NOW)
        assert joined is not None
        assert joined.name == "—"
