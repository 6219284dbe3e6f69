"""The list of decisions leads to each of them, and whoever names one names one that is there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"


def _words(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _taken() -> dict[int, tuple[str, str]]:
    """Number ▶ page, first words."""
    found: dict[int, tuple[str, str]] = {}
    for page in sorted((DOCS / "decisions").glob("*.md")):
        numbers = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.M)
        begun = re.findall(r"^## (\d+)\n\n\*\*(.+?)\*\*", page.read_text("utf-8"), re.M | re.S)
        assert [number for number, _ in begun] == numbers == sorted(numbers, key=int), page.name
        for number, first in begun:
            assert int(number) not in found, number
            found[int(number)] = f"decisions/{page.name}", _words(first)
    return found


def test_the_list_has_every_decision_with_its_page_and_its_first_words() -> None:
    text = (DOCS / "decisions.md").read_text("utf-8")
    listed = re.findall(r"^\* \[(\d+)\]\((.+?)#(\d+)\) (.+)$", text, re.M)
    assert {int(number): (page, first) for number, page, anchor, first in listed if anchor == number} == _taken()
    assert len(listed) == len(_taken())


def test_a_decision_that_is_named_is_there() -> None:
    taken = _taken()
    rooms = [room for room in REPOSITORY.iterdir() if room.is_dir() and not room.name.startswith(".")]
    files = [*REPOSITORY.glob("*.*"), *(file for room in rooms for file in room.rglob("*.*"))]
    named = [
        (file.name, int(number))
        for file in files
        if file.suffix in {".py", ".md", ".toml"}
        for group in re.findall(r"\bdecisions? (\d+(?:(?:, | and )\d+)*)", file.read_text("utf-8"))
        for number in re.findall(r"\d+", group)
    ]
    assert len(named) > 10
    assert [one for one in named if one[1] not in taken] == []
