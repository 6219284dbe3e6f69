"""Import files as offices make them, for the tests."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook

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


def child(number: int, **changed: Any) -> list[Any]:
    """A child of its own, `Адрес="…"` and so on replacing what is usual."""
    usual = dict(zip(HEADER, CHILD, strict=True)) | {"Адрес": f"ул. Рила {number}"}
    return list((usual | changed).values())


def at_risk(number: Any = EGN, *more: list[Any], hours: Any = 12.5, days: Any = None) -> bytes:
    """The register's own sheet: one child, and `more` lines like its."""
    title = ["Ученици с риск от отпадане до 20.11.2026 към 24.11.2026 10:00"]
    header = ["ЕГН/ЛНЧ", "Име", "Презиме", "Фамилия", "Паралелка", "Отсъствия - Часове", "Отсъствия - Дни"]
    total = ["Общ брой ученици с риск от отпадане за периода: 1"]
    rows = (title, header, [number, "Иван", "Иванов", "Петров", "5а", hours, days], *more, total)

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:G1")
        sheet.merge_cells(f"A{len(rows)}:G{len(rows)}")

    return book(*rows, change=merge)


TEAMS = "екип;община;район\nБ-1;Бяла;Бяла, Дряновец\nБ-2;Бяла;Копривец\nР-1;Русе;Русе\n".encode()

BROKEN = {
    "empty": (b"", "празен"),
    "blank": (b"  \n", "празен"),
    "empty book": (book(), "празен"),
    "only headers": (book(HEADER), "празен"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "нито xlsx, нито csv"),
    "a broken zip": (b"PK\x03\x04 not a zip", "нито xlsx, нито csv"),
    "cut off": (book(HEADER, CHILD)[:900], "нито xlsx, нито csv"),
    "a letter": (b"hello", "нито xlsx, нито csv"),
    "old letters": ("team,municipality\nx,y\nБ-1,Бяла".encode("cp1251"), "Ред 3 не е в UTF-8"),
    "a column less": (book([h for h in HEADER if h != "Адрес"], CHILD), "Ред 1: няма колона „адрес“"),
    "too many lines": (b"a,b\n" * 20_001, "повече от 20000 реда"),
}
"""Files that cannot be read as a whole, and what is said to each."""
