"""Every sentence in the code has its Bulgarian one, and the compiled file is the one that was written."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from handlers.engine.words import Joined, Within, Words, _, counted, in_every_language

HANDLERS = Path(__file__).parents[2] / "handlers"
BULGARIAN = HANDLERS / "locale" / "bg" / "LC_MESSAGES"
TODAY = date(2026, 11, 24)


def written() -> Catalog:
    with (BULGARIAN / "obhvat.po").open("rb") as file:
        return read_po(file)


def said_in_the_code() -> set[str]:
    found = extract_from_dir(HANDLERS, keywords={"_": None, "counted": (1, 2)}, comment_tags=())
    return {ids if isinstance(ids, str) else ids[0] for _file, _line, ids, _comments, _context in found}


def sentences() -> list[Message]:
    return [message for message in written() if message.id]


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    told = {message.id if isinstance(message.id, str) else message.id[0] for message in sentences()}
    assert said_in_the_code() == told
    assert all(all(m.string if isinstance(m.string, tuple) else (m.string,)) for m in sentences())


def test_a_translation_says_the_same_values() -> None:
    for message in sentences():
        assert fields(as_tuple(message.id)[-1]) == fields(as_tuple(message.string)[-1])


def fields(sentence: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(sentence) if name}


def test_the_compiled_words_are_up_to_date() -> None:
    with (BULGARIAN / "obhvat.mo").open("rb") as file:
        compiled = read_mo(file)
    assert by_id(compiled) == by_id(written())


def by_id(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {as_tuple(m.id): as_tuple(m.string) for m in catalog if m.id}


def as_tuple(sentence: str | Sequence[str] | None) -> tuple[str, ...]:
    assert sentence is not None
    return (sentence,) if isinstance(sentence, str) else tuple(sentence)


@pytest.mark.parametrize(
    ("count", "bg", "en"),
    [
        (1, "Получена е 1 снимка.", "1 photo received."),
        (2, "Получени са 2 снимки.", "2 photos received."),
        (21, "Получени са 21 снимки.", "21 photos received."),
    ],
)
def test_numbers_agree(count: int, bg: str, en: str) -> None:
    photos = counted("{count} photo received.", "{count} photos received.", count)
    assert Words("bg", TODAY).say(photos) == bg
    assert Words("en", TODAY).say(photos) == en


def test_values_are_said_in_the_language_of_the_person() -> None:
    line = _("{label}: {value}", label=_("Skip"), value=Joined([_("Done"), TODAY, "бл. {5}"]))
    assert Words("bg", TODAY).say(line) == "Пропусни: Готово, днес, 24.11, бл. {5}"
    assert Words("en", TODAY).say(line) == "Skip: Done, today 24 Nov, бл. {5}"


def test_a_label_in_a_sentence_begins_small() -> None:
    parts = Joined([Within(_("Measures")), Within(_("Note"))])
    assert Words("bg", TODAY).say(_("Not filled in: {labels}.", labels=parts)) == "Не е попълнено: мерки, бележка."
    assert Words("en", TODAY).say(Within("")) == ""


def test_a_fixed_word_is_known_in_every_language() -> None:
    assert in_every_language("Menu") == {"bg": "Меню", "en": "Menu"}
