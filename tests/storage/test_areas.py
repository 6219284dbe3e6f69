"""The walk from the whole to one case: right for whoever walks, one statement a screen, whatever the years left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from casework import areas as rules
from casework.areas import Figures
from storage import areas
from storage.database import Tx
from tests.engines import SQLITE
from tests.storage.conftest import TODAY
from tests.storage.explained import Explained

MONDAY = rules.week_begins(TODAY)


async def visit(tx: Tx, case_id: int, day: date) -> None:
    await tx.run(
        "INSERT INTO visit (case_id, reporter_id, team_id, version, saved_at, visited_on, outcome, report) "
        "SELECT id, 1, team_id, 1, 0, :day, 'O10', '{}' FROM child_case WHERE id = :case_id",
        case_id=case_id,
        day=day.isoformat(),
    )


async def test_each_case_is_counted_once_and_where_it_is_now(district: Any) -> None:
    async with district.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = :late WHERE id IN (1, 2)", late="2026-11-20")
        await tx.run("UPDATE child_case SET due_on = NULL WHERE id = 3")
        await tx.run("UPDATE child_case SET team_id = NULL WHERE id = 4")
        for case_id, days in ((1, 0), (1, -1), (3, 0), (5, -7), (6, 1)):
            await visit(tx, case_id, TODAY + timedelta(days=days))
        whole = await areas.figures(tx, district.region, MONDAY, TODAY)
        own = await areas.figures(tx, district.coordinator, MONDAY, TODAY)
    assert [(one.municipality, one.team, one.figures) for one in whole] == [
        ("Бяла", "Б-1", Figures(6, 2, 2)),
        ("Бяла", "", Figures(1, 0, 0)),
        ("Русе", "Р-1", Figures(3, 0, 0)),
    ]
    assert own == [one for one in whole if one.municipality == "Бяла"]
    assert rules.by_municipality(whole) == [("Бяла", Figures(7, 2, 2)), ("Русе", Figures(3, 0, 0))]


def test_what_has_left_the_region_has_a_line_only_while_it_is_open() -> None:
    gone = rules.Area("", 0, "", Figures(0, 0, 1))
    assert rules.by_municipality([gone]) == []
    assert rules.by_municipality([gone, rules.Area("", 0, "", Figures(1))]) == [("", Figures(1, 0, 1))]
    assert rules.week_begins(date(2026, 11, 29)) == date(2026, 11, 23)


async def test_whoever_coordinates_nothing_here_sees_nothing_of_it(district: Any) -> None:
    async with district.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2026-11-20'")
        for me, seen in ((district.stranger, 3), (district.coordinator, 8), (district.region, 11)):
            listed, total = await areas.overdue(tx, me, TODAY, offset=0, limit=50)
            assert (len(listed), total) == (seen, seen)
        team = district.leader.teams[0].id
        assert await areas.of_team(tx, district.stranger, team, offset=0, limit=50) == ([], 0)
        assert (await areas.of_team(tx, district.coordinator, team, offset=6, limit=6))[1] == 8
        assert await areas.of_no_team(tx, district.coordinator, "Бяла", offset=0, limit=50) == ([], 0)


Screen = Callable[[Any, Any], Awaitable[Any]]
SCREENS: dict[str, Screen] = {
    "figures of the region": lambda tx, district: areas.figures(tx, district.region, MONDAY, TODAY),
    "figures of a municipality": lambda tx, district: areas.figures(tx, district.coordinator, MONDAY, TODAY),
    "overdue": lambda tx, district: areas.overdue(tx, district.coordinator, TODAY, offset=0, limit=6),
    "a team": lambda tx, district: areas.of_team(tx, district.region, 1, offset=0, limit=6),
    "no team": lambda tx, district: areas.of_no_team(tx, district.region, "Бяла", offset=0, limit=6),
}


@pytest.mark.only(SQLITE)
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_is_one_statement_that_looks_at_no_table_whole(district: Any, screen: str) -> None:
    async with district.database.reading() as tx:
        explained = Explained(tx)
        await SCREENS[screen](explained, district)
    [plan] = explained.plans
    whole = [step for step in plan if step.startswith(("SCAN c", "SCAN visit")) and "INDEX" not in step]
    assert whole == [], plan
    if screen.startswith("figures"):
        assert any("child_case_open" in step for step in plan), plan
        assert any("visit_on" in step for step in plan), plan
