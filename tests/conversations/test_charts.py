"""The charts of a coordinator: what is drawn, what is said under it, and what there is when nothing can be drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casework import catalogue
from casework.records import REGIONAL, VISIT, Cause, NextStep, Person, VisitReport
from handlers.desk import charts
from handlers.engine.replies import Tapped
from handlers.engine.scene import Chart, Scene
from handlers.engine.talk import Moment
from handlers.engine.words import Words
from handlers.office.season_charts import OF_OTHERS
from storage import moves, new_cases, people, teams, visits
from storage.database import Database, Tx
from storage.new_cases import NewCase
from storage.people import Invitation
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, joins

BOOK = catalogue.load()
ODD = f'_*[<&"#$ {"Щ" * 50}'


async def visited(database: Database, case_id: int, day: date, outcome: str = "O20", status: str = "") -> None:
    """By the coordinator of the region, who has no team, at noon of that day."""
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    async with database.transaction() as tx:
        me = await the_region(tx)
        visit = await visits.save(tx, me, VisitReport(case_id, day, "morning", 1, (1,), "A1", "", outcome), at)
        if status:
            step = NextStep(status, "visit", None)
            await moves.record(tx, case_id, "S11", step, Cause(VISIT, visit.id, me.id), None, at, "")


async def the_region(tx: Tx) -> Person:
    known = await tx.row("SELECT id FROM person WHERE role = :region", region=REGIONAL)
    number = known["id"] if known else await joins(tx, "region", Invitation(REGIONAL, None, "", "Рени"))
    me = await people.get(tx, number)
    assert me is not None
    return me


async def with_teams(database: Database, count: int) -> None:
    """So many more teams of Бяла, each with one case."""
    async with database.transaction() as tx:
        for n in range(count):
            await teams.put(tx, f"{ODD} {n:02}" if n % 2 else f"Б-{n + 10}", "Бяла", "")
        by_name = await teams.by_name(tx)
        new = [
            NewCase("БЯ", "G1", "Бяла", "Бяла", "", None, team.id, "", None, f"t{team.id}") for team in by_name.values()
        ]
        await new_cases.put(tx, new, NextStep("S11", "visit", TODAY), NOW)


def drawn(chat: Chat) -> Chart:
    chart = chat.shown.attachment
    assert isinstance(chart, Chart)
    return chart


async def test_the_charts_are_for_coordinators(mila: Chat) -> None:
    await mila.says("/menu")
    assert "Графики" not in mila.labels
    for key, value in (("charts", ""), ("chart", "progress"), ("chart", "teams 1")):
        assert await mila.sends(Tapped("go", key, value)) == "Графиките са за координаторите."
        assert mila.shown.attachment is None


async def test_a_button_of_no_chart_is_an_old_one(kolyo: Chat) -> None:
    for value in ("", "nonsense", "progress5"):
        assert "Нищо не е променено" in await kolyo.sends(Tapped("go", "chart", value))


async def test_whoever_has_no_cases_hears_that_nothing_can_be_drawn(vera: Chat) -> None:
    for label, said in (
        ("Напредък", "През този сезон още няма случаи"),
        ("Резултати", "През този сезон още няма посещения"),
        ("Екипите", "Още няма екипи със случаи"),
        ("Просрочени", "Няма нищо просрочено"),
    ):
        await vera.sends(Tapped("go", "charts", ""))
        assert (await vera.taps(label)).startswith(said)
        assert vera.labels == ["Друга графика", "Меню"]


async def test_progress_stands_against_the_season_before_and_the_pace_that_is_needed(
    database: Database, kolyo: Chat
) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET created_at = 0")
        await tx.run("DELETE FROM transition")
    for case_id in range(1, 9):
        await visited(database, case_id, date(2025, 9, 1), status="S50" if case_id < 5 else "")
    for case_id in range(1, 5):
        await visited(database, case_id, TODAY - timedelta(days=case_id), status="S50" if case_id == 1 else "")
    await kolyo.says("/menu")
    said = await kolyo.taps("Графики", "Напредък през сезона")
    assert "посетени поне веднъж – 4 от 16 случая (25 %), върнати в училище – 1 (6 %)" in said
    assert "преди година по това време – 50 % и 25 %" in said
    assert "остават 135 работни дни, за останалите трябва по 1 нов случай на ден." in said
    seen, back = drawn(kolyo).panels
    assert [(one.name, one.line) for one in seen.series] == [
        ("този сезон", "solid"), ("предишният сезон", "dashed"), ("нужният темп", "dotted"),
    ]  # fmt: skip
    now, before, pace = (one.values for one in seen.series)
    assert len(now) == 15
    assert (now[-1], pace[14], pace[-1]) == (25, 25, 100)
    assert len(seen.labels) == len(pace) >= len(before) - 1
    assert [one.name for one in back.series] == ["този сезон", "предишният сезон"]


async def test_before_anything_is_known_of_the_season_before_only_this_one_is_drawn(kolyo: Chat) -> None:
    await kolyo.sends(Tapped("go", "charts", ""))
    assert "за предишния сезон няма данни" in await kolyo.taps("Напредък")
    assert [one.name for one in drawn(kolyo).panels[0].series] == ["този сезон", "нужният темп"]


async def test_when_all_were_visited_no_pace_is_needed(database: Database, kolyo: Chat) -> None:
    for case_id in range(1, 17):
        await visited(database, case_id, TODAY)
    said = await kolyo.sends(Tapped("go", "chart", "progress"))
    assert said.endswith("остават 135 работни дни.")


async def test_after_its_last_day_a_season_is_over(database: Database, kolyo: Chat) -> None:
    kolyo.now = datetime(2027, 7, 1, 9, tzinfo=UTC)
    assert (await kolyo.sends(Tapped("go", "chart", "progress"))).endswith("сезонът приключи.")
    assert [one.name for one in drawn(kolyo).panels[0].series] == ["този сезон"]


async def test_outcomes_are_stacked_by_week_in_the_colours_of_the_catalogue(database: Database, kolyo: Chat) -> None:
    outcomes = ["O20", "O11", "O10", "O12", "O13", "O22", "O24", "O40", "gone"]
    for n, outcome in enumerate(outcomes):
        for case_id in range(1, 11 - n):
            await visited(database, case_id, TODAY - timedelta(days=7 * (case_id % 2)), outcome)
    said = await kolyo.sends(Tapped("go", "chart", "outcomes"))
    assert said == (
        "Бяла, резултати по седмици, 20.08.2026 – 24.11.2026: 54 посещения; най-често – Никой на адреса (10), "
        "Обещание да се запише или върне (9), Записано / подадени документи (8)."
    )
    [panel] = drawn(kolyo).panels
    assert [one.colour for one in panel.series] == [*map(BOOK.colour, outcomes[:6]), OF_OTHERS]
    assert [one.name for one in panel.series][-2:] == ["В чужбина (по сведения) (5)", "други (9)"]
    assert panel.series[0].values[-2:] == (5, 5)
    assert panel.labels[0] == "20.08"
    assert panel.labels[-1] == "23.11"


async def test_an_outcome_that_left_the_catalogue_stands_by_its_code(database: Database, kolyo: Chat) -> None:
    await visited(database, 1, TODAY, "gone")
    assert "най-често – gone (1)." in await kolyo.sends(Tapped("go", "chart", "outcomes"))
    assert drawn(kolyo).panels[0].series[0].colour == catalogue.GREY


async def test_teams_stand_side_by_side_twelve_on_a_sheet(database: Database, kolyo: Chat) -> None:
    await with_teams(database, 29)
    await visited(database, 1, TODAY)
    kolyo.now = NOW + timedelta(days=1)
    said = await kolyo.sends(Tapped("go", "chart", "teams"))
    assert "на 12 екипа" in said
    sheets = [drawn(kolyo)]
    while "Още екипи →" in kolyo.labels:
        assert len(await kolyo.taps("Още екипи →")) < 512
        sheets.append(drawn(kolyo))
    assert [sheet.title for sheet in sheets] == [f"Екипите по седмици, лист {n} от 3" for n in (1, 2, 3)]
    assert [len(sheet.panels) for sheet in sheets] == [12, 12, 7]
    assert {sheet.highest for sheet in sheets} == {1}
    titles = [panel.title for sheet in sheets for panel in sheet.panels]
    assert "Б-1\nпросрочени: 17" in titles
    assert titles[-1] == "без екип\nпросрочени: 0"
    assert kolyo.labels == ["Друга графика", "Меню"]
    await kolyo.sends(Tapped("go", "chart", "teams 99"))
    assert drawn(kolyo).title.endswith("лист 3 от 3")


async def test_one_team_with_nothing_overdue_has_the_whole_sheet(kolyo: Chat) -> None:
    assert (await kolyo.sends(Tapped("go", "chart", "teams x"))).endswith("(0); нищо не е просрочено.")
    assert (drawn(kolyo).columns, drawn(kolyo).title) == (1, "Екипите по седмици")


async def test_what_is_overdue_stands_by_step_and_age(database: Database, kolyo: Chat) -> None:
    steps = (
        ["visit"] * 4 + ["promise"] * 3 + ["mayor", "proof", "search", "office", "health", "retry", "leader", "gone"]
    )
    async with database.transaction() as tx:
        for number, step in enumerate(steps, start=1):
            due = TODAY - timedelta(days=(1, 9, 20, 60)[number % 4])
            await tx.run(
                "UPDATE child_case SET next_step = :step, due_on = :due WHERE id = :id",
                step=step, due=due.isoformat(), id=number,
            )  # fmt: skip
    said = await kolyo.sends(Tapped("go", "chart", "overdue"))
    assert said == (
        "Бяла: 15 просрочени случая по работни дни: 1–5 дни: 3, 6–10 дни: 4, 11–20 дни: 4, над 20 дни: 4; "
        "най-много чакат: посещение (4)."
    )
    [panel] = drawn(kolyo).panels
    assert drawn(kolyo).lying
    assert drawn(kolyo).below == "Бяла · 24.11.2026, в работни дни"
    assert (panel.labels[0], panel.labels[-1], len(panel.labels)) == ("посещение", "други", 8)
    assert [one.name for one in panel.series] == ["1–5 дни: 3", "6–10 дни: 4", "11–20 дни: 4", "над 20 дни: 4"]
    assert [sum(value or 0 for value in one.values) for one in panel.series] == [3, 4, 4, 4]


@pytest.mark.parametrize("value", ["progress", "outcomes", "teams", "overdue"])
async def test_no_other_municipality_is_counted(database: Database, value: str, vera: Chat, kolyo: Chat) -> None:
    await visited(database, 1, TODAY)
    vera.now = kolyo.now = NOW + timedelta(days=1)
    await vera.sends(Tapped("go", "chart", value))
    await kolyo.sends(Tapped("go", "chart", value))
    assert (vera.shown.attachment, type(kolyo.shown.attachment)) == (None, Chart)


async def test_the_region_sees_all_of_it(database: Database) -> None:
    async with database.transaction() as tx:
        await joins(tx, "reni", Invitation(REGIONAL, None, "", "Рени"))
    reni = Chat(database, "reni")
    assert (await reni.sends(Tapped("go", "chart", "progress"))).startswith("Цялата област, сезон 20.08.2026 – ")


async def test_what_stands_under_a_picture_fits_on_every_messenger(database: Database, kolyo: Chat) -> None:
    await with_teams(database, 2)
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET municipality = :long, due_on = '2026-11-01'", long="Ъ" * 60)
        await tx.run("UPDATE person SET municipality = :long WHERE municipality = 'Бяла'", long="Ъ" * 60)
        me = await people.get(tx, 3)
        assert me is not None
        assert me.municipality == "Ъ" * 60
        for language in ("bg", "en"):
            here = Scene(replace(me, language=language), WORK, Moment(NOW, TODAY, language))
            for value in ("progress", "teams", "overdue"):
                [line] = (await charts.chosen(tx, here, value)).view.lines
                assert len(Words(language, TODAY).say(line)) <= 512
