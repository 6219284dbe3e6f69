"""By what a text speaks of a case, and what is left of it when that is blotted out."""

from __future__ import annotations

import pytest

from casework.mentions import Traits, named_under, texts
from casework.numbers import CaseQuery

TRAITS = Traits(14, CaseQuery("БЯ", 14), ("Росица", "Илиева", "Асенова"), ("0888123456",))

SPEAKS = [
    "БЯ-014", "бя14", "BЯ 14", "на БЯ-014 няма никой", "bq14", "BYA-014", "(БЯ-14)", "бя.014",
    "Росица Илиева", "илиева росица", "майката на Росица, Асенова", "0888 123 456", "тел. +359 888123456",
    "0888-123-456",
]  # fmt: skip
OTHERS = [
    "", "БЯ-140", "БЯ-114", "РУ-014", "ОБЯ-014", "14 никой", "ул. Дунав 14", "Росица", "Илиева", "Росичка Илиевска",
    "0888 123 4567", "0889 123 456", "888", "ВЕ-014",
]  # fmt: skip


@pytest.mark.parametrize("text", SPEAKS)
def test_speaks_of_the_case_and_no_longer_when_it_is_blotted(text: str) -> None:
    assert TRAITS.are_in(text)
    blotted = TRAITS.blotted(text)
    assert len(blotted) == len(text)
    assert not TRAITS.are_in(blotted)
    assert TRAITS.blotted_in({"a": [text, 1, None]}) == {"a": [blotted, 1, None]}


@pytest.mark.parametrize("text", OTHERS)
def test_speaks_of_somebody_else(text: str) -> None:
    assert not TRAITS.are_in(text)
    assert TRAITS.blotted(text) == text


def test_a_child_with_one_name_is_meant_by_it() -> None:
    assert Traits(1, CaseQuery("РУ", 1), ("Мустафа",)).are_in("мустафа го няма")
    assert not Traits(1, CaseQuery("РУ", 1)).are_in("мустафа го няма")


@pytest.mark.parametrize(
    ("text", "begins"), [("14 никой", True), ("БЯ-014 отказ", True), ("РУ-14 отказ", False), ("140", False)]
)
def test_a_message_begins_with_its_number(text: str, begins: bool) -> None:
    assert TRAITS.begin(text) is begins


def test_what_json_holds_is_read_to_its_leaves() -> None:
    held = {"answers": {"case": 14, "note": "a"}, "looks": [{"b": ["c"]}], "n": None}
    assert list(texts(held)) == ["a", "c"]
    assert named_under(held, ("case",), 14)
    assert not named_under(held, ("case",), 15)
    assert not named_under(held, ("note",), 14)
