"""Import files as rows: which column is which, and what is wrong with each line.

A `Grid` is what any spreadsheet comes down to. A personal number is used to recognise a child and is in no `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from casework import privacy

R = TypeVar("R")
HEADER_WITHIN = 10
LONGEST = 200
FIRST_YEAR, LAST_YEAR = 2000, 2030


@dataclass(frozen=True)
class Line:
    """`odd` names the cells that hold no plain value: column index to `formula` or `merged`."""

    number: int
    cells: tuple[str, ...] = field(repr=False)
    odd: Mapping[int, str] = field(default_factory=dict)


Grid = tuple[Line, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong where. `line` 0 is the file itself; `code` has its sentence in `handlers/imports.py`."""

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


@dataclass(frozen=True)
class Sheet(Generic[R]):
    rows: tuple[R, ...]
    rejects: tuple[Problem, ...]


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
CASE_NEEDS = ("first_name", "last_name", "municipality", "settlement", "address", "team")
AT_RISK = ("personal_number", "first_name", "last_name", "class")
GROUPS = {
    "G1": ("g1", "необхванат", "not covered"),
    "G2": ("g2", "отпаднал", "dropped out"),
    "G3": ("g3", "в риск", "в риск от отпадане", "at risk", "at risk of dropping out"),
}


class _Wrong(Exception):
    def __init__(self, column: str, code: str, value: str = "") -> None:
        self.column, self.code, self.value = column, code, value


def read_teams(grid: Grid, mapping: Mapping[str, str]) -> Sheet[TeamRow]:
    """Raises Unusable."""
    columns, data = _headed(grid, mapping, (TEAM_NEEDS,))
    return _read(data, columns, lambda n, get: TeamRow(n, get("team"), get("municipality"), get("area", optional=True)))


def read_cases(grid: Grid, mapping: Mapping[str, str]) -> Sheet[CaseRow]:
    """Also the register's at-risk sheet, which has no address and no team. Raises Unusable."""
    columns, data = _headed(grid, mapping, (CASE_NEEDS, AT_RISK))
    return _read(data, columns, _at_risk if "class" in columns else _case)


Get = Callable[..., str]


def _case(line: int, get: Get) -> CaseRow:
    return CaseRow(
        line, _group(get("group", optional=True)), _name(get), _year(get("birth_year", optional=True)),
        get("municipality"), get("settlement"), get("address"), get("team"), get("note", optional=True),
        _number(get("personal_number", optional=True)),
    )  # fmt: skip


def _at_risk(line: int, get: Get) -> CaseRow:
    number = _number(get("personal_number"))
    hours, days = get("hours", optional=True), get("days", optional=True)
    note = f"{get('class')}, {hours} ч." if hours else f"{get('class')}, {days} дни"
    return CaseRow(line, "G3", _name(get), privacy.birth_year(number), "", "", "", "", note, number)


def _name(get: Get) -> str:
    parts = (get("first_name"), get("middle_name", optional=True), get("last_name"))
    return " ".join(part for part in parts if part)


def _group(text: str) -> str:
    if not text:
        return "G1"
    for code, words in GROUPS.items():
        if text.casefold() in words:
            return code
    raise _Wrong("group", "group", text)


def _year(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{4}(\.0)?", text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        raise _Wrong("birth_year", "year", text)
    return int(text[:4])


def _number(text: str) -> str:
    if text and not (len(text) == 10 and privacy.personal_numbers(text)):
        raise _Wrong("personal_number", "number")
    return text


def _headed(
    grid: Grid, mapping: Mapping[str, str], wanted: tuple[tuple[str, ...], ...]
) -> tuple[dict[str, int], list[Line]]:
    """The columns by our names, and the lines below their header."""
    if not grid:
        raise Unusable(Problem(0, "", "empty"))
    known = {name: name for name in COLUMNS} | {bulgarian: name for name, bulgarian in COLUMNS.items()}
    known |= {"егн": "personal_number"} | {header.casefold(): name for header, name in mapping.items()}
    best: tuple[Line, dict[str, int]] | None = None
    for line in grid[:HEADER_WITHIN]:
        found = {known[c.casefold()]: n for n, c in reversed(list(enumerate(line.cells))) if c.casefold() in known}
        if any(all(name in found for name in needs) for needs in wanted):
            return found, [one for one in grid if one.number > line.number]
        if best is None or len(found) > len(best[1]):
            best = line, found
    assert best is not None
    missing = next(name for name in wanted[0] if name not in best[1])
    raise Unusable(Problem(best[0].number, COLUMNS[missing], "missing_column"))


def _read(data: list[Line], columns: dict[str, int], make: Callable[[int, Get], R]) -> Sheet[R]:
    rows: list[R] = []
    rejects: list[Problem] = []
    for line in data:
        if not any(line.cells) or line.cells[0].startswith("Общ брой"):
            continue
        try:
            rows.append(make(line.number, _getter(line, columns)))
        except _Wrong as wrong:
            rejects.append(Problem(line.number, COLUMNS[wrong.column], wrong.code, wrong.value))
    return Sheet(tuple(rows), tuple(rejects))


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
        if name != "personal_number" and privacy.personal_numbers(value):
            raise _Wrong(name, "holds_number")
        return value

    return get
