"""Who may plan what, and what is said where there is nothing to plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from casework.brief import Brief, Promised, Stop
from casework.records import LEADER, Case, Person
from handlers.engine.listing import Listing
from handlers.engine.replies import Tapped
from handlers.engine.words import Words
from handlers.morning import brief, overdue
from handlers.onekeyboard import one_keyboard
from storage.database import Database
from tests.conversations.conftest import TODAY, WORK, Chat

PLAN = Tapped("go", "plan", "")
LIDIA = Person(2, "Лидия Колева", LEADER)


@pytest.fixture
def lidia(database: Database) -> Chat:
    return Chat(database, "lidia")


async def run(database: Database, sql: str) -> None:
    async with database.transaction() as tx:
        await tx.run(sql)


async def planned(database: Database) -> list[tuple[str, str, int]]:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT day, place, person_id FROM plan ORDER BY day, place, person_id")
    return [(row["day"], row["place"], row["person_id"]) for row in rows]


async def plans(who: Chat, place: str, *people: str) -> str:
    await who.sends(PLAN)
    return await who.taps(place, *people, "Готово")


async def test_whoever_plans_for_themselves_goes_too(mila: Any, database: Database) -> None:
    assert "• Бяла: Вие и Лидия" in await plans(mila, "Бяла · днес", "Лидия Колева")
    assert await planned(database) == [("2026-11-24", "Бяла", 1), ("2026-11-24", "Бяла", 2)]
    assert "• Бяла: още никой" in await plans(mila, "Бяла · днес", "Никой")
    assert await planned(database) == []


async def test_what_the_leader_planned_is_not_offered_to_a_member(mila: Any, lidia: Chat, database: Database) -> None:
    await plans(lidia, "Бяла · днес", "Лидия Колева")
    said = await mila.sends(PLAN)
    assert said.startswith("Решено дотук:\n• Бяла, днес, 24.11: Лидия\n")
    assert [label for label in mila.labels if "днес" in label] == ["Дряновец · днес, 24.11 (8)"]


async def test_of_two_who_plan_the_same_at_once_the_leader_wins(mila: Any, lidia: Chat, database: Database) -> None:
    await mila.sends(PLAN)
    await mila.taps("Бяла · днес")
    await plans(lidia, "Бяла · днес", "Лидия Колева")
    said = await mila.taps("Мила Петрова", "Готово")
    assert said.startswith("Междувременно друг го е решил; нищо не е променено.\n")
    assert await planned(database) == [("2026-11-24", "Бяла", 2)]


async def test_a_skipped_answer_leaves_the_plan_as_it_was(mila: Any, database: Database) -> None:
    await plans(mila, "Бяла · днес", "Лидия Колева")
    await mila.sends(PLAN)
    await mila.taps("Бяла · днес", "Пропусни")
    assert len(await planned(database)) == 2


async def test_where_everything_is_planned_by_others_the_plan_is_shown(
    mila: Any, lidia: Chat, database: Database
) -> None:
    await run(database, "UPDATE child_case SET due_on = '2027-03-01' WHERE running > 1")
    for day in ("днес", "утре"):
        await plans(lidia, f"Бяла · {day}", "Мила Петрова")
    assert await mila.sends(PLAN) == "Кой с кого отива, днес, 24.11:\n• Бяла: Вие"


async def test_without_a_visit_that_is_due_there_is_nothing_to_plan(mila: Any, database: Database) -> None:
    await run(database, "UPDATE child_case SET due_on = '2027-03-01'")
    assert await mila.sends(PLAN) == "Няма Ваше посещение за днес или за следващия работен ден."


async def test_whoever_does_not_go_to_the_doors_plans_nothing(kolyo: Chat) -> None:
    assert await kolyo.sends(PLAN) == "Кой с кого отива, решават тези, които ходят по адресите."
    await kolyo.says("/cases")
    assert "Кой с кого отива" not in kolyo.labels


async def test_who_left_the_team_meanwhile_plans_nothing_there(mila: Any, database: Database) -> None:
    await mila.sends(PLAN)
    await mila.taps("Бяла · днес", "Лидия Колева")
    await run(database, "UPDATE membership SET until = 1 WHERE person_id = 1")
    assert await mila.taps("Готово") == "Кой с кого отива, решават тези, които ходят по адресите."
    assert await planned(database) == []


@pytest.mark.parametrize(("hour", "days"), [(7, ["днес", "утре"]), (12, ["утре", "днес"]), (18, ["утре"])])
async def test_in_the_afternoon_the_next_day_comes_first_and_in_the_evening_alone(
    mila: Any, hour: int, days: list[str]
) -> None:
    mila.now = datetime(2026, 11, 24, hour, tzinfo=UTC)
    await mila.sends(PLAN)
    said = [label.split(" · ")[1].split(",")[0] for label in mila.labels if label.startswith("Бяла")]
    assert said == days


async def test_on_a_free_day_the_next_working_one_is_planned(mila: Any) -> None:
    mila.now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    await mila.sends(PLAN)
    assert [label for label in mila.labels if label.startswith("Бяла")] == ["Бяла · пн, 30.11 (8)"]


def case(number: int, place: str = "Бяла", step: str = "visit") -> Case:
    return Case(number, f"БЯ-{number:03}", "G1", "Бяла", place, "", 2015, "S11", 1, step, TODAY)


def said(day: Brief) -> list[str]:
    return [
        Words("bg", TODAY).say(line)
        for line in Listing(tuple(part for part in brief.parts(WORK, day, ()) if part.items)).view().lines
    ]


def test_a_brief_says_its_parts_one_below_the_other() -> None:
    stops = (
        Stop("Бяла", (case(1), case(2, step="promise")), last=((1, "Мила Петрова"), (2, "Лидия Колева"))),
        Stop("Копривец", ()),
    )
    others = (case(3, step="documents"),)
    assert said(Brief(LIDIA, stops, others, (Promised(case(4), "O11", 1),))) == [
        "2 посещения са за днес:",
        "• Бяла: БЯ-001, БЯ-002 (обещание) · последно Вие и Мила",
        "• Копривец",
        "",
        "1 друга стъпка е за днес:",
        "• БЯ-003, Бяла · община и ДСП за документи",
        "",
        "Обещано за днес:",
        "• БЯ-004, Бяла · обещание да се запише или върне",
    ]


def test_a_plan_without_a_visit_left_is_said_as_one() -> None:
    going = ((1, "Мила Петрова"), (3, "Мила Илиева"), (2, "Лидия Колева"))
    assert said(Brief(LIDIA, (Stop("Бяла", (), going),))) == [
        "Планирано за днес:",
        "• Бяла · днес Вие, Мила Петрова и Мила Илиева",
    ]


def test_a_heavy_day_is_short_and_fits_on_the_keyboard_of_a_chat_with_one() -> None:
    stops = tuple(Stop(place, tuple(case(10 * n + m, place) for m in range(8))) for n, place in enumerate("АБВГ"))
    others = tuple(case(50 + n, step="documents") for n in range(20))
    day = Brief(LIDIA, stops, others, tuple(Promised(case(80 + n), "O11", 1) for n in range(20)))
    lines = said(day)
    assert lines[0] == "32 посещения са за днес:"
    assert [line for line in lines if line.startswith("и още")] == ["и още 20", "и още 14", "и още 14"]
    assert len(lines) == 22
    [shown] = one_keyboard([overdue.told(WORK, [], date(2026, 11, 24), day=day)], "an open report")
    keys = [[button.key for button in row] for row in shown.view.rows]
    assert keys[-2:] == [["cases_below", "plan_below"], ["go_on", "menu"]]
    assert len(keys) == 10
    assert brief.PLAN.label == brief.PLAN_BELOW.label
