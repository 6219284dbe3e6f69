"""No personal number is ever kept. The numbers here are made up; only their checksums are right."""

from __future__ import annotations

import pytest

from casework import privacy


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
