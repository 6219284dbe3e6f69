"""Import files as offices send them: whole, broken, in any order; every row read or listed with its reason."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl.styles import Font

from bot import imports
from bot.apart import reader, spreadsheets
from casework import placing
from casework.imports import CaseRow, CaseSheet, Problem, TeamSheet, Unusable
from casework.placing import Plan, Reach
from casework.records import Team
from handlers.desk.imports import SENTENCES, sentence
from handlers.engine.words import Words
from tests.conversations.conftest import NOW, WORK
from tests.imports.books import BROKEN, CHILD, EGN, HEADER, TEAMS, at_risk, book, child

BULGARIAN = Words("bg", NOW.date())
KNOWN = {"б-1": Team(1, "Б-1", "Бяла", "Бяла, Дряновец"), "р-1": Team(2, "Р-1", "Русе", "Русе")}


def read(content: bytes, mapping: Mapping[str, str] | None = None) -> CaseSheet:
    sheet = spreadsheets.read_import(content, mapping or {})
    assert isinstance(sheet, CaseSheet)
    return sheet


def only(content: bytes) -> CaseRow:
    [row] = read(content).rows
    return row


def plan(content: bytes, reach: Reach) -> Plan:
    return imports.plan(WORK, spreadsheets.read_import(content, {}), reach, imports.Known(KNOWN, set()))


def codes(planned: Plan) -> list[str]:
    return [problem.code for problem in planned.rejects]


def test_columns_in_any_order_and_either_language() -> None:
    row = only(book(HEADER, CHILD))
    english = b"team;address;settlement;municipality;last_name;first_name;birth_year;group\n" + (
        "Б-1;ул. Рила 5;Дряновец;Бяла;Илиева;Росица;2015;dropped out".encode()
    )
    assert row == only(english)
    assert (row.group, row.birth_year, row.name) == ("G2", 2015, "Росица Илиева")
    assert "Росица" not in repr(row)


def test_other_headers_are_understood_by_the_mapping() -> None:
    header = ["Собствено  име" if name == "Име" else name for name in HEADER]
    assert read(book(header, CHILD), {"собствено име": "first_name"}).rows == read(book(HEADER, CHILD)).rows


def test_the_register_of_those_at_risk() -> None:
    sheet = read(at_risk())
    [row] = sheet.rows
    assert (row.group, row.address, row.note) == ("G3", "паралелка 5а", "5а, 12.5 ч.")
    assert (row.birth_year, sheet.rejects) == (1961, ())
    assert EGN not in repr(sheet)


def test_a_number_that_lost_its_leading_zero_is_the_same_and_a_child_may_have_none() -> None:
    [row] = read(at_risk(541010000)).rows
    assert row.personal_number == "0541010000"
    assert row.birth_year == 2005
    [without] = read(at_risk(None)).rows
    assert (without.personal_number, without.birth_year) == ("", None)


def test_a_telephone_that_could_be_a_foreigners_number_is_a_telephone() -> None:
    header = [*HEADER, "Телефон"]
    assert only(book(header, [*CHILD, "0888123453"])).phone == "0888123453"
    [problem] = read(book(header, [*CHILD, EGN])).rejects
    assert problem.code == "phone"


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_cannot_be_read_says_why(content: bytes, said: str) -> None:
    with pytest.raises(Unusable) as told:
        read(content)
    assert said in BULGARIAN.say(sentence(told.value.problem))


def test_fifty_megabytes_are_refused_unread() -> None:
    with pytest.raises(Unusable) as told:
        read(b"x" * 50_000_000)
    assert told.value.problem == Problem(0, "", "too_big", "20")


def test_whatever_is_damaged_in_a_book_it_is_refused_and_never_breaks() -> None:
    whole, draw = book(HEADER, CHILD), random.Random(18)
    refused = 0
    for _ in range(200):
        broken = bytearray(whole)
        broken[draw.randrange(len(broken))] = draw.randrange(256)
        try:
            spreadsheets.read_import(bytes(broken), {})
        except Unusable:
            refused += 1
    assert refused > 100


def test_a_cell_left_at_the_end_of_the_sheet_costs_nothing() -> None:
    def far(sheet: Any) -> None:
        sheet["XFD1048576"].font = Font(bold=True)

    assert len(read(book(HEADER, CHILD, change=far)).rows) == 1


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("A", "някаква", "group"),
        ("B", None, "blank"),
        ("D", "пети клас", "year"),
        ("D", "=2000+15", "formula"),
        ("G", f"ул. Рила 5, {EGN}", "holds_number"),
        ("G", "ъ" * 201, "too_long"),
    ],
)
def test_a_bad_row_is_listed_and_the_others_are_read(column: str, value: Any, code: str) -> None:
    def spoil(sheet: Any) -> None:
        sheet[f"{column}3"] = value

    sheet = read(book(HEADER, CHILD, CHILD, CHILD, change=spoil))
    assert len(sheet.rows) == 2
    [problem] = sheet.rejects
    assert (problem.line, problem.code) == (3, code)
    said = BULGARIAN.say(sentence(problem))
    assert said.startswith("Ред 3, колона")
    assert value is None or str(value) not in said  # where columns are shifted it may be a name


def test_what_may_be_left_out_is_left_out_and_a_wrong_number_is_told() -> None:
    header = ["име", "фамилия", "населено място", "адрес", "егн"]
    row = only(book(header, ["Росица", "Илиева", "Бяла", "ул. Рила 5", None]))
    assert (row.group, row.birth_year, row.team, row.municipality, row.phone) == ("G1", None, "", "", "")
    [problem] = read(book(header, ["Росица", "Илиева", "Бяла", "ул. Рила 5", "6101057508"])).rejects
    assert problem.code == "number"


def test_merged_cells_are_told() -> None:
    sheet = read(book(HEADER, CHILD, CHILD, change=lambda s: s.merge_cells("F2:F3")))
    assert [(one.line, one.column, one.code) for one in sheet.rejects] == [
        (2, "населено място", "merged"),
        (3, "населено място", "merged"),
    ]


def test_every_problem_has_its_sentence() -> None:
    for code in SENTENCES:
        assert "{" not in BULGARIAN.say(sentence(Problem(3, "адрес", code, "20")))


def test_teams_and_cases_are_told_apart_and_a_team_stands_once() -> None:
    sheet = spreadsheets.read_import("екип;община;район\nБ-1;Бяла;Бяла\nб-1;Русе;\n".encode(), {})
    assert isinstance(sheet, TeamSheet)
    assert [row.team for row in sheet.rows] == ["Б-1"]
    assert sheet.rejects == (Problem(3, "екип", "twice", "2"),)


def test_rows_without_a_team_go_to_the_given_one_and_are_refused_without_it() -> None:
    given = plan(at_risk(), Reach(rest="Б-1"))
    assert [(one.team.municipality, given.rejects) for one in given.cases] == [("Бяла", ())]
    assert imports.sealed(WORK, given)[0].prefix == "БЯ"
    assert codes(plan(at_risk(), Reach())) == ["no_team_given"]


def test_a_leader_brings_only_to_the_own_team() -> None:
    rows = (child(1), child(2, Екип=None), child(3, Екип="Р-1", Община="Русе"), child(4, Екип="няма"))
    planned = plan(book(HEADER, *rows), Reach(teams=("Б-1",), rest="Б-1"))
    assert [one.row.line for one in planned.cases] == [2, 3]
    assert codes(planned) == ["other_team", "no_team"]
    with pytest.raises(Unusable) as told:
        plan(TEAMS, Reach(teams=("Б-1",), rest="Б-1"))
    assert told.value.problem.code == "only_coordinators"


def test_a_coordinator_brings_only_to_the_own_municipality() -> None:
    rows = (child(1), child(2, Екип="Р-1", Община="Русе"), child(3, Община="Русе"))
    planned = plan(book(HEADER, *rows), Reach(municipality="Бяла"))
    assert [one.row.line for one in planned.cases] == [2]
    assert codes(planned) == ["outside", "other_municipality"]
    taken = "екип;община\nР-1;Бяла\nБ-9;Бяла\nР-9;Русе\n".encode()
    planned = plan(taken, Reach(municipality="Бяла"))
    assert [row.team for row in planned.teams] == ["Б-9"]
    assert codes(planned) == ["outside", "outside"]


def test_a_settlement_that_no_team_has_is_a_hint() -> None:
    rows = (child(1), child(2, **{"Населено място": "Дрянавец"}), child(3, **{"Населено място": "Дрянавец"}))
    planned = plan(book(HEADER, *rows), Reach())
    assert planned.strange == (("Дрянавец", 2),)
    assert placing.strange_settlements(planned.cases, {"б-1": Team(1, "Б-1", "Бяла")}) == ()


@pytest.mark.parametrize(
    ("hours", "days", "said"),
    [
        (5, None, ""),
        (None, 3, ""),
        (2, 3, ""),
        ("12,5", None, ""),
        (4.5, None, "Ред 3, колона „отсъствия - часове“: под прага от 5 часа."),
        (None, 2, "Ред 3, колона „отсъствия - дни“: под прага от 3 дни."),
        (None, None, "Ред 3, колона „отсъствия - часове“: празна е."),
        ("пет", None, "Ред 3, колона „отсъствия - часове“: това не е число. Напр. 12,5."),
        (None, "-3", "Ред 3, колона „отсъствия - дни“: това не е число. Напр. 12,5."),
    ],
)
def test_who_missed_less_than_the_threshold_is_not_at_risk(hours: Any, days: Any, said: str) -> None:
    planned = plan(at_risk(hours=hours, days=days), Reach(rest="Б-1"))
    assert [BULGARIAN.say(sentence(one)) for one in planned.rejects] == ([said] if said else [])
    assert planned.new == (0 if said else 1)


async def test_a_file_read_aside_says_the_same() -> None:
    content = book(HEADER, CHILD)
    assert await reader.read(content, {}) == read(content)
    with pytest.raises(Unusable) as told:
        await reader.read(b"hello", {})
    assert told.value.problem.code == "not_a_table"


async def test_what_is_too_heavy_ends_only_the_process_that_reads_it() -> None:
    with pytest.raises(Unusable) as told:
        await reader.read(book(HEADER, *(child(n) for n in range(3_000))), {}, most_memory=100_000_000)
    assert told.value.problem.code == "too_heavy"
