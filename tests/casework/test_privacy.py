"""No personal number is ever kept. The numbers here are made up; only their checksums are right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import privacy

LNCH = (21, 19, 17, 13, 11, 9, 7, 3, 1)


def with_checksum(nine: str) -> str:
    total = sum(int(d) * w for d, w in zip(nine, (2, 4, 8, 5, 10, 9, 7, 3, 6), strict=True))
    return nine + str(total % 11 % 10)


@pytest.mark.parametrize(("nine", "year"), [("154315999", 2015), ("801231001", 1980), ("992101123", 1899)])
def test_a_valid_number_is_recognised_with_its_year(nine: str, year: int) -> None:
    number = with_checksum(nine)
    assert privacy.birth_year(number) == year
    assert privacy.without_personal_numbers(f"детето {number}.") == "детето ••••••••••."


def test_a_number_written_with_blanks_is_recognised() -> None:
    number = with_checksum("154315999")
    assert privacy.personal_numbers(" ".join(number)) == [(0, 19)]


@pytest.mark.parametrize("written", ["2015 {0} {1}", "вх. 3 {0} {1}", "{0} {1} 2015", "{0}\N{NO-BREAK SPACE}{1}"])
def test_a_number_beside_other_digits_is_recognised(written: str) -> None:
    number = with_checksum("154315999")
    said = written.format(number[:6], number[6:])
    assert number[6:] in said
    assert number[6:] not in privacy.without_personal_numbers(said)


@pytest.mark.parametrize("text", ["0888123456", "бл. 12, вх. 3", "14", "1543159991234", ""])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert privacy.without_personal_numbers(text) == text


@pytest.mark.parametrize("text", ["", "abcdefghij", "9999999999", "123"])
def test_what_is_no_number_tells_no_year(text: str) -> None:
    assert privacy.birth_year(text) is None


def test_the_hash_needs_its_key() -> None:
    number = with_checksum("154315999")
    assert privacy.keyed_hash(number, b"a") == privacy.keyed_hash(number, b"a")
    assert privacy.keyed_hash(number, b"a") != privacy.keyed_hash(number, b"b")
    assert number not in privacy.keyed_hash(number, b"a")


@given(
    st.from_regex(r"[0-9]{9}", fullmatch=True), st.lists(st.sampled_from(["", " ", "-", " - "]), min_size=9, max_size=9)
)
def test_a_number_never_passes_the_door_whatever_stands_between_its_digits(nine: str, between: list[str]) -> None:
    number = with_checksum(nine) if privacy.is_egn(with_checksum(nine)) else nine + str(privacy._sum(nine, LNCH) % 10)
    said = "".join(digit + gap for digit, gap in zip(number, [*between, ""], strict=True))
    update: dict[str, Any] = {"message": {"text": f"Тук: {said}.", "caption": said, "date": 1543159991}, "update_id": 1}
    kept = privacy.withheld(update)
    assert privacy.withheld(kept) == kept
    assert len(kept["message"]["text"]) == len(update["message"]["text"])
    assert not any(char.isdigit() for char in kept["message"]["text"] + kept["message"]["caption"])
    assert privacy.personal_numbers(kept["message"]["caption"])
    assert kept["message"]["date"] == 1543159991


def test_ids_and_buttons_are_left_as_they_are() -> None:
    number = with_checksum("154315999")
    update = {"callback_query": {"data": number, "id": number}, "message": {"text": f"›go.{number}"}, "user": [number]}
    assert privacy.withheld(update) == update
