"""The photos that a journal holds, by how their messenger names them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from casework.records import Photo
from handlers.engine.talk import Journal


def stored(photo: Photo) -> dict[str, str]:
    return {"channel": photo.channel, "file": photo.file, "unique": photo.unique}


def among(held: list[dict[str, str]], photo: Photo) -> list[dict[str, str]]:
    """With this one; the same picture once more is kept once, so it counts once."""
    known = any(one["unique"] == photo.unique for one in held)
    return held if known else [*held, stored(photo)]


def without(journal: Journal, unique: str) -> Journal:
    """The journal as it is when that photo is not in it; without the last one the question is open again."""

    def rest(held: list[Any]) -> list[Any]:
        return [one for one in held if one["unique"] != unique]

    def part(recorded: dict[str, Any]) -> dict[str, Any]:
        if not recorded.get("photos"):
            return recorded
        left = rest(recorded["photos"])
        return {key: left if key == "photos" else value for key, value in recorded.items() if key != "photos" or left}

    partial = journal.partial
    if journal.open_key == "photos" and partial:
        partial = rest(partial) or None
    given = part(journal.given)
    if "things" in given:
        given = {**given, "things": [_unseen(one, unique) for one in given["things"]]}
    return replace(journal, answers=part(journal.answers), given=given, partial=partial)


def _unseen(thing: dict[str, Any], unique: str) -> dict[str, Any]:
    """A thing of a pile keeps its place: the answers count it."""
    return {**thing, "photo": None} if (thing["photo"] or {}).get("unique") == unique else thing
