"""Numbers and one-line reports as cold fingers type them; and the digest's sums."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, digest, numbers, oneline
from casework.digest import DayFacts, Done, Standing
from casework.numbers import CaseQuery
from casework.oneline import OneLine
from casework.records import Case

BOOK = catalogue.load()
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("typed", ["БЯ-014", "бя14", "БЯ 14", "BЯ-014", "bya14", "№ бя-14", "БЯ – 014", "Bq14"])
def test_a_number_is_understood_as_typed(typed: str) -> None:
    assert numbers.read(typed) == CaseQuery("БЯ", 14)
    assert CaseQuery("БЯ", 14).written == "БЯ-014"


def test_what_is_a_street_is_not_a_number() -> None:
    assert numbers.read("14") == CaseQuery("", 14)
    assert numbers.read("Хаджи Димитър 14") is None
    assert numbers.read("") is None
    assert (numbers.prefix("Две могили"), numbers.prefix("Горна Оряховица")) == ("ДМ", "ГО")


@given(st.sampled_from(sorted(numbers.PREFIXES.values())), st.integers(1, 99999))
def test_what_is_written_is_read_back(prefix: str, running: int) -> None:
    assert numbers.read(numbers.write(prefix, running)) == CaseQuery(prefix, running)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("14 никой", OneLine(CaseQuery("", 14), "O20", None, "")),
        (
            "бя14 обещание 3.12 чака документи",
            OneLine(CaseQuery("БЯ", 14), "O11", date(2026, 12, 3), "чака документи", ("R70",)),
        ),
        ("БЯ 14 обещание до утре", OneLine(CaseQuery("БЯ", 14), "O11", date(2026, 11, 25), "")),
        (
            "14 обещание след 7 дни транспорт",
            OneLine(CaseQuery("", 14), "O11", date(2026, 12, 1), "транспорт", ("R22",)),
        ),
        ("14 отказ", OneLine(CaseQuery("", 14), "O13", None, "")),
        ("14 nobody, dog at the gate", OneLine(CaseQuery("", 14), "O20", None, "dog at the gate")),
    ],
)
def test_a_line_is_a_whole_report(line: str, meant: OneLine) -> None:
    assert oneline.read(line, BOOK, TODAY) == meant


@pytest.mark.parametrize("day", ["вчера", "1.1.2020", "24.11.2030"])
def test_a_day_that_nobody_can_promise_is_left_in_the_note_and_the_promise_is_asked(day: str) -> None:
    assert oneline.read(f"14 обещание {day}", BOOK, TODAY) == OneLine(CaseQuery("", 14), "O11", None, day)


@pytest.mark.parametrize("line", ["", "14", "никой 14", "здравей", "14 не знам", "утре 14 никой"])
def test_anything_else_is_not_a_report(line: str) -> None:
    assert oneline.read(line, BOOK, TODAY) is None


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    oneline.read(text, BOOK, TODAY)


def case(number: str, due: date) -> Case:
    return Case(1, number, "G1", "Бяла", "Бяла", "ул. Първа 1", 2015, "S11", 1, "visit", due)


def test_a_digest_counts_and_says_nothing_when_there_is_nothing() -> None:
    late = case("БЯ-001", date(2026, 11, 20))
    before = Standing(date(2026, 11, 23), 5, 3)
    facts = DayFacts(TODAY, (Done("Б-1", "O20"), Done("Б-2", "O20"), Done("Б-1", "O11")), 1, (late,), before, 30, 12)
    told = digest.build(facts)
    assert told is not None
    assert (told.teams, told.outcomes) == ((("Б-1", 2), ("Б-2", 1)), (("O20", 2), ("O11", 1)))
    assert (told.visits, told.before, told.visited_percent) == (3, before, 40)
    assert digest.build(DayFacts(TODAY, (), 0, (), before, 0, 0)) is None
    quiet = digest.build(DayFacts(TODAY, (), 1, (late,), None, 0, 0))
    assert quiet is not None
    assert quiet.visited_percent == 0
