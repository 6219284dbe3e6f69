"""The season report as files: what is on its pages and sheets, in the chats of both messengers and at the keyboard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from bot.apart import documents, spreadsheets
from bot.settings.config import folder_mistake
from casework import catalogue, season
from casework.records import GOVERNOR, MUNICIPAL, REGIONAL
from casework.season import Asked, Facts, Known, Late, Move, Period, Reach, Went
from handlers.engine.scene import Book, Cell, Printed
from handlers.engine.words import Words
from handlers.office.season import book
from handlers.office.season_tables import printed
from sandbox import Sandbox
from storage import people
from storage.people import Invitation
from tests.bot import pdf
from tests.bot.conftest import World, living
from tests.bot.test_cli import obhvat
from tests.bot.test_documents import MARGIN, closed_up
from tests.bot.test_forms import file, reports
from tests.bot.viber import joins, on_viber, taps
from tests.engines import engine
from tests.permissions import as_nobody

BOOK = catalogue.load()
ODD = f'_*[<&"#$ {"Щ" * 50}'
LONG = "Ъ" * 60
PERIOD = Period(date(2026, 8, 20), date(2027, 6, 15), date(2027, 6, 15))


def facts(*places: str) -> Facts:
    """Of each municipality so many visits as its place in the list, times three."""
    went, known, asked, late = [], [], [], []
    for n, place in enumerate(places, start=1):
        for k in range(3 * n):
            day = date(2026, 9 + k % 4, 1 + k % 28)
            outcome = ("O10", "O20", "O13")[k % 3]
            went.append(Went(100 * n + k, place, f"{place}-1", day, outcome, ("R10",), (n, k)))
            status = "S50" if outcome == "O10" else "S21"
            moves = (Move(date(2026, 8, 25), "import", "", "S11", None), Move(day, "visit", "S11", status, day))
            known.append(Known(place, date(2026, 8, 25), moves, day))
            asked.append(Asked(place, "I30", bool(k % 2), day, day, day if k else None, True))
            late.append(Late(place, day, "L10"))
    return Facts(tuple(known), tuple(went), tuple(asked), tuple(late))


def made(found: Facts, reach: Reach | None = None, language: str = "bg") -> Printed:
    counted = season.count(BOOK, PERIOD, found)
    return printed(BOOK, Words(language, PERIOD.today), reach or Reach(), counted, name="season")


def typeset(report: Printed, kind: Any = "pdf") -> Any:
    return documents.typeset("season", json.dumps(asdict(report)), kind)


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    opened = load_workbook(BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in opened}


@pytest.mark.parametrize("language", ["bg", "en"])
@pytest.mark.parametrize("reach", [Reach(), Reach(aggregate=True)])
def test_all_that_is_told_stands_on_the_pages(language: str, reach: Reach) -> None:
    report = made(facts("Бяла", ODD, LONG), reach, language)
    text = closed_up("".join(pdf.pages(typeset(report))))
    words = [report.title, *report.lines, report.notes_title]
    words += [label for label, _value in report.figures] + [part for note in report.notes for part in note]
    for table in report.tables:
        words += [table.title, *table.header, *(cell for row in table.rows for cell in row if isinstance(cell, str))]
    assert [one for one in words if closed_up(one) not in text] == []
    assert f"{'страница' if language == 'bg' else 'page'}1{'от' if language == 'bg' else 'of'}" in text


def test_nothing_is_drawn_beyond_the_margin_however_long_names_are() -> None:
    names = [ODD, LONG, *(f"Община {n} с дълго име от няколко думи и още" for n in range(14))]
    pages = typeset(made(facts(*names)), "png")
    for content in pages:
        page = Image.open(BytesIO(content)).convert("L")
        width, height = page.size
        for edge in ((0, 0, MARGIN, height), (width - MARGIN, 0, width, height), (0, height - 40, width, height)):
            assert page.crop(edge).getextrema() == (255, 255)


def test_an_empty_season_says_so() -> None:
    report = made(Facts())
    [page] = pdf.pages(typeset(report))
    assert closed_up("През този период няма случаи и няма посещения.") in closed_up(page)
    assert sheets(spreadsheets.write_book(asdict(book(report))["sheets"])) == {"Sheet": []}


def test_the_head_of_a_table_is_repeated_on_every_page() -> None:
    pages = [closed_up(page) for page in pdf.pages(typeset(made(facts(*(f"Община {n}" for n in range(1, 21))))))]
    assert sum(closed_up("Участвали в обходите") in page and "ОбщинаМесец" in page for page in pages) >= 2


def test_the_workbook_has_the_tables_as_numbers() -> None:
    report = made(facts("Бяла", ODD))
    found = sheets(spreadsheets.write_book(asdict(book(report))["sheets"]))
    assert len(found) == len(report.tables)
    header, *rows = found["1 По общини"]
    lines = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(line["Община"], line["Посещения"], line["Върнати (бруто)"]) for line in lines] == [
        (ODD, 6, 2), ("Бяла", 3, 1), ("Общо", 9, 3),
    ]  # fmt: skip
    for table, (_name, held) in zip(report.tables, found.items(), strict=True):
        assert [tuple(cell or "" for cell in row) for row in held[1:]] == [
            tuple(cell or "" for cell in row) for row in table.rows
        ]


def test_no_small_count_stands_in_the_aggregates() -> None:
    report = made(facts("Бяла", "Русе", "Ценово"), Reach(aggregate=True))
    cells: list[Cell | None] = [cell for table in report.tables for row in table.rows for cell in row]
    cells += [value for _label, value in report.figures]
    cells += [v for chart in (report.months, report.outcomes, report.places) for bar in chart.bars for v in bar.values]
    medians = {"Дни до първото посещение", "Дни до отговора"}
    small = [
        cell
        for table in report.tables
        for row in table.rows
        for title, cell in zip(table.header, row, strict=True)
        if isinstance(cell, int) and 0 < cell < 5 and title not in medians
    ]
    assert small == []
    assert "<5" in cells
    assert "*" in cells
    assert "Бяла-1" not in repr(report)


def test_an_outcome_has_one_colour_everywhere() -> None:
    report = made(facts("Бяла", "Русе"))
    drawn = {bar.label: bar.colour for bar in report.outcomes.bars}
    assert drawn["Записано / подадени документи"] == BOOK.statuses["S50"].colour
    for table in report.tables:
        for row, colour in zip(table.rows, table.colours, strict=False):
            assert drawn.get(str(row[0]), colour) == colour
    assert (
        made(Facts(visits=(Went(1, "", "", date(2026, 9, 1), "gone", ("gone",), ()),))).outcomes.bars[0].label == "gone"
    )


@pytest.fixture
async def viber(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running


async def test_the_button_gives_both_files_of_ones_own_reach(world: World) -> None:
    mila, kolyo = await world.person("Мила"), await world.person("Кольо", MUNICIPAL, "Бяла")
    await reports(mila, "14 никой")
    for someone, visited in ((kolyo, "1"), (await world.person("Рени", REGIONAL), "1")):
        await someone.taps("Отчет за сезона")
        await someone.hears()
        name, content = await file(someone)
        assert name.startswith("obhvat-season-")
        assert closed_up(f"{visited}Посещения") in closed_up(pdf.pages(content)[0])
        name, content = await file(someone)
        assert name.endswith(".xlsx")
        assert sheets(content)["1 По общини"][1][0] == "Бяла"


async def test_the_governors_office_gets_aggregates(world: World) -> None:
    ana = world.sandbox.world.person("Ана")
    async with world.app.database.transaction() as tx:
        await people.invite(tx, "okc", Invitation(GOVERNOR, None, "", "Ана"), world.app.now() + timedelta(days=7))
    await ana.starts("okc")
    for label in ("Български", "Приемам", "Отчет за сезона"):
        await ana.hears()
        await ana.taps(label)
    await ana.hears()
    name, content = await file(ana)
    assert name.endswith("-aggregate.pdf")
    assert closed_up("Обобщени данни: числа под 5 не се показват.") in closed_up(pdf.pages(content)[0])


async def test_the_report_comes_to_viber_as_two_files(viber: World) -> None:
    kolyo = await joins(viber, "Кольо", MUNICIPAL, "Бяла")
    await taps(kolyo, "Отчет за сезона")
    heard = [await kolyo.hears(15) for _file in range(2)]
    assert [(one.kind, (one.file_name or "").rpartition(".")[2]) for one in heard] == [
        ("file", "pdf"),
        ("file", "xlsx"),
    ]


async def test_at_the_keyboard_the_files_are_written_while_the_bot_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path) as world:
        await reports(await world.person("Мила"), "14 никой")
        environ = {
            **engine.environ,
            "OBHVAT_CONFIG": str(tmp_path / "config.toml"),
            "OBHVAT_TELEGRAM_TOKEN": world.app.config.tokens.telegram,
        }
        day = world.today().isoformat()
        told = await asyncio.to_thread(
            obhvat, tmp_path, "report", "season", "--from", day, "--to", day, "--municipality", "Бяла",
            "--out", "made/here", **environ,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        names = [Path(line) for line in told.stdout.splitlines()]
        assert [one.suffix for one in names] == [".pdf", ".xlsx"]
        assert closed_up("1Посещения") in closed_up(pdf.pages((tmp_path / names[0]).read_bytes())[0])
        assert sorted(one.name for one in (tmp_path / "made/here").iterdir()) == [one.name for one in names]
        less = await asyncio.to_thread(obhvat, tmp_path, "report", "season", "--aggregate", **environ)
        assert "-aggregate.pdf" in less.stdout
        wrong = await asyncio.to_thread(
            obhvat, tmp_path, "report", "seasons", "--from", "2026-10-01", "--to", "2026-09-01",
            "--municipality", "Никъде", "--out", str(tmp_path / "config.toml"), **environ,
        )  # fmt: skip
        assert (wrong.returncode, wrong.stdout) == (2, "")
        for said in (
            "'seasons' is no report",
            "2026-10-01 is after 2026-09-01",
            "no 'Никъде'. Municipalities: Бяла",
            "is a file",
        ):
            assert said in wrong.stderr
        days = await asyncio.to_thread(
            obhvat, tmp_path, "report", "season", "--from", "вчера", "--to", "2026-13-01", **environ
        )
        assert (days.returncode, days.stderr.count("is no day")) == (2, 2)
        later = await asyncio.to_thread(obhvat, tmp_path, "report", "season", "--from", "2099-01-01", **environ)
        assert (later.returncode, "has not come yet" in later.stderr) == (2, True)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    with as_nobody(tmp_path):
        [mistake] = folder_mistake("--out", closed / "deeper")
    assert "closed cannot be written" in mistake
    assert isinstance(book(made(Facts())), Book)
