"""The catalogue: outcomes, reasons, measures and statuses as data, read from one TOML file.

`catalogue.toml` beside this module is the default; its header explains every key. Nothing in code names an outcome.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from casework.imports import GROUPS

LONGEST_LABEL = 38
"""Characters of a label: what a button on a narrow phone shows."""


class CatalogueError(ValueError):
    """What is wrong with a catalogue, every mistake on a line of its own."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(Part):
    """One word of the catalogue with its name in every language."""

    code: str
    labels: dict[str, str] = Field(alias="label")
    short: tuple[str, ...] = ()
    """The words that mean it in a one-line report."""

    @field_validator("short")
    @classmethod
    def _as_compared(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.casefold() for word in words)

    def label(self, language: str) -> str:
        """In the first language of the catalogue when it does not speak `language`."""
        return self.labels.get(language) or next(iter(self.labels.values()))


class Status(Entry):
    closed: bool = False


class Repeat(Part):
    """From the `times`-th visit in a row with this outcome, another step follows."""

    times: int = Field(ge=2)
    status: str
    step: str
    days: int = Field(ge=0)


class Outcome(Entry):
    status: str
    step: str
    days: int | None = Field(default=None, ge=0)
    on: str = Field(default="", pattern=r"^(\d\d-\d\d)?$")
    promise: bool = False
    meets: bool = False
    why: bool = False
    photos: bool = False
    goes_on: bool = False
    closes: bool = False
    repeat: Repeat | None = None

    @field_validator("on")
    @classmethod
    def _of_every_year(cls, on: str) -> str:
        try:
            date.fromisoformat(f"2001-{on or '01-01'}")
        except ValueError as wrong:
            raise ValueError(f"{on} is no day of every year") from wrong
        return on


def _with_codes(value: Any) -> Any:
    """In the file a code is the name of its entry; here the entry knows it too."""
    if not isinstance(value, dict):
        return value
    return {code: {"code": code, **entry} if isinstance(entry, dict) else entry for code, entry in value.items()}


E = TypeVar("E", bound=Entry)
Some = Annotated[dict[str, E], BeforeValidator(_with_codes), Field(min_length=1)]


FieldName = Literal[
    "case", "birth_year", "group", "status", "municipality", "settlement", "address", "address_kind", "team",
    "visited_on", "part_of_day", "attempt", "went", "met", "outcome", "reasons", "measures", "promised_on", "next_step",
    "next_on", "note", "photos", "place", "report", "reported",
]  # fmt: skip


class FormRow(Part):
    """One row of the printed form. Without a field it is left blank for a pen."""

    labels: dict[str, str] = Field(alias="label")
    field: FieldName | None = None


class FormLayout(Part):
    """The printed form: its rows in their order, in the one language of the office that gets it."""

    language: str
    title: dict[str, str]
    signed: dict[str, str]
    """What stands above the places for signatures."""
    rows: tuple[FormRow, ...] = Field(min_length=1)


class Catalogue(Part):
    languages: tuple[str, ...] = Field(min_length=1)
    first_status: str
    first_step: str
    first_days: int = Field(ge=0)
    leader_step: str
    outcomes: Some[Outcome]
    reasons: Some[Entry]
    measures: Some[Entry]
    met: Some[Entry]
    addresses: Some[Entry]
    statuses: Some[Status]
    groups: Some[Entry]
    steps: Some[Entry]
    form: FormLayout


def load(text: str | None = None) -> Catalogue:
    """The catalogue written in `text` (TOML), or the default one.

    Raises CatalogueError naming every mistake at once.
    """
    return _default() if text is None else _parse(text)


@cache
def _default() -> Catalogue:
    return _parse((files("casework") / "catalogue.toml").read_text("utf-8"))


def _parse(text: str) -> Catalogue:
    try:
        book = Catalogue.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        raise CatalogueError(f"not TOML: {broken}") from broken
    except ValidationError as wrong:
        told = [_told(error["loc"], error["type"], error["msg"]) for error in wrong.errors()]
        raise CatalogueError("\n".join(told)) from wrong
    if mistakes := _contradictions(book):
        raise CatalogueError("\n".join(mistakes))
    return book


