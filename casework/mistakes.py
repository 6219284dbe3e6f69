"""What is wrong with a catalogue, each mistake with the line of the file that it stands on.

What a newcomer gets wrong: TOML readers give no lines, so a place (`outcomes`, `O20`, `status`) is looked up in the
text: the header of its table, and below it the key. What stands in one line with others is told by that line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from casework.imports import GROUPS

if TYPE_CHECKING:
    from casework.catalogue import Catalogue, Entry, Outcome

LONGEST_LABEL = 38
"""Characters of a label: what a button on a narrow phone shows."""
Place = tuple[str, ...]

PLAINLY = {"missing": "it is missing", "extra_forbidden": "it is not a part of a catalogue"}
"""What pydantic says of them is for programmers."""

NAMES = {
    "status": "statuses", "first_status": "statuses", "silent_status": "statuses", "kept": "statuses", "to": "statuses",
    "step": "steps", "first_step": "steps", "leader_step": "steps", "answer_step": "steps", "silent_step": "steps",
    "refused_step": "steps",
    "unassigned_status": "statuses", "unassigned_step": "steps", "refers": "measures", "institution": "institutions",
    "institutions": "institutions", "outside_status": "statuses", "outside_step": "steps", "at_risk": "groups",
    "statuses": "statuses", "steps": "steps", "outcomes": "outcomes", "groups": "groups",
}  # fmt: skip
"""Which keys hold codes, and of which table."""
ONE = {"statuses": "status", "steps": "step", "measures": "measure", "institutions": "institution",
       "groups": "group", "outcomes": "outcome"}  # fmt: skip


def told(text: str, wrong: ValidationError) -> list[str]:
    """What does not fit the shape of a catalogue."""
    return [
        said(text, tuple(_counted(part) for part in error["loc"]), PLAINLY.get(error["type"], error["msg"]))
        for error in wrong.errors()
    ]


def _counted(part: int | str) -> str:
    """People count rows from one."""
    return str(part + 1 if isinstance(part, int) else part)


def said(text: str, place: Place, what: str) -> str:
    """`line 12: first_days: …`, `line 40: [outcomes.O20] days: …`"""
    # A table of words has a table for each; any other is one table.
    depth = 1 if re.search(rf"^\s*\[{re.escape(place[0])}\]", text, re.MULTILINE) else 2
    where = f"[{'.'.join(place[:depth])}] {'.'.join(place[depth:])}".strip() if place[1:] else place[0]
    line = line_of(text, place)
    return f"line {line}: {where}: {what}" if line else f"{where}: {what}"


def line_of(text: str, place: Place) -> int:
    """From 1; 0 when nothing of the place stands in the text. The longest part of it that does is told."""
    lines = text.splitlines()
    for depth in range(len(place), 0, -1):
        header, key = place[:depth], place[depth : depth + 1]
        start = _matching(lines, 0, rf"\s*\[{re.escape('.'.join(header))}\]")
        if start is not None:
            below = _matching(lines, start + 1, rf"\s*{re.escape(key[0])}\s*=", until=r"\s*\[") if key else None
            return (start if below is None else below) + 1
    first = _matching(lines, 0, rf"\s*(\[?{re.escape(place[0])}[\].]|{re.escape(place[0])}\s*=)")
    return 0 if first is None else first + 1


def _matching(lines: Sequence[str], start: int, pattern: str, until: str = r"\A\Z\b") -> int | None:
    wanted, end = re.compile(pattern), re.compile(until)
    for number, line in enumerate(lines[start:], start):
        if wanted.match(line):
            return number
        if end.match(line):
            return None
    return None


def contradictions(text: str, book: Catalogue) -> list[str]:
    """What fits the shape and cannot be worked with."""
    found = [*_unknown(book), *_labels(book), *_outcomes(book), *_shorts(book), *_endless(book), *_retention(book)]
    found += [*_following(book), *_form(book), *_decisions(book), *_ladder(book), *_lists(book)]
    missing = [code for code in GROUPS if code not in book.groups]
    found += [(("groups",), f"there is no {code!r}, to which an import brings cases") for code in missing]
    return [said(text, place, what) for place, what in found]


Found = Iterator[tuple[Place, str]]


def _unknown(book: Catalogue) -> Found:
    for place, key, value in _leaves(book):
        table = NAMES.get(key, "")
        for code in () if not table else (value,) if isinstance(value, str) else value:
            if code not in getattr(book, table) and code:
                yield place, f"there is no {ONE[table]} {code!r}"


def _leaves(part: BaseModel, place: Place = ()) -> Iterator[tuple[Place, str, Any]]:
    """Every value with its place; the name of its key is the last part of it."""
    for key, value in part:
        if isinstance(value, BaseModel):
            yield from _leaves(value, (*place, key))
        elif isinstance(value, dict) and all(isinstance(entry, BaseModel) for entry in value.values()):
            for code, entry in value.items():
                yield from _leaves(entry, (*place, key, code))
        else:
            yield (*place, key), key, value


def _entries(book: Catalogue) -> Iterator[tuple[Place, Entry]]:
    """Every word, with its place in the file."""
    tables = ((name, value) for name, value in book if isinstance(value, dict))
    return (((name, entry.code), entry) for name, table in tables for entry in table.values())


def _labels(book: Catalogue) -> Found:
    for place, entry in _entries(book):
        for language in book.languages:
            if not entry.labels.get(language):
                yield (*place, "label"), f"has no label in {language!r}"
        if _on_button(entry):
            for label in entry.labels.values():
                if len(label) > LONGEST_LABEL:
                    yield (*place, "label"), f"{label!r} is longer than {LONGEST_LABEL} characters"


def _on_button(entry: Entry) -> bool:
    """Steps are said in sentences; everything else stands on a button."""
    return entry.code[:1].isupper()


def _outcomes(book: Catalogue) -> Found:
    for code, outcome in book.outcomes.items():
        if (outcome.days is None) == (not outcome.on):
            yield ("outcomes", code), 'needs either `days` or `on = "MM-DD"`, or "DD" of every month'
        if outcome.closes != book.statuses.get(outcome.status, _Open).closed:
            yield ("outcomes", code, "status"), "closes the case with an open status, or the reverse"
        yield from _referring(book, outcome)


class _Open:
    closed = False


def _referring(book: Catalogue, outcome: Outcome) -> Found:
    """What follows of itself goes to somebody."""
    for measure in (*outcome.refers, *(outcome.repeat.refers if outcome.repeat else ())):
        if measure in book.measures and not book.measures[measure].institution:
            yield ("outcomes", outcome.code, "refers"), f"{measure!r} goes to no institution"


def _shorts(book: Catalogue) -> Found:
    of_outcomes = [word for entry in book.outcomes.values() for word in entry.short]
    for place, entry in _entries(book):
        for word in entry.short:
            if " " in word:
                yield (*place, "short"), f"{word!r} is more than one word"
            elif place[0] == "outcomes" and of_outcomes.count(word) > 1:
                yield (*place, "short"), f"{word!r} means two outcomes"


def _endless(book: Catalogue) -> Found:
    """From every status a closed one can be reached, or its cases would never end."""
    ending = {code for code, status in book.statuses.items() if status.closed}
    while more := {code for code, one in book.statuses.items() if code not in ending and ending & set(one.to)}:
        ending |= more
    for code in book.statuses:
        if code not in ending:
            yield ("statuses", code), "no closed status can be reached from it"


def _decisions(book: Catalogue) -> Found:
    for code, decision in book.decisions.items():
        if bool(decision.status) != bool(decision.step):
            yield ("decisions", code), "needs a `status` and a `step`, or neither"


def _lists(book: Catalogue) -> Found:
    for code, wanted in book.lists.items():
        if wanted.says_nothing:
            yield ("lists", code), "does not say which cases are on it"


def _ladder(book: Catalogue) -> Found:
    climbed = [(role, days) for role, days in book.ladder if days is not None]
    if not climbed:
        yield ("ladder",), "nobody is told"
    for (_below, before), (role, days) in pairwise(climbed):
        if days <= before:
            yield ("ladder", role), "the working days do not rise"


def _retention(book: Catalogue) -> Found:
    days, checks = book.retention.days, book.checks
    if list(days) != sorted(set(days)):
        yield ("retention", "days"), "the days do not rise"
    for key, status, closed in (("status", book.retention.status, False), ("kept", book.retention.kept, True)):
        if status in book.statuses and book.statuses[status].closed != closed:
            yield ("retention", key), f"{status!r} is {'an open' if closed else 'a closed'} status"
    if not book.retention.filed[0] <= book.retention.filed[1] < book.retention.stopped[0] <= book.retention.stopped[1]:
        yield ("retention", "stopped"), "the days of the month do not follow each other: `filed`, then `stopped`"
    if not any(check.good for check in checks.values()):
        yield ("checks",), "there is no good one"
    for code, check in checks.items():
        if not check.good and not (check.status and check.step):
            yield ("checks", code), "what is not good needs a `status` and a `step`"


def _following(book: Catalogue) -> Found:
    """What an enrolled child may become by a check; an unknown status is told already."""
    observed = book.statuses.get(book.retention.status)
    wanted: dict[Place, str] = {("retention", "kept"): book.retention.kept}
    wanted |= {("checks", code, "status"): check.status for code, check in book.checks.items() if not check.good}
    for place, status in wanted.items():
        if observed and status in book.statuses and status not in observed.to:
            yield place, f"{status!r} may not follow {observed.code!r}"


def _form(book: Catalogue) -> Found:
    form, known = book.form, ", ".join(book.languages)
    if form.language not in book.languages:
        yield ("form", "language"), f"{form.language!r} is not one of {known}"
    labelled: dict[Place, dict[str, str]] = {("form", "title"): form.title, ("form", "signed"): form.signed}
    labelled |= {("form", "rows", str(number)): row.labels for number, row in enumerate(form.rows, start=1)}
    for place, labels in labelled.items():
        for language in book.languages:
            if not labels.get(language):
                yield place, f"has no label in {language!r}"
