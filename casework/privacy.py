"""Personal numbers (ЕГН, ЛНЧ) are recognised so that they are refused, never kept.

ЕГН: ten digits, YYMMDD with the century in the month (+20 before 1900, +40 from 2000), checksum by the weights of
Наредба за Единен граждански номер. ЛНЧ: ten digits, weights 21..1 modulo 10.
"""

from __future__ import annotations

import hmac
import re
from datetime import date
from typing import Any

_EGN_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)
_LNCH_WEIGHTS = (21, 19, 17, 13, 11, 9, 7, 3, 1)
_BETWEEN = r"\s?[-–]?\s?"
_TEN_DIGITS = re.compile(rf"(?<!\d)(?=((?:\d{_BETWEEN}){{9}}\d)(?!\d))")
"""Looked for at every digit that begins a group: „2015 801231 1001“ also begins with ten digits that are none."""
_MASK = "•"
_MASKED = re.compile(rf"{_MASK}{{10,}}")
TAP = "›"
"""With it begins what a button says, where taps come as text: a number of ten digits there is nobody's."""
_WORDS = frozenset(
    ("text", "caption", "file_name", "first_name", "last_name", "name", "title", "address", "vcard", "quote")
)  # fmt: skip
"""Under these keys stands what people write, in the updates of all messengers; ids and addresses stand elsewhere."""


def personal_numbers(text: str) -> list[tuple[int, int]]:
    """Where a personal number stands in `text`, also with blanks between its digits; or where one stood."""
    found = ((match.span(1), re.sub(r"\D", "", match[1])) for match in _TEN_DIGITS.finditer(text))
    stood = (match.span() for match in _MASKED.finditer(text))
    return [*(span for span, digits in found if is_egn(digits) or is_lnch(digits)), *stood]


def without_personal_numbers(text: str) -> str:
    for start, end in personal_numbers(text):
        text = text[:start] + _MASK * (end - start) + text[end:]
    return text


def withheld(update: Any, key: str = "") -> Any:
    """What a messenger told, with every personal number masked that somebody wrote: none reaches the disk, and whoever
    reads the text still sees that one stood there."""
    match update:
        case str() if key in _WORDS and not update.startswith(TAP):
            return without_personal_numbers(update)
        case dict():
            return {name: withheld(value, name) for name, value in update.items()}
        case list():
            return [withheld(one, key) for one in update]
    return update


def is_egn(digits: str) -> bool:
    return _born(digits) is not None and _sum(digits, _EGN_WEIGHTS) % 11 % 10 == int(digits[9])


def is_lnch(digits: str) -> bool:
    return _sum(digits, _LNCH_WEIGHTS) % 10 == int(digits[9])


def birth_year(egn: str) -> int | None:
    """The year of birth a valid ЕГН tells, None for anything else."""
    valid = len(egn) == 10 and egn.isdecimal() and is_egn(egn)
    born = _born(egn) if valid else None
    return born.year if born else None


def keyed_hash(number: str, key: bytes) -> str:
    """By this a second import recognises the same child; without the key it tells nothing."""
    return hmac.new(key, number.encode(), "sha256").hexdigest()


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _born(digits: str) -> date | None:
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    century, offset = {0: (1900, 0), 1: (1800, 20), 2: (2000, 40)}.get((month - 1) // 20, (1900, 0))
    try:
        return date(century + year, month - offset, day)
    except ValueError:
        return None
