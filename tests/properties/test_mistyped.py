"""Whatever is mistaken in a word, it is found; and what is found is not far from it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework import spelling

LETTERS = "абвгдежзийклмнопрстуфхцчшщюя"
WORDS = st.text(LETTERS, min_size=spelling.LONG, max_size=14)
ADDRESSES = st.text("абвъьйАБВabvyx 0123456789.,№-ул", max_size=30)
MISTAKES = st.lists(
    st.tuples(
        st.sampled_from(["leaves out", "adds", "takes another", "swaps"]), st.integers(0, 20), st.sampled_from(LETTERS)
    ),
    max_size=2,
)


def mistaken(word: str, mistakes: list[tuple[str, int, str]]) -> str:
    """`word` as it is typed by somebody who does all these one after the other."""
    return slipped(word, mistakes)[0]


def slipped(word: str, mistakes: list[tuple[str, int, str]]) -> tuple[str, list[int]]:
    """The same, and where each mistake was done."""
    places = []
    for what, place, letter in mistakes:
        at = place % len(word)
        places.append(at)
        match what:
            case "leaves out":
                word = word[:at] + word[at + 1 :]
            case "adds":
                word = word[:at] + letter + word[at:]
            case "takes another":
                word = word[:at] + letter + word[at + 1 :]
            case "swaps":
                word = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    return word, places


@given(WORDS, MISTAKES)
def test_a_word_with_few_enough_mistakes_is_found(word: str, mistakes: list[tuple[str, int, str]]) -> None:
    typed, places = slipped(word, mistakes)
    # Two that touch each other may be three for whoever only sees the result.
    assume(len(places) < 2 or abs(places[0] - places[1]) > 3)
    assume(len(mistakes) <= spelling.forgiven(typed))
    assert spelling.nearly(typed, word)


@given(WORDS, WORDS, MISTAKES)
def test_one_of_the_pieces_stands_in_whatever_is_found(
    word: str, other: str, mistakes: list[tuple[str, int, str]]
) -> None:
    for typed in (mistaken(word, mistakes), other):
        if spelling.forgiven(typed) and spelling.nearly(typed, word):
            first, *between, last = spelling.pieces(typed)
            assert word.startswith(first) or word.endswith(last) or any(piece in word for piece in between)


@given(WORDS, MISTAKES, MISTAKES)
def test_what_is_found_has_almost_the_same_letters(
    word: str, mistakes: list[tuple[str, int, str]], more: list[tuple[str, int, str]]
) -> None:
    typed = mistaken(word, [*mistakes, *more][:3])
    if spelling.nearly(typed, word):
        assert abs(len(typed) - len(word)) <= spelling.forgiven(typed)
        assert len(set(typed) - set(word)) <= spelling.forgiven(typed)


@given(ADDRESSES)
def test_whatever_is_written_is_found_by_itself(text: str) -> None:
    kept = spelling.kept(text)
    for readings in spelling.words(text):
        assert set(readings) <= kept
        assert all(spelling.kept(reading) in (set(), {reading}) for reading in readings)


@given(WORDS, st.data())
def test_its_beginning_finds_a_word(word: str, data: st.DataObject) -> None:
    typed = word[: data.draw(st.integers(spelling.SHORTEST_BEGINNING, len(word)))]
    assert spelling.fits(typed, word)


@pytest.mark.parametrize("typed", ["14", "1234567890", "кв", "рис"])
def test_numbers_and_short_words_are_meant_as_they_are_typed(typed: str) -> None:
    assert spelling.forgiven(typed) == 0
