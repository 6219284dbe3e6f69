"""Import files as offices send them: whole, broken, twice; nothing half-imported, no number kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from bot import imports, spreadsheets
from casework import catalogue
from casework.calendar import WorkingDays
from casework.imports import Problem, Unusable, read_cases
from handlers.imports import SENTENCES, sentence
from handlers.scene import Work
from handlers.words import Words
from storage import teams
from storage.database import open_database
from storage.sealing import Sealer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORK = Work(catalogue.load(), WorkingDays(), ZoneInfo("Europe/Sofia"), Sealer(b"k" * 32))
HEADER = ["Група", "Име", "Фамилия", "Година на раждане", "Община", "Населено място", "Адрес", "Екип"]
CHILD = ["отпаднал", "Росица", "Илиева", 2015, "Бяла", "Дряновец", "ул. Рила 5", "Б-1"]
EGN = "6101057509"


def book(*rows: list[Any], change: Callable[[Any], None] = lambda sheet: None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    change(sheet)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def at_risk() -> bytes:
    title = ["Ученици с риск от отпадане до 20.11.2026 към 24.11.2026 10:00"]
    header = ["ЕГН/ЛНЧ", "Име", "Презиме", "Фамилия", "Паралелка", "Отсъствия - Часове", "Отсъствия - Дни"]
    total = ["Общ брой ученици с риск от отпадане за периода: 1"]
    rows = (title, header, [EGN, "Иван", "Иванов", "Петров", "5а", 12.5, None], total)

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:G1")
        sheet.merge_cells("A4:G4")

    return book(*rows, change=merge)


def test_columns_in_any_order_and_either_language() -> None:
    [row] = read_cases(spreadsheets.read_grid(book(HEADER, CHILD)), {}).rows
    english = b"team;address;settlement;municipality;last_name;first_name;birth_year;group\n" + (
        "Б-1;ул. Рила 5;Дряновец;Бяла;Илиева;Росица;2015;dropped out".encode()
    )
    [same] = read_cases(spreadsheets.read_grid(english), {}).rows
    assert row == same
    assert (row.group, row.birth_year, row.name) == ("G2", 2015, "Росица Илиева")
    assert "Росица" not in repr(row)


def test_the_register_of_those_at_risk() -> None:
    sheet = read_cases(spreadsheets.read_grid(at_risk()), {})
    [row] = sheet.rows
    assert (row.group, row.note, row.birth_year, sheet.rejects) == ("G3", "5а, 12.5 ч.", 1961, ())
    assert EGN not in repr(sheet)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem(0, "", "empty")),
        (b"  \n", Problem(0, "", "empty")),
        (book(), Problem(0, "", "empty")),
        (b"x" * 50_000_000, Problem(0, "", "too_big", "20")),
        (b"\x89PNG\r\n\x1a\n\0\0", Problem(0, "", "not_a_table")),
        (b"PK\x03\x04 not a zip", Problem(0, "", "not_a_table")),
        (b"hello", Problem(0, "", "not_a_table")),
        ("екип,община\nБ-1,Бяла".encode("cp1251"), Problem(1, "", "encoding")),
        ("team,municipality\nx,y\nБ-1,Бяла".encode("cp1251"), Problem(3, "", "encoding")),
        (book([h for h in HEADER if h != "Адрес"], CHILD), Problem(1, "адрес", "missing_column")),
        (b"a,b\n" * 20_001, Problem(0, "", "too_many", "20000")),
    ],
    ids=lambda one: one.code if isinstance(one, Problem) else "",
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, problem: Problem) -> None:
    with pytest.raises(Unusable) as told:
        read_cases(spreadsheets.read_grid(content), {})
    assert told.value.problem == problem


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

    sheet = read_cases(spreadsheets.read_grid(book(HEADER, CHILD, CHILD, CHILD, change=spoil)), {})
    assert len(sheet.rows) == 2
    [problem] = sheet.rejects
    assert (problem.line, problem.code) == (3, code)
    said = Words("bg", NOW.date()).say(sentence(problem))
    assert said.startswith("Ред 3, колона")
    assert EGN not in said


def test_merged_cells_are_told() -> None:
    sheet = read_cases(
        spreadsheets.read_grid(book(HEADER, CHILD, CHILD, change=lambda s: s.merge_cells("F2:F3"))), {}
    )  # fmt: skip
    assert [(one.line, one.code) for one in sheet.rejects] == [(2, "merged"), (3, "merged")]
    assert set(SENTENCES) >= {one.code for one in sheet.rejects}


async def test_a_second_import_changes_nothing_and_no_number_is_kept(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/obhvat.db")
    children = book([*HEADER, "ЕГН/ЛНЧ"], [*CHILD, EGN], [*CHILD[:7], "Б-9", ""])
    async with database.transaction() as tx:
        first_teams = await imports.import_teams(tx, "екип;община;район\nБ-1;Бяла;Бяла\n".encode())
        first = await imports.import_cases(tx, WORK, children, NOW)
        again = await imports.import_cases(tx, WORK, children, NOW)
        risky = await imports.import_cases(tx, WORK, at_risk(), NOW)
        assert (await teams.by_name(tx))["б-1"].municipality == "Бяла"
    await database.close()
    assert (first_teams.new, first.new, again.new) == (1, 1, 0)
    assert risky.new == 0  # the same personal number, so the same child
    assert [one.code for one in first.rejects] == ["no_team"]
    kept = all_bytes(tmp_path)
    assert EGN.encode() not in kept
    assert "Росица".encode() not in kept


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_is_refused_is_written_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "x.rejects.csv"
    imports.write_rejects(path, [Problem(3, "адрес", "blank")], Words("bg", NOW.date()))
    assert '3,адрес,"Ред 3, колона „адрес“: празна е."' in path.read_text("utf-8-sig")
    assert imports.understood(book(HEADER, CHILD), "cases")[0].startswith("CaseRow(line=2, group='G2'")
