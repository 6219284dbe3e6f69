"""The printed form of a visit: the rows of the catalogue's `[form]`, each with its codes beside the words.

What is filled in is plain text in the language of the form; how it looks is told by `bot/apart/form.typ`. No name of a
child can come here: it is in no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework.catalogue import Catalogue, Entry, FieldName
from casework.records import Case, NextStep, Visit


@dataclass(frozen=True)
class Signer:
    name: str
    institution: str = ""


@dataclass(frozen=True)
class Facts:
    """A visit and all that its form tells of it."""

    visit: Visit
    case: Case
    team: str
    """Who made the visit, which need not be who holds the case now."""
    went: tuple[Signer, ...]
    reporter: str
    part_of_day: str
    """In words."""
    reported_at: datetime
    """In the local time."""
    follows: NextStep


@dataclass(frozen=True)
class Line:
    text: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".lstrip()


@dataclass(frozen=True)
class Row:
    label: str
    lines: tuple[Line, ...] = ()
    for_a_pen: bool = False
    """Left blank, to be written in by hand."""


@dataclass(frozen=True)
class Form:
    language: str
    title: str
    number: str
    """The case and the report, as they are called in the chat."""
    rows: tuple[Row, ...]
    signed: str
    signers: tuple[Signer, ...]


def fill(book: Catalogue, facts: Facts) -> Form:
    language = book.form.language
    rows = tuple(
        Row(row.labels[language], _lines(FIELDS[row.field](book, facts)))
        if row.field
        else Row(row.labels[language], for_a_pen=True)
        for row in book.form.rows
    )
    number = f"{facts.case.number} · № {facts.visit.id}"
    return Form(language, book.form.title[language], number, rows, book.form.signed[language], facts.went)


def header(book: Catalogue) -> tuple[str, ...]:
    """The columns of the table of forms; a blank row is for a pen, so it is none."""
    return tuple(row.labels[book.form.language] for row in book.form.rows if row.field)


def cells(form: Form) -> tuple[str, ...]:
    """A form as one line of the table."""
    return tuple("; ".join(str(line) for line in row.lines) for row in form.rows if not row.for_a_pen)


Said = str | Line | Sequence[Line]
"""Empty when there is nothing to say."""


def _lines(said: Said) -> tuple[Line, ...]:
    lines = (said,) if isinstance(said, Line) else (Line(said),) if isinstance(said, str) else tuple(said)
    return tuple(line for line in lines if line.text)


def _coded(book: Catalogue, part: Mapping[str, Entry], codes: Iterable[str]) -> tuple[Line, ...]:
    # In the order of the catalogue, which is that of the other system's lists.
    chosen = set(codes)
    return tuple(Line(entry.label(book.form.language), code) for code, entry in part.items() if code in chosen)


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _place(_book: Catalogue, facts: Facts) -> str:
    place = facts.visit.report.place
    return f"{place.latitude:.5f}, {place.longitude:.5f}" if place else ""


def _went(_book: Catalogue, facts: Facts) -> tuple[Line, ...]:
    return tuple(Line(", ".join(filter(None, (one.name, one.institution)))) for one in facts.went)


def _next_step(book: Catalogue, facts: Facts) -> str:
    return book.steps[facts.follows.step].label(book.form.language)


FIELDS: Mapping[FieldName, Callable[[Catalogue, Facts], Said]] = {
    "case": lambda _book, of: of.case.number,
    "birth_year": lambda _book, of: str(of.case.birth_year or ""),
    "group": lambda book, of: _coded(book, book.groups, [of.case.group]),
    "status": lambda book, of: _coded(book, book.statuses, [of.follows.status]),
    "municipality": lambda _book, of: of.case.municipality,
    "settlement": lambda _book, of: of.case.settlement,
    "address": lambda _book, of: of.case.address,
    "address_kind": lambda book, of: _coded(book, book.addresses, [of.visit.report.address_kind]),
    "team": lambda _book, of: of.team,
    "visited_on": lambda _book, of: _day(of.visit.report.visited_on),
    "part_of_day": lambda _book, of: of.part_of_day,
    "attempt": lambda _book, of: str(of.visit.report.attempt),
    "went": _went,
    "met": lambda book, of: _coded(book, book.met, [of.visit.report.met]),
    "outcome": lambda book, of: _coded(book, book.outcomes, [of.visit.report.outcome]),
    "reasons": lambda book, of: _coded(book, book.reasons, of.visit.report.reasons),
    "measures": lambda book, of: _coded(book, book.measures, of.visit.report.measures),
    "promised_on": lambda _book, of: _day(of.visit.report.promised_on),
    "next_step": _next_step,
    "next_on": lambda _book, of: _day(of.follows.due_on),
    "note": lambda _book, of: of.visit.report.note,
    "photos": lambda _book, of: str(len(of.visit.report.photos)),
    "place": _place,
    "report": lambda _book, of: f"{of.visit.id}, {of.visit.version}",
    "reported": lambda _book, of: f"{of.reporter}, {of.reported_at:%d.%m.%Y %H:%M}",
}
"""What each field of the form tells."""
