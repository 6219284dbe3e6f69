"""Words as people type them: in Latin letters, with a slip of the finger, or only the beginning.

What a newcomer gets wrong: what is kept and what is typed go through the same rules, so a rule may be coarse (ъ is а)
as long as it is that on both sides. Whoever changes one fills `word_of` anew in a migration.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONG = 4
"""From so many letters on one mistake is forgiven."""
LONGER = 8
"""And from so many two."""
SHORTEST_BEGINNING = 2

_WORD = re.compile(r"[^\W\d_]+|\d+")
_LOOKS = str.maketrans("abcehkmoptxy", "авсенкмортху")
_SOUNDS = {
    "sht": "щ", "zh": "ж", "sh": "ш", "ch": "ч", "kh": "х", "ts": "ц", "tz": "ц", "dj": "дж", "ya": "я", "ja": "я",
    "yu": "ю", "ju": "ю", "yo": "йо", "jo": "йо", "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г",
    "h": "х", "i": "и", "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "я", "r": "р",
    "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "х", "y": "й", "z": "з",
}  # fmt: skip
_SOUND = re.compile("|".join(_SOUNDS))
_DIGITS = {"4": "ch", "6": "sh"}
_AS_DIGITS = re.compile(r"(?<!\d)[46](?=[a-z]{2})")
"""`4erven`, `6umen`: on a phone without Cyrillic 4 is ч and 6 is ш; `12bl` is a house."""
_Y_AS_VOWEL = re.compile(r"(?<=[bcdfghjklmnpqrstvwxz])y(?=[bcdfghjklmnpqrstvwxz])")
_COARSE = str.maketrans("ъьѝ", "айи")
"""ъ is written `a`, and ь before о as `y`."""
_KIND_OF_PLACE = frozenset(("ул", "улица", "бул", "пл", "с", "село", "гр", "град", "кв", "ж", "к", "жк", "бл", "вх",
                            "ет", "ап"))  # fmt: skip
"""What some write before a name or a number and some do not."""


def words(text: str) -> list[tuple[str, ...]]:
    """Each word of `text` with the ways it may be meant: Latin letters by their sound, and by their looks."""
    found = (_readings(word) for word in _WORD.findall(_AS_DIGITS.sub(lambda sign: _DIGITS[sign[0]], _plain(text))))
    return [readings for readings in found if not _KIND_OF_PLACE.intersection(readings)]


def _plain(text: str) -> str:
    """Small letters without stress marks."""
    small = unicodedata.normalize("NFC", text).casefold()
    return "".join(sign for sign in small if not unicodedata.combining(sign))


def kept(text: str) -> set[str]:
    """The words by which `text` is found."""
    return {reading for readings in words(text) for reading in readings}


@lru_cache(maxsize=4096)
def _readings(word: str) -> tuple[str, ...]:
    if not re.search("[a-z]", word):
        return (word.translate(_COARSE),)
    alike = word.translate(_LOOKS)
    if re.search("[а-я]", word):
        # A Latin letter among Cyrillic ones is a slip of the keyboard.
        return (_sound(alike).translate(_COARSE),)
    looks = () if re.search("[a-z]", alike) else (alike,)
    return tuple(dict.fromkeys((_sound(word).translate(_COARSE), *looks)))


def _sound(word: str) -> str:
    return _SOUND.sub(lambda letters: _SOUNDS[letters[0]], _Y_AS_VOWEL.sub("ъ", word))


def may_be_beginning(typed: str) -> bool:
    """A number is meant whole: house 1 is not house 14."""
    return typed.isalpha() and len(typed) >= SHORTEST_BEGINNING


def forgiven(typed: str) -> int:
    """How many mistakes."""
    if not typed.isalpha() or len(typed) < LONG:
        return 0
    return 1 if len(typed) < LONGER else 2


def fits(typed: str, word: str) -> bool:
    """Without a mistake."""
    return word == typed or (may_be_beginning(typed) and word.startswith(typed))


def nearly(typed: str, word: str) -> bool:
    """With as many mistakes as are forgiven: a letter too many, too few or another one, or two in the wrong order."""
    return abs(len(typed) - len(word)) <= forgiven(typed) and _mistakes(typed, word) <= forgiven(typed)


def pieces(typed: str) -> tuple[str, ...]:
    """Of which at least one stands in whatever is nearly `typed`: the first at its beginning, the last at its end, one
    between them anywhere.

    A mistake spoils one piece at most, because between two of them a letter is left out: two letters in the wrong order
    do not reach over it.
    """
    count = forgiven(typed) + 1
    length, longer = divmod(len(typed) - count + 1, count)
    found, at = [], 0
    for number in range(count):
        end = at + length + (number < longer)
        found.append(typed[at:end])
        at = end + 1
    return tuple(found)


def _mistakes(typed: str, word: str) -> int:
    """The fewest that make one of the other (optimal string alignment)."""
    older: list[int] = []
    old = list(range(len(word) + 1))
    for i, letter in enumerate(typed):
        new = [i + 1]
        for j, other in enumerate(word):
            fewest = min(old[j + 1] + 1, new[j] + 1, old[j] + (letter != other))
            if i and j and (letter, typed[i - 1]) == (word[j - 1], other):
                fewest = min(fewest, older[j - 1] + 1)
            new.append(fewest)
        older, old = old, new
    return old[-1]
