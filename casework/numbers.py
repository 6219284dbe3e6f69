"""Case numbers as people write them: `БЯ-014`, `бя14`, `14`, and with Latin look-alikes (`BЯ`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIXES = {
    "Борово": "БО",
    "Бяла": "БЯ",
    "Ветово": "ВЕ",
    "Две могили": "ДМ",
    "Иваново": "ИВ",
    "Русе": "РУ",
    "Сливо поле": "СП",
    "Ценово": "ЦЕ",
}
"""The letters of oblast Ruse; another municipality gets its first two letters."""

_LOOK_ALIKES = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_SOUNDS = {"BQ": "БЯ", "BYA": "БЯ", "BO": "БО", "VE": "ВЕ", "DM": "ДМ", "IV": "ИВ", "RU": "РУ", "SP": "СП", "CE": "ЦЕ"}
_MARKS = '.,;:!?()„“"'
_NUMBER = re.compile(r"№?\s*([^\W\d_]{1,3})?\s*[-–—.]?\s*0*(\d{1,5})")


@dataclass(frozen=True)
class CaseQuery:
    """A number meant; without `prefix` any municipality's."""

    prefix: str
    running: int

    @property
    def written(self) -> str:
        return write(self.prefix, self.running)

    @property
    def sought(self) -> str:
        """As it is looked for."""
        return self.written if self.prefix else str(self.running)

    def may_be(self, other: CaseQuery) -> bool:
        """Whether both can mean one case."""
        return self.running == other.running and (self.prefix == other.prefix or not (self.prefix and other.prefix))


def prefix(municipality: str) -> str:
    return PREFIXES.get(municipality) or municipality.replace(" ", "")[:2].upper()


def write(letters: str, running: int) -> str:
    return f"{letters}-{running:03}"


def read(text: str) -> CaseQuery | None:
    """The number `text` consists of, or None: then it is a village or a street."""
    found = _NUMBER.fullmatch(" ".join(text.split()))
    if not found:
        return None
    return CaseQuery(_letters(found[1] or ""), int(found[2]))


def beginning(text: str) -> tuple[CaseQuery | None, str]:
    """The number that `text` begins with, and the words after it; None and all of them where it begins with none."""
    words = text.split()
    for length in (1, 2):
        query = read(" ".join(words[:length]).rstrip(_MARKS))
        # Two words are one number only with letters that are known: „до 14 часа“ begins with none.
        if query and (length == 1 or query.prefix in PREFIXES.values()):
            return query, " ".join(words[length:])
    return None, " ".join(words)


def named(text: str) -> CaseQuery | None:
    """The number that `text` begins with, or else one in it that can be no house number: „на БЯ-014 няма никой“."""
    words = (word.strip(_MARKS) for word in text.split())
    written = (query for word in words if (query := read(word)) and query.prefix in PREFIXES.values())
    return beginning(text)[0] or next(written, None)


def spellings(prefix: str) -> list[str]:
    """Patterns of how people write these letters of a number: with Latin look-alikes, and by their sound."""
    alike = {to: chr(latin) for latin, to in _LOOK_ALIKES.items() if isinstance(to, int)}
    mixed = "".join(f"[{letter}{alike.get(ord(letter), '')}]" for letter in prefix)
    by_sound = [typed for typed, letters in _SOUNDS.items() if letters == prefix]
    return [mixed, *(["ВЯ", "BЯ"] if prefix == "БЯ" else []), *by_sound]


def _letters(typed: str) -> str:
    upper = typed.upper()
    # A whole Latin word is how it sounds on a phone without Cyrillic; a mixed one is a slip of the keyboard.
    if upper in _SOUNDS:
        return _SOUNDS[upper]
    mixed = upper.translate(_LOOK_ALIKES)
    return "БЯ" if mixed == "ВЯ" else mixed
