"""A whole report in one line: `14 никой`, `бя14 обещание 3.12 чака документи`.

The number, the outcome's short word, then in any order a day and the words of reasons; the rest is the note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from casework import dates, numbers
from casework.catalogue import Catalogue, Entry
from casework.numbers import CaseQuery
from casework.steps import PROMISED_WITHIN_DAYS


@dataclass(frozen=True)
class OneLine:
    case: CaseQuery
    outcome: str
    promised_on: date | None
    note: str
    reasons: tuple[str, ...] = ()


def read(text: str, catalogue: Catalogue, today: date) -> OneLine | None:
    """The report `text` means, or None when it does not begin with a case number and an outcome."""
    words = text.split()
    for length in (1, 2):
        query = numbers.read(" ".join(words[:length]))
        code = _meant(words[length], catalogue.outcomes) if query and len(words) > length else None
        if query and code:
            return _rest(query, code, words[length + 1 :], catalogue, today)
    return None


def _rest(query: CaseQuery, code: str, words: list[str], catalogue: Catalogue, today: date) -> OneLine:
    outcome = catalogue.outcomes[code]
    promised, used = _day(words, today) if outcome.promise else (None, 0)
    words = words[used:]
    reasons = [r for word in words if outcome.why and (r := _meant(word, catalogue.reasons))]
    return OneLine(query, code, promised, " ".join(words), tuple(dict.fromkeys(reasons))[:3])


def _day(words: list[str], today: date) -> tuple[date | None, int]:
    """The promised day at the start of `words` and how many of them it took: „до 3.12“, „след 7 дни“, „утре“."""
    latest = today + timedelta(days=PROMISED_WITHIN_DAYS)
    skip = 1 if words and words[0].casefold() in ("до", "на", "by", "on") else 0
    for length in (3, 2, 1):
        day = dates.read_day(" ".join(words[skip : skip + length]), today)
        if day and today <= day <= latest and len(words) >= skip + length:
            return day, skip + length
    return None, 0


def _meant(word: str, entries: Mapping[str, Entry]) -> str | None:
    said = word.casefold().strip(".,;:!")
    return next((code for code, entry in entries.items() if said in entry.short), None)
