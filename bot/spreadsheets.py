"""Spreadsheets out: one sheet with a header that stays in sight."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

WIDEST = 40


def write_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """An xlsx file. What looks like a formula is written as the text it is."""
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
