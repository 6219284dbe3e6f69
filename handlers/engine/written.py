"""A notice as text, as it is kept while it waits: so much of it as is needed to say it anew.

A label of the catalogue is written as its reader's language says it; everything else stays countable and translatable.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.engine.listing import Item, Listing, Part
from handlers.engine.scene import Message
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Phrase, Text, Within
from storage.because import Tie

_FLAGS = ("talk", "key", "replaces", "urgent", "can_wait", "to", "to_many", "kind", "language", "daily")


def is_kept(told: Sequence[Message]) -> bool:
    """Whether it can be written: a single message, and nothing that only exists while it is sent."""
    return len(told) == 1 and not (told[0].attachment or told[0].code or told[0].reveals)


def write(told: Message, language: str) -> str:
    """Raises TypeError for what only exists while it is sent (a picture, a file, a name)."""
    return json.dumps(_Writing(language).message(told), ensure_ascii=False)


def mark(reader: int) -> str:
    """Only whose it is."""
    return json.dumps({"to": reader})


class _Writing:
    def __init__(self, language: str) -> None:
        self._language = language

    def message(self, told: Message) -> dict[str, Any]:
        if not is_kept([told]):
            raise TypeError("this message exists only while it is sent")
        flags = {name: value for name in _FLAGS if (value := getattr(told, name)) != getattr(Message, name, None)}
        listing = {"listing": self._listing(told.listing)} if told.listing else {}
        joined = {"joined": [self.message(one) for one in told.joined]} if told.joined else {}
        view = {} if told.listing or told.joined else {"view": self._view(told.view)}
        return {**flags, **view, **listing, **joined, "because": [_tie(one) for one in told.because]}

    def _view(self, view: View) -> dict[str, Any]:
        return {"lines": self._texts(view.lines), "rows": self._rows(view.rows)}

    def _listing(self, told: Listing) -> dict[str, Any]:
        return {
            "parts": [self._part(one) for one in told.parts],
            "above": [self._item(one) for one in told.above],
            "more": self._row(told.more),
            "beside": self._row(told.beside),
            "ways": self._rows(told.ways),
        }

    def _part(self, part: Part) -> dict[str, Any]:
        shown = {
            "listed": part.listed,
            "columns": part.columns,
            "below": self._texts(part.below),
            "more": part.counts_more,
        }
        return {"title": self.text(part.title), "items": [self._item(one) for one in part.items], **shown}

    def _item(self, one: Item) -> list[Any]:
        ties = [_tie(tie) for tie in one.because]
        return [self.text(one.line), self._row(one.row), ties, self.text(one.place), self.text(one.beside)]

    def _rows(self, rows: tuple[tuple[Button, ...], ...]) -> list[Any]:
        return [self._row(row) for row in rows]

    def _row(self, row: tuple[Button, ...]) -> list[Any]:
        return [[self.text(one.label), one.value, one.key, one.person, self.text(one.among)] for one in row]

    def _texts(self, texts: tuple[Text, ...]) -> list[Any]:
        return [self.text(one) for one in texts]

    def text(self, text: Text) -> Any:
        match text:
            case str():
                return text
            case Phrase():
                return {
                    "one": text.one, "many": text.many, "count": text.count,
                    "values": {name: self.text(value) for name, value in text.values.items()},
                }  # fmt: skip
            case Joined():
                return {"parts": [self.text(part) for part in text.parts], "between": text.between}
            case Within():
                return {"within": self.text(text.label)}
            case date():
                return {"day": text.isoformat()}
        return text.label(self._language)


def read(text: str) -> Message:
    return _message(json.loads(text))


def read_whole(text: str) -> Message | None:
    """None for what is only marked."""
    kept = json.loads(text)
    return _message(kept) if "because" in kept else None


def whose(text: str) -> int:
    return int(json.loads(text)["to"])


def _message(kept: dict[str, Any]) -> Message:
    listing = _listing(kept["listing"]) if "listing" in kept else None
    joined = tuple(_message(one) for one in kept.get("joined", ()))
    view = listing.view() if listing else _view(kept["view"]) if "view" in kept else View(())
    flags = {name: kept[name] for name in _FLAGS if name in kept}
    because = tuple(Tie(*one) for one in kept["because"])
    return replace(Message(view), because=because, listing=listing, joined=joined, **flags)


def _view(kept: dict[str, Any]) -> View:
    return View(_texts(kept["lines"]), _rows(kept["rows"]))


def _listing(kept: dict[str, Any]) -> Listing:
    parts = tuple(_part(one) for one in kept["parts"])
    return Listing(parts, _items(kept["above"]), _row(kept["more"]), _row(kept["beside"]), _rows(kept["ways"]))


def _part(kept: dict[str, Any]) -> Part:
    return Part(
        _text(kept["title"]),
        _items(kept["items"]),
        kept["listed"],
        kept["columns"],
        _texts(kept["below"]),
        kept["more"],
    )


def _items(kept: list[Any]) -> tuple[Item, ...]:
    return tuple(
        Item(_text(line), _row(row), tuple(Tie(*tie) for tie in because), _text(place), _text(beside))
        for line, row, because, place, beside in kept
    )


def _rows(kept: list[Any]) -> tuple[tuple[Button, ...], ...]:
    return tuple(_row(row) for row in kept)


def _row(kept: list[Any]) -> tuple[Button, ...]:
    # What was kept by an earlier release has nothing after the person.
    return tuple(
        Button(_text(label), value, key, person, among=_text(*among) if among else "")
        for label, value, key, person, *among in kept
    )


def _texts(kept: list[Any]) -> tuple[Text, ...]:
    return tuple(_text(one) for one in kept)


def _text(kept: Any) -> Text:
    if isinstance(kept, str):
        return kept
    if "one" in kept:
        values = {name: _text(value) for name, value in kept["values"].items()}
        return Phrase(kept["one"], kept["many"], kept["count"], values)
    if "parts" in kept:
        return Joined([_text(part) for part in kept["parts"]], kept["between"])
    return Within(_text(kept["within"])) if "within" in kept else date.fromisoformat(kept["day"])


def _tie(one: Tie) -> list[str]:
    return [one.kind, one.ref, one.holds]
