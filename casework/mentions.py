"""How a text may speak of one case: by its number, by the child's name, by the telephone.

What a newcomer gets wrong: the address is no mention, for brothers and sisters share it; and one name alone is none,
unless the child has only one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from casework import numbers
from casework.numbers import CaseQuery

BLOT = "•"
_BETWEEN = r"[\s\-–—./]*"


@dataclass(frozen=True)
class Traits:
    """`names` are the words of the child's name, `phones` the digits of its people's telephones."""

    case_id: int
    query: CaseQuery
    names: tuple[str, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def _certain(self) -> tuple[re.Pattern[str], ...]:
        written = "|".join(numbers.spellings(self.query.prefix))
        number = rf"(?<![^\W\d_])(?:{written}){_BETWEEN}0*{self.query.running}(?!\d)"
        # As people write them: 0888 123 456, +359 888 123456.
        phones = [rf"(?<!\d)(?:\+?359|0)?{_BETWEEN}{_BETWEEN.join(one[-9:])}(?!\d)" for one in self.phones]
        return tuple(re.compile(one, re.IGNORECASE) for one in (number, *phones))

    @cached_property
    def _names(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(rf"\b{re.escape(one)}\b", re.IGNORECASE) for one in self.names)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for pattern in self._certain:
            yield from (match.span() for match in pattern.finditer(text))
        named = [list(pattern.finditer(text)) for pattern in self._names]
        if sum(bool(found) for found in named) >= min(2, len(named)):
            yield from (match.span() for found in named for match in found)

    def are_in(self, text: str) -> bool:
        return next(self._spans(text), None) is not None

    def begin(self, text: str) -> bool:
        """Whether it begins with the number, also without letters: „14 никой“."""
        query, _rest = numbers.beginning(text)
        return query is not None and query.may_be(self.query)

    def blotted(self, text: str) -> str:
        for start, end in self._spans(text):
            text = text[:start] + BLOT * (end - start) + text[end:]
        return text

    def blotted_in(self, json: Any) -> Any:
        """Of what JSON holds, every text."""
        match json:
            case str():
                return self.blotted(json)
            case list():
                return [self.blotted_in(one) for one in json]
            case dict():
                return {key: self.blotted_in(value) for key, value in json.items()}
        return json


def texts(json: Any) -> Iterator[str]:
    """Every text of what JSON holds."""
    match json:
        case str():
            yield json
        case list():
            for one in json:
                yield from texts(one)
        case dict():
            for value in json.values():
                yield from texts(value)


def named_under(json: Any, keys: tuple[str, ...], value: int) -> bool:
    """Whether the number `value` stands anywhere under one of the keys."""
    match json:
        case list():
            return any(named_under(one, keys, value) for one in json)
        case dict():
            return any(json.get(key) == value for key in keys) or any(
                named_under(one, keys, value) for one in json.values()
            )
    return False
