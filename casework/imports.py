"""Import files as rows: which column is which, and what is wrong with each line.

A `Grid` is what any spreadsheet comes down to. A personal number is used to recognise a child and is in no `repr`.
What a newcomer gets wrong: what stands in a refused cell is never repeated, because where columns are shifted it
may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from casework import privacy

R = TypeVar("R")
LARGEST_MB = 20
"""What Telegram lets a bot download."""
MEGABYTE = 1_000_000
HEADER_WITHIN = 10
TOTAL = "Общ брой"
"""How the last line of the register's sheet begins."""
LONGEST = 200
FIRST_YEAR, LAST_YEAR = 2000, 2030
_AMOUNT = re.compile(r"\d{1,4}([.,]\d{1,2})?")
_PHONE = re.compile(r"\+?\d[\d /-]{4,18}\d")


@dataclass(frozen=True)
class Line:
    """`odd` names the cells that hold no plain value: column index to `formula` or `merged`."""

    number: int
    cells: tuple[str, ...] = field(repr=False)
    odd: Mapping[int, str] = field(default_factory=dict)


Grid = tuple[Line, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong where. `line` 0 is the file itself; the sentence of `code` is in `handlers/desk/imports.py`, and
    `value` is the limit or the line that it names."""

    line: int
    column: str
    code: str
    value: str = ""


class Unusable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code} at line {problem.line} {problem.column}")
        self.problem = problem


@dataclass(frozen=True)
class TeamRow:
    line: int
    team: str
    municipality: str
    area: str


@dataclass(frozen=True)
class CaseRow:
    line: int
    group: str
    name: str = field(repr=False)
    birth_year: int | None
    municipality: str
    settlement: str
    address: str
    team: str
    note: str
    personal_number: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    hours: float | None = None
    days: float | None = None
    """Missed without an excuse; only the register's sheet of those at risk tells one of them."""


@dataclass(frozen=True)
class TeamSheet:
    rows: tuple[TeamRow, ...]
    rejects: tuple[Problem, ...]


@dataclass(frozen=True)
class CaseSheet:
    rows: tuple[CaseRow, ...]
    rejects: tuple[Problem, ...]


Sheet = TeamSheet | CaseSheet


COLUMNS = {
    "team": "екип",
    "municipality": "община",
    "area": "район",
    "group": "група",
    "first_name": "име",
    "middle_name": "презиме",
    "last_name": "фамилия",
    "birth_year": "година на раждане",
    "settlement": "населено място",
    "address": "адрес",
    "phone": "телефон",
    "note": "бележка",
    "personal_number": "егн/лнч",
    "class": "паралелка",
    "hours": "отсъствия - часове",
    "days": "отсъствия - дни",
}
"""Our columns and their Bulgarian headers; the register's own are among them."""

TEAM_NEEDS = ("team", "municipality")
CASE_NEEDS = ("first_name", "last_name", "settlement", "address")
AT_RISK = ("personal_number", "first_name", "last_name", "class")
ONLY_IN_CASES = {*CASE_NEEDS, *AT_RISK}
GROUPS = {
    "G1": ("g1", "необхванат", "not covered"),
    "G2": ("g2", "отпаднал", "dropped out"),
    "G3": ("g3", "в риск", "в риск от отпадане", "at risk", "at risk of dropping out"),
}


class _Wrong(Exception):
    def __init__(self, column: str, code: str, value: str = "") -> None:
        self.column, self.code, self.value = column, code, value


def read(grid: Grid, mapping: Mapping[str, str]) -> Sheet:
    """Teams or cases, as the columns tell; `mapping` adds headers to ours. Raises Unusable."""
    _line, columns = _header(grid, mapping)
    if ONLY_IN_CASES & columns.keys():
        return read_cases(grid, mapping)
    return read_teams(grid, mapping)


def read_teams(grid: Grid, mapping: Mapping[str, str]) -> TeamSheet:
    """A team that stands twice is refused the second time. Raises Unusable."""
    columns, data = _headed(grid, mapping, (TEAM_NEEDS,))
    first: dict[str, int] = {}

    def make(line: int, get: Get) -> TeamRow:
        row = TeamRow(line, get("team"), get("municipality"), get("area", optional=True))
        if first.setdefault(row.team.casefold(), line) != line:
            raise _Wrong("team", "twice", str(first[row.team.casefold()]))
        return row

    return TeamSheet(*_read(data, columns, make))


def read_cases(grid: Grid, mapping: Mapping[str, str]) -> CaseSheet:
    """Also the register's at-risk sheet, which has no address and no team. Raises Unusable."""
    columns, data = _headed(grid, mapping, (CASE_NEEDS, AT_RISK))
    return CaseSheet(*_read(data, columns, _at_risk if "class" in columns else _case))


Get = Callable[..., str]


def _case(line: int, get: Get) -> CaseRow:
    return CaseRow(
        line, _group(get("group", optional=True)), _name(get), _year(get("birth_year", optional=True)),
        get("municipality", optional=True), get("settlement"), get("address"), get("team", optional=True),
        get("note", optional=True), _number(get("personal_number", optional=True)), _phone(get("phone", optional=True)),
    )  # fmt: skip


def _at_risk(line: int, get: Get) -> CaseRow:
    """Where the child is to be found is its class; a child without an identifier has an empty number."""
    number = _number(get("personal_number", optional=True))
    hours, days = get("hours", optional=True), get("days", optional=True)
    if not hours and not days:
        raise _Wrong("hours", "blank")
    missed = f", {hours} ч." if hours else f", {days} дни"
    return CaseRow(
        line, "G3", _name(get), privacy.birth_year(number), get("municipality", optional=True), "",
        f"паралелка {get('class')}", get("team", optional=True), f"{get('class')}{missed}", number,
        hours=_amount("hours", hours), days=_amount("days", days),
    )  # fmt: skip


def _amount(column: str, text: str) -> float | None:
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise _Wrong(column, "amount")
    return float(text.replace(",", "."))


def _name(get: Get) -> str:
    parts = (get("first_name"), get("middle_name", optional=True), get("last_name"))
    return " ".join(part for part in parts if part)


def _group(text: str) -> str:
    if not text:
        return "G1"
    for code, words in GROUPS.items():
        if text.casefold() in words:
            return code
    raise _Wrong("group", "group")


def _year(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{4}(\.0)?", text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        raise _Wrong("birth_year", "year")
    return int(text[:4])


def _number(text: str) -> str:
    # A spreadsheet that took the number for a quantity has dropped its leading zero.
    number = text.zfill(10) if len(text) == 9 else text
    if number and not (len(number) == 10 and privacy.personal_numbers(number)):
        raise _Wrong("personal_number", "number")
    return number


def _phone(text: str) -> str:
    if text and (not _PHONE.fullmatch(text) or privacy.birth_year(re.sub(r"\D", "", text))):
        raise _Wrong("phone", "phone")
    return text


def _header(grid: Grid, mapping: Mapping[str, str]) -> tuple[Line, dict[str, int]]:
    """The line that names most of our columns, and where each of them is."""
    if not grid:
        raise Unusable(Problem(0, "", "empty"))
    known = {name: name for name in COLUMNS} | {bulgarian: name for name, bulgarian in COLUMNS.items()}
    known |= {"егн": "personal_number"}
    known |= {" ".join(header.split()).casefold(): name for header, name in mapping.items()}
    found = [
        (line, {known[c.casefold()]: n for n, c in reversed(list(enumerate(line.cells))) if c.casefold() in known})
        for line in grid[:HEADER_WITHIN]
    ]
    return max(found, key=lambda one: len(one[1]))


def _headed(
    grid: Grid, mapping: Mapping[str, str], wanted: tuple[tuple[str, ...], ...]
) -> tuple[dict[str, int], list[Line]]:
    """The columns by our names, and the lines below their header."""
    header, columns = _header(grid, mapping)
    if not any(all(name in columns for name in needs) for needs in wanted):
        missing = next(name for name in wanted[0] if name not in columns)
        raise Unusable(Problem(header.number, COLUMNS[missing], "missing_column"))
    data = [line for line in grid if line.number > header.number and any(line.cells)]
    if not data:
        raise Unusable(Problem(0, "", "empty"))
    return columns, data


def _read(
    data: list[Line], columns: dict[str, int], make: Callable[[int, Get], R]
) -> tuple[tuple[R, ...], tuple[Problem, ...]]:
    rows: list[R] = []
    rejects: list[Problem] = []
    for line in data:
        if line.cells[0].startswith(TOTAL):
            continue
        try:
            rows.append(make(line.number, _getter(line, columns)))
        except _Wrong as wrong:
            rejects.append(Problem(line.number, COLUMNS[wrong.column], wrong.code, wrong.value))
    return tuple(rows), tuple(rejects)


def _getter(line: Line, columns: dict[str, int]) -> Get:
    def get(name: str, *, optional: bool = False) -> str:
        place = columns.get(name, len(line.cells))
        value = line.cells[place] if place < len(line.cells) else ""
        if place in line.odd:
            raise _Wrong(name, line.odd[place])
        if not value and not optional:
            raise _Wrong(name, "blank")
        if len(value) > LONGEST:
            raise _Wrong(name, "too_long", str(LONGEST))
        # A tenth of all telephone numbers would pass for an ЛНЧ, so `_phone` looks for itself.
        if name not in ("personal_number", "phone") and privacy.personal_numbers(value):
            raise _Wrong(name, "holds_number")
        return value

    return get
