"""Makes `teams.csv`, `cases.csv` and `at-risk.xlsx` from `settlements.csv`: python examples/ruse/make.py

No child in them exists. Names are drawn from lists. The personal numbers have valid checksums, so that they are read as
real ones would be, and birth order numbers from 926 on, which stand for "no known district". The same every time.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HERE = Path(__file__).parent
SEED = 18
CASES_OF_A_TEAM = 10
AT_RISK = 24

TEAMS = {
    "Борово": ("Бо", 3), "Бяла": ("Б", 3), "Ветово": ("В", 3), "Две могили": ("Д", 3), "Иваново": ("И", 4),
    "Русе": ("Р", 9), "Сливо поле": ("С", 3), "Ценово": ("Ц", 4),
}  # fmt: skip
"""Municipality: the letters of its teams, and how many there are by the order of the Regional Department."""

GIRLS = ("Росица", "Елица", "Десислава", "Виктория", "Тодорка", "Ивана", "Мария", "Гергана", "Невена", "Симона")
BOYS = ("Иван", "Мартин", "Стоян", "Никола", "Асен", "Димитър", "Калоян", "Петър", "Румен", "Борис")
FAMILIES = ("Илиев", "Тодоров", "Маринов", "Асенов", "Стоянов", "Димитров", "Ангелов", "Христов", "Колев", "Николов")
STREETS = ("Дунав", "Васил Левски", "Христо Ботев", "Трети март", "Стефан Караджа", "Хан Аспарух", "Рила", "Здравец")
GROUPS = ("необхванат", "необхванат", "отпаднал", "отпаднал", "в риск")
EGN_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)


@dataclass(frozen=True)
class Settlement:
    name: str
    east: float
    north: float


def settlements() -> dict[str, list[Settlement]]:
    places: dict[str, list[Settlement]] = defaultdict(list)
    with (HERE / "settlements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = Settlement(row["населено място"], float(row["дължина"]), float(row["ширина"]))
            places[row["община"]].append(place)
    return places


def areas() -> Iterator[tuple[str, str, list[str]]]:
    """Team, municipality and settlements: the seat with what is near for the first team, then from west to east."""
    for municipality, places in settlements().items():
        letters, count = TEAMS[municipality]
        seat = next(place for place in places if place.name == municipality)
        by_distance = sorted(places, key=lambda place: hypot(place.east - seat.east, place.north - seat.north))
        near = len(places) // count
        yield f"{letters}-1", municipality, [place.name for place in by_distance[:near]]
        others = [place.name for place in sorted(by_distance[near:], key=lambda place: place.east)]
        for number in range(count - 1):
            share = slice(len(others) * number // (count - 1), len(others) * (number + 1) // (count - 1))
            yield f"{letters}-{number + 2}", municipality, others[share]


def names(draw: random.Random) -> tuple[str, str, str, bool]:
    girl = draw.random() < 0.5
    ending = "а" if girl else ""
    middle, last = (f"{draw.choice(FAMILIES)}{ending}" for _ in range(2))
    return draw.choice(GIRLS if girl else BOYS), middle, last, girl


def cases(draw: random.Random) -> Iterator[tuple[Any, ...]]:
    yield ("Група", "Име", "Презиме", "Фамилия", "Година на раждане", "Община", "Населено място", "Адрес", "Екип")
    for team, municipality, places in areas():
        for _ in range(CASES_OF_A_TEAM):
            *named, _girl = names(draw)
            address = f"ул. {draw.choice(STREETS)} {draw.randint(1, 60)}"
            born, place = draw.randint(2010, 2021), draw.choice(places)
            yield (draw.choice(GROUPS), *named, born, municipality, place, address, team)


def personal_number(draw: random.Random, born: date, *, girl: bool) -> str:
    order = draw.randrange(926, 1000, 2) + girl
    digits = f"{born.year % 100:02}{born.month + 40:02}{born.day:02}{order:03}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, EGN_WEIGHTS, strict=True)) % 11 % 10
    return f"{digits}{check}"


def at_risk(draw: random.Random) -> Iterator[tuple[Any, ...]]:
    """The register's own sheet: a title, the header, the children, and their number."""
    yield ("Ученици с риск от отпадане до 20.11.2026 към 24.11.2026 10:00",)
    yield ("ЕГН/ЛНЧ", "Име", "Презиме", "Фамилия", "Паралелка", "Отсъствия - Часове", "Отсъствия - Дни")
    for _ in range(AT_RISK):
        *named, girl = names(draw)
        born = date(2010, 1, 1) + timedelta(days=draw.randrange(11 * 365))
        number, grade = personal_number(draw, born, girl=girl), 2026 - born.year - 6
        missed = (draw.randint(11, 90) / 2, None) if grade >= 1 else (None, draw.randint(4, 15))
        yield (number, *named, f"{grade}{draw.choice('аб')}" if grade >= 1 else "ПГ 1", *missed)
    yield (f"Общ брой ученици с риск от отпадане за периода: {AT_RISK}",)


def write_csv(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    # With a mark at the beginning and semicolons, as Excel in Bulgarian writes and reads it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows(rows)


def write_register(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "ученици с риск от отпадане"
    for row in rows:
        sheet.append(row)
    for merged in (1, sheet.max_row):
        sheet.merge_cells(start_row=merged, end_row=merged, start_column=1, end_column=7)
    book.save(path)


def make(folder: Path) -> None:
    draw = random.Random(SEED)
    teams = [("Екип", "Община", "Район"), *((team, place, ", ".join(area)) for team, place, area in areas())]
    write_csv(folder / "teams.csv", iter(teams))
    write_csv(folder / "cases.csv", cases(draw))
    write_register(folder / "at-risk.xlsx", at_risk(draw))


if __name__ == "__main__":
    make(HERE)
