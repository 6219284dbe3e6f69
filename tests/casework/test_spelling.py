"""What people type finds what was written: other letters, a slip of the finger, half a word."""

from __future__ import annotations

import pytest

from casework import spelling


def meets(typed: str, kept: str) -> bool:
    """Whether every word of `typed` stands in `kept`, without a mistake or with those that are forgiven."""
    standing = spelling.kept(kept)
    return all(
        any(spelling.fits(way, word) or spelling.nearly(way, word) for way in ways for word in standing)
        for ways in spelling.words(typed)
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Byala", "Бяла"),
        ("Bjala", "Бяла"),
        ("bqla", "Бяла"),
        ("BЯла", "Бяла"),
        ("РYСE", "Русе"),
        ("PYCE", "Русе"),
        ("Ruse", "Русе"),
        ("ул. Xан Кубрат", "Русе, ул. Хан Кубрат 3"),
        ("ul. Han Kubrat 3", "Русе, ул. Хан Кубрат 3"),
        ("с. Дряновец", "Дряновец"),
        ("dryanovetz", "Дряновец"),
        ("Targovishte", "Търговище"),
        ("Turgovishte", "Търговище"),
        ("byrzeya", "Бързея"),
        ("4ervena voda", "Червена вода"),
        ("6irokovo", "Широково"),
        ("Tundja", "Тунджа"),
        ("Sinyo", "Синьо"),
        ("дрянвец", "Дряновец"),
        ("дярновец", "Дряновец"),
        ("Дрряноевц", "Дряновец"),
        ("левск", "ул. Васил Левски 5"),
        ("Дря\N{COMBINING GRAVE ACCENT}новец", "Дряновец"),
        ("12а", "ул. Дунав 12 а"),
        ("здравец 12", "ул. Здравец №12А"),
    ],
)
def test_it_is_found(typed: str, kept: str) -> None:
    assert meets(typed, kept)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("левски 1", "ул. Васил Левски 14"),
        ("рис", "Русе"),
        ("дновец", "Дряновец"),
        ("л", "Левски"),
        ("русе здравец", "Русе, ул. Рила 5"),
        ("1234", "1235"),
    ],
)
def test_it_is_something_else(typed: str, kept: str) -> None:
    assert not meets(typed, kept)


def test_what_only_says_the_kind_of_place_is_no_word() -> None:
    assert spelling.words("ул. гр. с. бл.") == spelling.words("№ – ?") == []


def test_a_word_in_latin_letters_is_meant_by_its_sound_or_by_its_looks() -> None:
    assert spelling.words("BOP Ruse бop") == [("боп", "вор"), ("русе",), ("бор",)]


@pytest.mark.parametrize(
    ("typed", "pieces"), [("дунав", ("ду", "ав")), ("здрав", ("зд", "ав")), ("дряновец", ("др", "но", "ец"))]
)
def test_a_piece_of_a_word_stays_whole_whatever_the_mistake(typed: str, pieces: tuple[str, ...]) -> None:
    assert spelling.pieces(typed) == pieces
