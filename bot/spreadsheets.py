"""Spreadsheets in, as a grid of plain text; and out, as one sheet with a header that stays in sight."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from casework.imports import Grid, Line, Problem, Unusable

WIDEST = 40
LARGEST_MB = 20
LARGEST_UNPACKED_MB = 200
MOST_LINES = 20_000
MEGABYTE = 1_000_000


def read_grid(content: bytes) -> Grid:
    """An xlsx (its first sheet) or a csv as lines of trimmed text. Raises Unusable."""
    if not content.strip():
        raise Unusable(Problem(0, "", "empty"))
    if len(content) > LARGEST_MB * MEGABYTE:
        raise Unusable(Problem(0, "", "too_big", str(LARGEST_MB)))
    grid = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    if len(grid) > MOST_LINES:
        raise Unusable(Problem(0, "", "too_many", str(MOST_LINES)))
    return grid


def _xlsx(content: bytes) -> Grid:
    from openpyxl import load_workbook  # here and below: not needed in most of the bot's life

    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_UNPACKED_MB * MEGABYTE:
                raise Unusable(Problem(0, "", "too_big", str(LARGEST_UNPACKED_MB)))
        sheet = load_workbook(BytesIO(content)).worksheets[0]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError, EOFError) as broken:
        raise Unusable(Problem(0, "", "not_a_table")) from broken
    merged = {
        (row, column - 1)
        for span in sheet.merged_cells.ranges
        for row, column in span.cells  # (row, column), both from 1
    }
    lines = []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        odd = {n: "formula" for n, cell in enumerate(row) if cell.data_type == "f"}
        odd |= {n: "merged" for n in range(len(row)) if (number, n) in merged}
        lines.append(Line(number, tuple(_text(cell.value) for cell in row), odd))
    if not any(any(line.cells) for line in lines):
        raise Unusable(Problem(0, "", "empty"))
    return tuple(lines)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return " ".join(str(value).split())


def _csv(content: bytes) -> Grid:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        if b"\0" in content:
            raise Unusable(Problem(0, "", "not_a_table")) from wrong
        line = content.count(b"\n", 0, wrong.start) + 1
        raise Unusable(Problem(line, "", "encoding")) from wrong
    if "\0" in text:
        raise Unusable(Problem(0, "", "not_a_table"))
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    if not first.count(separator):
        raise Unusable(Problem(0, "", "not_a_table"))
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        return tuple(Line(reader.line_num, tuple(_text(cell) for cell in row)) for row in reader)
    except csv.Error as broken:
        raise Unusable(Problem(reader.line_num, "", "not_a_table")) from broken


def write_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """An xlsx file. What looks like a formula is written as the text it is."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for values in (header, *rows):
        sheet.append(list(values))
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, column in enumerate(zip(header, *rows, strict=True), start=1):
        longest = max(len(value) for value in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(WIDEST, longest + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    file = BytesIO()
    book.save(file)
    return file.getvalue()
