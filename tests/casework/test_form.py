"""What stands on the printed form is what was reported, row by row as the catalogue orders it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any, get_args

import pytest

from casework import catalogue, form
from casework.catalogue import CatalogueError, FieldName
from casework.form import Facts, Line, Row, Signer
from casework.records import Case, NextStep, Place, Visit, VisitReport

DEFAULT = (files("casework") / "catalogue.toml").read_text("utf-8")
REPORT = VisitReport(
    1, date(2026, 11, 24), "morning", 2, (1, 2), "A1", "W01", "O11", ("R22", "R10"), ("M10",), date(2026, 12, 3),
    note="Чакат документи.", place=Place(43.46, 25.73),
)  # fmt: skip
CASE = Case(1, "БЯ-014", "G2", "Бяла", "Дряновец", "ул. Дунав 1", 2015, "S20", 1, "promise", date(2026, 12, 4))


def facts(**changed: Any) -> Facts:
    report = replace(REPORT, **changed)
    return Facts(
        Visit(27, 2, 1, datetime(2026, 11, 24, 8, tzinfo=UTC), report), CASE, "Б-1",
        (Signer("Мила Петрова", "ОУ „Христо Ботев“"), Signer("Лидия Колева")), "Мила Петрова", "сутрин",
        datetime(2026, 11, 24, 10, 5, tzinfo=UTC), NextStep("S20", "promise", date(2026, 12, 4)),
    )  # fmt: skip


def layout(rows: str) -> catalogue.Catalogue:
    return catalogue.load(f"{DEFAULT.partition('rows = [')[0]}rows = [{rows}]")


def row(field: str, label: str = "Ред") -> str:
    return f'{{ field = "{field}", label = {{ bg = "{label}", en = "Row" }} }},'


def test_the_form_tells_the_report_with_codes_beside_the_words() -> None:
    filled = form.fill(catalogue.load(), facts())
    told = {one.label: one.lines for one in filled.rows}
    assert (filled.title, filled.number) == ("Формуляр за обход", "БЯ-014 · № 27")
    assert told["Резултат"] == (Line("Обещание да се запише или върне", "O11"),)
    assert told["Причини"] == (Line("Заминаване / живот в чужбина", "R10"), Line("Няма транспорт", "R22"))
    assert told["Дата на посещението"] == (Line("24.11.2026"),)
    assert told["Дата на следващата стъпка"] == (Line("04.12.2026"),)
    assert told["Участвали"] == (Line("Мила Петрова, ОУ „Христо Ботев“"), Line("Лидия Колева"))
    assert told["Докладвал, на дата"] == (Line("Мила Петрова, 24.11.2026 10:05"),)
    assert [one.name for one in filled.signers] == ["Мила Петрова", "Лидия Колева"]


def test_rows_their_order_and_words_are_the_offices_own() -> None:
    blank = '{ label = { bg = "Име на детето", en = "Name" } },'
    book = layout(row("outcome", "Код") + blank + row("case", "Дело"))
    filled = form.fill(book, facts())
    assert filled.rows == (
        Row("Код", (Line("Обещание да се запише или върне", "O11"),)),
        Row("Име на детето", for_a_pen=True),
        Row("Дело", (Line("БЯ-014"),)),
    )
    assert form.header(book) == ("Код", "Дело")
    assert form.cells(filled) == ("O11 Обещание да се запише или върне", "БЯ-014")


def test_what_was_not_asked_is_empty_and_keeps_its_row() -> None:
    book = catalogue.load()
    nobody = form.fill(book, facts(outcome="O20", met="", reasons=(), measures=(), promised_on=None, note=""))
    assert [one.label for one in nobody.rows] == [one.label for one in form.fill(book, facts()).rows]
    assert {one.label for one in nobody.rows if not one.lines and not one.for_a_pen} == {
        "Срещнато лице", "Причини", "Мерки", "Обещана дата", "Бележка"
    }  # fmt: skip
    assert len(form.cells(nobody)) == len(form.header(book))


def test_the_last_row_is_for_whoever_types_it_over() -> None:
    *_told, last = form.fill(catalogue.load(), facts()).rows
    assert last == Row("Въведено в ИСРМ (дата, подпис)", for_a_pen=True)


@pytest.mark.parametrize("field", get_args(FieldName))
def test_every_field_that_may_be_named_tells_something(field: str) -> None:
    [filled] = form.fill(layout(row(field)), facts()).rows
    assert all(line.text for line in filled.lines)
    assert filled.lines


def test_the_form_can_be_printed_in_another_language() -> None:
    book = catalogue.load(DEFAULT.replace('language = "bg"', 'language = "en"'))
    told = {one.label: one.lines for one in form.fill(book, facts()).rows}
    assert told["Outcome"] == (Line("Agreed to enrol or return", "O11"),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('field = "met"', 'field = "mett"'), "[form] rows.13.field: Input should be 'case', 'birth_year'"),
        (('language = "bg"', 'language = "ro"'), "[form] language: 'ro' is not one of"),
        (('bg = "Екип", en = "Team"', 'bg = "Екип"'), "[form] rows.8: has no label in 'en'"),
        (('en = "Visit form"', 'en = ""'), "[form] title: has no label in 'en'"),
        (("[form]", "[forms]"), "form: it is missing"),
        (("signed =", "singed ="), "[form] singed"),
    ],
)
def test_a_mistake_in_the_form_is_said_with_its_place(change: tuple[str, str], said: str) -> None:
    with pytest.raises(CatalogueError) as told:
        catalogue.load(DEFAULT.replace(*change))
    assert said in str(told.value)
