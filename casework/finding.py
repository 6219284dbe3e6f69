"""Finding a text by words as people type them: any language, any case, and with another ending („снимки“, „снимка“)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
SHORTEST = 3
ENDING = 2
"""Letters at the end of a word that say only number, gender or the article."""


def words(text: str) -> list[str]:
    """The words worth looking for; if all are short ones, these."""
    found = _WORD.findall(text.casefold())
    return [word for word in found if len(word) >= SHORTEST] or found


def best(texts: Sequence[str], sought: str) -> list[int]:
    """Places in `texts` of those in which any word of `sought` stands, most words first, then as they were given."""
    stems = [word[: max(SHORTEST, len(word) - ENDING)] for word in words(sought)]
    counts = [_count(text, stems) for text in texts]
    return sorted((place for place, count in enumerate(counts) if count), key=lambda place: -counts[place])


def _count(text: str, stems: Sequence[str]) -> int:
    standing = _WORD.findall(text.casefold())
    return sum(any(word.startswith(stem) for word in standing) for stem in stems)
