"""Sentences for people: written in English in the code, said in the person's language.

`_("…")` does not translate; it makes a `Phrase` that is translated when it is rendered, because a
conversation does not know who will read it. Catalogue labels come as `Labelled` and pick their own language.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from typing import Protocol

from casework import dates

LANGUAGES = {"bg": "Български", "en": "English"}
FIRST_LANGUAGE = "bg"


class Labelled(Protocol):
    """Anything of the catalogue that has a name in every language."""

    def label(self, language: str) -> str: ...


@dataclass(frozen=True)
class Phrase:
    """One sentence to be translated, with its values. `count` chooses between `one` and `many`."""

    one: str
    many: str = ""
    count: int | None = None
    values: dict[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Joined:
    """Several texts side by side, e.g. the chosen reasons."""

    parts: Sequence[Text]
    between: str = ", "


@dataclass(frozen=True)
class Within:
    """A label in the middle of a sentence: its first letter is small."""

    label: Text


Text = str | Phrase | Joined | Within | Labelled | date
"""What can be said; a bare `str` is said as it is (a number, a street), never translated."""


def _(sentence: str, **values: Text) -> Phrase:
    return Phrase(sentence, values=values)


def counted(one: str, many: str, count: int, **values: Text) -> Phrase:
    return Phrase(one, many, count, {"count": str(count), **values})


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The sentences of a language; English ones stand in the code itself."""
    if language == "en":
        return gettext.NullTranslations()
    with as_file(files("handlers") / "locale") as folder:
        return gettext.translation("obhvat", folder, [language])


@dataclass(frozen=True)
class Words:
    """Renders texts in one language; `today` is the local day against which „утре“ is said."""

    language: str
    today: date

    def say(self, text: Text) -> str:
        match text:
            case str():
                return text
            case Phrase():
                return self._translated(text).format(**{k: self.say(v) for k, v in text.values.items()})
            case Joined():
                return text.between.join(self.say(part) for part in text.parts)
            case Within():
                said = self.say(text.label)
                return said[:1].lower() + said[1:]
            case date():
                return dates.write_day(text, self.language, self.today)
        return text.label(self.language)

    def _translated(self, phrase: Phrase) -> str:
        said = translations(self.language)
        if phrase.count is None:
            return said.gettext(phrase.one)
        return said.ngettext(phrase.one, phrase.many, phrase.count)


def beginning(text: str, length: int = 30) -> str:
    """As much as fits on a button."""
    return text if len(text) <= length else f"{text[:length].rstrip()}…"


def in_every_language(sentence: str) -> dict[str, str]:
    """How a fixed word of the menu reads in each language, for recognising it when it is typed."""
    return {language: translations(language).gettext(sentence) for language in LANGUAGES}
