"""A text is found by words as people type them."""

from __future__ import annotations

import pytest

from casework.finding import best

TEXTS = [
    "Колко снимки се пращат? До десет.",
    "How many photos? Ten.",
    "Къде е Снимката на бележката?",
    "ЕГН не се пише.",
]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("снимки", [0, 2]),
        ("СНИМКА", [0, 2]),
        ("снимка бележка", [2, 0]),
        ("PHOTO", [1]),
        ("photos снимка", [0, 1, 2]),
        ("на", [2]),
        ("заплата", []),
        ("?", []),
    ],
)
def test_the_text_with_most_of_the_words_comes_first(sought: str, found: list[int]) -> None:
    assert best(TEXTS, sought) == found
