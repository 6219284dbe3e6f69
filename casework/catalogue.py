"""The catalogue: outcomes, reasons, measures and statuses as data, read from one TOML file.

`catalogue.toml` beside this module is the default; its header explains every key. Nothing in code names an outcome.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LONGEST_LABEL = 38
"""Characters of a label: what a button on a narrow phone shows."""


class CatalogueError(ValueError):
    """What is wrong with a catalogue, every mistake on a line of its own."""


class Entry(BaseModel):
    """One word of the catalogue with its name in every language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    labels: dict[str, str] = Field(alias="label")
    short: tuple[str, ...] = ()
    """The words that mean it in a one-line report."""

    def label(self, language: str) -> str:
        return self.labels[language]


class Status(Entry):
    closed: bool = False


class Repeat(BaseModel):
    """From the `times`-th visit in a row with this outcome, another step follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


FieldName = Literal[
    "case", "birth_year", "group", "status", "municipality", "settlement", "address", "address_kind", "team",
    "visited_on", "part_of_day", "attempt", "went", "met", "outcome", "reasons", "measures", "promised_on", "next_step",
    "next_on", "note", "photos", "place", "report", "reported",
]  # fmt: skip


class FormRow(BaseModel):
    """One row of the printed form. Without a field it is left blank for a pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: dict[str, str] = Field(alias="label")
    field: FieldName | None = None


class FormLayout(BaseModel):
    """The printed form: its rows in their order, in the one language of the office that gets it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    title: dict[str, str]
    signed: dict[str, str]
    """What stands above the places for signatures."""
    rows: tuple[FormRow, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalogue:
    languages: tuple[str, ...]
    first_status: str
    first_step: str
    first_days: int
    leader_step: str
    outcomes: dict[str, Outcome]
    reasons: dict[str, Entry]
    measures: dict[str, Entry]
    met: dict[str, Entry]
    addresses: dict[str, Entry]
    statuses: dict[str, Status]
    groups: dict[str, Entry]
    steps: dict[str, Entry]
    form: FormLayout


E = TypeVar("E", bound=Entry)
_KINDS: dict[str, type[Entry]] = {
    "outcomes": Outcome,
    "reasons": Entry,
    "measures": Entry,
    "met": Entry,
    "addresses": Entry,
    "statuses": Status,
    "groups": Entry,
    "steps": Entry,
}


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
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise CatalogueError(f"not TOML: {broken}") from broken
    mistakes: list[str] = [f"[{name}] is missing" for name in _KINDS if not raw.get(name)]
    mistakes += [f"[{name}] is not a part of a catalogue" for name in sorted(set(raw) - set(_KINDS) - _TOP - {"form"})]
    mistakes += [f"{name} is missing" for name in sorted(_TOP - set(raw))]
    read: dict[str, Any] = {n: _entries(n, kind, raw.get(n) or {}, mistakes) for n, kind in _KINDS.items()}
    form = _form(raw.get("form"), mistakes)
    if not mistakes and form:
        mistakes = _contradictions(raw, read) + _unlabelled(form, raw["languages"])
    if mistakes or form is None:
        raise CatalogueError("\n".join(mistakes))
    return Catalogue(
        tuple(raw["languages"]), raw["first_status"], raw["first_step"], raw["first_days"], raw["leader_step"],
        form=form, **read,
    )  # fmt: skip


_TOP = {"languages", "first_status", "first_step", "first_days", "leader_step"}


def _entries(name: str, kind: type[E], table: dict[str, Any], mistakes: list[str]) -> dict[str, E]:
    read: dict[str, E] = {}
    for code, fields in table.items():
        try:
            read[code] = kind.model_validate({"code": code, **fields})
        except ValidationError as wrong:
            for error in wrong.errors():
                where = ".".join(str(part) for part in error["loc"])
                mistakes.append(f"[{name}.{code}] {where}: {error['msg']}")
    return read


def _form(table: Any, mistakes: list[str]) -> FormLayout | None:
    if not table:
        mistakes.append("[form] is missing")
        return None
    try:
        return FormLayout.model_validate(table)
    except ValidationError as wrong:
        for error in wrong.errors():
            # People count rows from one.
            where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in error["loc"])
            mistakes.append(f"[form] {where}: {error['msg']}")
        return None


def _unlabelled(form: FormLayout, languages: list[str]) -> list[str]:
    wrong = [] if form.language in languages else [f"[form] language: {form.language!r} is not one of {languages}"]
    said = {"title": form.title, "signed": form.signed}
    said |= {f"rows.{number}": row.labels for number, row in enumerate(form.rows, start=1)}
    return wrong + [
        f"[form] {where} has no label in {language!r}"
        for where, labels in said.items()
        for language in languages
        if not labels.get(language)
    ]


def _contradictions(raw: dict[str, Any], read: dict[str, dict[str, Any]]) -> list[str]:
    found = []
    for name, entries in read.items():
        for entry in entries.values():
            found += [f"[{name}.{entry.code}] {said}" for said in _labels(entry, raw["languages"])]
    for outcome in read["outcomes"].values():
        found += [f"[outcomes.{outcome.code}] {said}" for said in _outcome(outcome, read)]
    if raw["first_status"] not in read["statuses"]:
        found.append(f"first_status: there is no status {raw['first_status']!r}")
    for name in ("first_step", "leader_step"):
        if raw[name] not in read["steps"]:
            found.append(f"{name}: there is no step {raw[name]!r}")
    shorts = [word for name in ("outcomes", "reasons") for e in read[name].values() for word in e.short]
    outcome_words = [word for e in read["outcomes"].values() for word in e.short]
    found += [
        f"short: {w!r} means two outcomes" for w in sorted({w for w in outcome_words if outcome_words.count(w) > 1})
    ]
    return found + [f"short: {word!r} is more than one word" for word in shorts if " " in word]


def _labels(entry: Entry, languages: list[str]) -> list[str]:
    wrong = [f"has no label in {language!r}" for language in languages if not entry.labels.get(language)]
    long = [text for text in entry.labels.values() if len(text) > LONGEST_LABEL]
    return wrong + (
        [f"{text!r} is longer than {LONGEST_LABEL} characters" for text in long] if _on_button(entry) else []
    )


def _on_button(entry: Entry) -> bool:
    """Steps are said in sentences; everything else stands on a button."""
    return entry.code[:1].isupper()


def _outcome(outcome: Outcome, read: dict[str, dict[str, Any]]) -> list[str]:
    rules = [(outcome.status, outcome.step)]
    if outcome.repeat:
        rules.append((outcome.repeat.status, outcome.repeat.step))
    wrong = [f"there is no status {status!r}" for status, _step in rules if status not in read["statuses"]]
    wrong += [f"there is no step {step!r}" for _status, step in rules if step not in read["steps"]]
    if (outcome.days is None) == (not outcome.on):
        wrong.append('needs either `days` or `on = "MM-DD"`')
    return wrong