def _told(place: Sequence[int | str], kind: str, said: str) -> str:
    """`first_days: …`, `[outcomes.O20] days: …`"""
    # People count rows from one.
    name, *code = (str(part + 1 if isinstance(part, int) else part) for part in place)
    if name == "form" and code:
        return f"[form] {'.'.join(code)}: {_PLAINLY.get(kind, said)}"
    where = f"[{name}.{code[0]}] {'.'.join(code[1:])}".strip() if code else name
    return f"{where}: {_PLAINLY.get(kind, said)}"


_PLAINLY = {"missing": "it is missing", "extra_forbidden": "it is not a part of a catalogue"}
"""What pydantic says of them is for programmers."""


def _contradictions(book: Catalogue) -> list[str]:
    found = [f"{place} {said}" for place, entry in _entries(book) for said in _labels(entry, book.languages)]
    for outcome in book.outcomes.values():
        found += [f"[outcomes.{outcome.code}] {said}" for said in _outcome(outcome, book)]
    if book.first_status not in book.statuses:
        found.append(f"first_status: there is no status {book.first_status!r}")
    for name, step in (("first_step", book.first_step), ("leader_step", book.leader_step)):
        if step not in book.steps:
            found.append(f"{name}: there is no step {step!r}")
    found += [
        f"groups: there is no {code!r}, to which an import brings cases" for code in GROUPS if code not in book.groups
    ]
    return found + _shorts(book) + _unlabelled(book.form, book.languages)


def _entries(book: Catalogue) -> Iterator[tuple[str, Entry]]:
    """Every word, with its place in the file."""
    tables = ((name, value) for name, value in book if isinstance(value, dict))
    return ((f"[{name}.{entry.code}]", entry) for name, table in tables for entry in table.values())


def _unlabelled(form: FormLayout, languages: Sequence[str]) -> list[str]:
    known = ", ".join(languages)
    wrong = [] if form.language in languages else [f"[form] language: {form.language!r} is not one of {known}"]
    said = {"title": form.title, "signed": form.signed}
    said |= {f"rows.{number}": row.labels for number, row in enumerate(form.rows, start=1)}
    return wrong + [
        f"[form] {where} has no label in {language!r}"
        for where, labels in said.items()
        for language in languages
        if not labels.get(language)
    ]


def _shorts(book: Catalogue) -> list[str]:
    of_outcomes = [word for entry in book.outcomes.values() for word in entry.short]
    of_reasons = [word for entry in book.reasons.values() for word in entry.short]
    twice = sorted({word for word in of_outcomes if of_outcomes.count(word) > 1})
    found = [f"short: {word!r} means two outcomes" for word in twice]
    return found + [f"short: {word!r} is more than one word" for word in of_outcomes + of_reasons if " " in word]


def _labels(entry: Entry, languages: Sequence[str]) -> list[str]:
    wrong = [f"has no label in {language!r}" for language in languages if not entry.labels.get(language)]
    long = [text for text in entry.labels.values() if len(text) > LONGEST_LABEL]
    return wrong + (
        [f"{text!r} is longer than {LONGEST_LABEL} characters" for text in long] if _on_button(entry) else []
    )


def _on_button(entry: Entry) -> bool:
    """Steps are said in sentences; everything else stands on a button."""
    return entry.code[:1].isupper()


def _outcome(outcome: Outcome, book: Catalogue) -> list[str]:
    rules = [(outcome.status, outcome.step)]
    if outcome.repeat:
        rules.append((outcome.repeat.status, outcome.repeat.step))
    wrong = [f"there is no status {status!r}" for status, _step in rules if status not in book.statuses]
    wrong += [f"there is no step {step!r}" for _status, step in rules if step not in book.steps]
    if (outcome.days is None) == (not outcome.on):
        wrong.append('needs either `days` or `on = "MM-DD"`')
    return wrong
