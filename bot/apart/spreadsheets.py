"""Spreadsheets in, as a grid of plain text; and out, as one sheet with a header that stays in sight."""

from __future__ import annotations

import csv
import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree

from casework import imports
from casework.imports import HEADER_WITHIN, LARGEST_MB, MEGABYTE, Grid, Line, Problem, Sheet, Unusable

WIDEST = 40
LARGEST_UNPACKED = 200 * MEGABYTE
MOST_LINES = 20_000
MOST_COLUMNS = 100
LAST_ROW = 1_048_576
"""Of any program's sheet. The library yields an empty one for each number that the file leaves out, however many."""
PROGRESS_EVERY = 200
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="(\w+:\w+)"')


_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


class Span(NamedTuple):
    """Merged cells; lines from 1, columns from 0, both ends included."""

    top: int
    bottom: int
    left: int
    right: int


Progress = Callable[[int, int], None]
"""Told how many lines are read, of how many as far as the file says."""


def read_import(content: bytes, mapping: Mapping[str, str], progress: Progress = lambda _done, _of: None) -> Sheet:
    """Teams or cases, as the columns tell. Raises Unusable."""
    return imports.read(read_grid(content, progress), mapping)


def read_grid(content: bytes, progress: Progress = lambda _done, _of: None) -> Grid:
    """An xlsx (its first sheet) or a csv as lines of trimmed text. Raises Unusable."""
    if not content.strip():
        raise Unusable(Problem(0, "", "empty"))
    if len(content) > LARGEST_MB * MEGABYTE:
        raise Unusable(Problem(0, "", "too_big", str(LARGEST_MB)))
    grid = _xlsx(content, progress) if content.startswith(b"PK") else _csv(content)
    if len(grid) > MOST_LINES:
        raise Unusable(Problem(0, "", "too_many", str(MOST_LINES)))
    return grid


def _xlsx(content: bytes, progress: Progress) -> Grid:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
            lines = [] if unpacked > LARGEST_UNPACKED else _lines(content, _merged(packed), progress)
    except MemoryError as heavy:
        raise Unusable(Problem(0, "", "too_heavy")) from heavy
    except Exception as broken:
        # Whatever its parts raise comes out of openpyxl: zlib.error, TypeError, NotImplementedError, SyntaxError …
        raise Unusable(Problem(0, "", "not_a_table")) from broken
    if unpacked > LARGEST_UNPACKED:
        raise Unusable(Problem(0, "", "too_big", str(LARGEST_UNPACKED // MEGABYTE)))
    return tuple(lines)


def _lines(content: bytes, merged: Sequence[Span], progress: Progress) -> list[Line]:
    """The lines of the first sheet that hold anything, read one by one: cells far away cost nothing."""
    from openpyxl import load_workbook  # here and below: not needed in most of the bot's life

    book = load_workbook(BytesIO(content), read_only=True)
    try:
        sheet = book.worksheets[0]
        claimed = sheet.max_row or 0
        # What the file claims about its size is not believed: some programs write A1:A1 there.
        sheet.reset_dimensions()
        lines: list[Line] = []
        for number, row in enumerate(islice(sheet.iter_rows(), LAST_ROW), start=1):
            if row and any(cell.value is not None for cell in row):
                lines.append(_line(number, row[:MOST_COLUMNS], merged))
            if len(lines) > MOST_LINES:
                break
            if number % PROGRESS_EVERY == 0:
                progress(number, max(claimed, number))
        return lines
    finally:
        book.close()


def _line(number: int, row: Sequence[Any], merged: Sequence[Span]) -> Line:
    odd = {n: "formula" for n, cell in enumerate(row) if cell.data_type == "f"}
    across = [span for span in merged if span.top <= number <= span.bottom]
    odd |= {n: "merged" for span in across for n in range(span.left, min(span.right + 1, len(row)))}
    return Line(number, tuple(_text(cell.value) for cell in row), odd)


def _merged(packed: zipfile.ZipFile) -> list[Span]:
    """The merged cells of the first sheet. A book read line by line does not tell them: they stand below the cells."""
    sheet = ElementTree.fromstring(packed.read("xl/workbook.xml")).find(".//{*}sheet")
    wanted = set() if sheet is None else {value for name, value in sheet.attrib.items() if name.endswith("}id")}
    relations = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    targets = [one.attrib["Target"] for one in relations if one.attrib["Id"] in wanted]
    content = packed.read(posixpath.join("/xl", targets[0]).removeprefix("/"))
    return [_span(ref.decode()) for ref in _MERGED.findall(content)]


def _span(ref: str) -> Span:
    from openpyxl.utils.cell import range_boundaries

    left, top, right, bottom = (place or 1 for place in range_boundaries(ref))
    return Span(top, bottom, left - 1, right - 1)


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
    top = "\n".join(text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN])
    separator = max(",;\t", key=top.count)
    if not top.count(separator):
        raise Unusable(Problem(0, "", "not_a_table"))
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    rows = islice(reader, MOST_LINES + 1)
    try:
        return tuple(Line(reader.line_num, tuple(_text(cell) for cell in row)) for row in rows)
    except csv.Error as broken:
        raise Unusable(Problem(reader.line_num, "", "not_a_table")) from broken


def write_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """An xlsx file. What looks like a formula is written as the text it is."""
    return write_book([{"title": "", "header": header, "rows": rows}])


def write_book(sheets: Sequence[Mapping[str, Any]]) -> bytes:
    """An xlsx file with a sheet for each table (`handlers.engine.scene.Grid` as plain data); numbers stay numbers."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for number, one in enumerate(sheets, start=1):
        # At most 31 letters and none of these (Excel); the number keeps two long titles apart.
        title = f"{number} {_FORBIDDEN.sub(' ', one['title'])}"[:31].strip() if one["title"] else None
        _write_sheet(book.create_sheet(title), one["header"], one["rows"])
    if not sheets:
        book.create_sheet()
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write_sheet(sheet: Any, header: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for values in (header, *rows):
        sheet.append(list(values))
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, column in enumerate(zip(header, *rows, strict=True), start=1):
        longest = max(len(str(value)) for value in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(WIDEST, longest + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
