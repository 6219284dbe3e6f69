"""How a chat goes on another messenger than Telegram, as a reviewer reads it: only the steps that go otherwise.

    @@ > Мила натиска: Покажи името @@
    # why something else was done, where it was
    -| what the transcript says
    +| what the messenger shows in its place
     | a line that both have, so that one knows where one is

What a newcomer gets wrong: what a messenger does to every message is no difference. Where nothing can be edited,
words that stand in the chat are not said again, and `standing` reads the new ones together with them. The buttons of a
step stand at the end of each chat, a line each. And the button to the menu is left out where the messenger has added it
there, because with one keyboard it stands under whatever asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher, unified_diff
from itertools import groupby, zip_longest

from tests.transcripts import format
from tests.transcripts.format import ASIDES, Step

MENU = {"bg": "[Меню]", "en": "[Menu]"}


def standing(written: Sequence[Step], seen: Sequence[Step], language: str) -> list[Step]:
    """What was seen; where words that stand above it were not said again, with these words."""
    chats = Chats(language)
    return [
        replace(
            other,
            answers=tuple(
                chats.read(format.reader(one, found), wanted, found)
                for wanted, found in zip_longest(one.answers, other.answers, fillvalue="")
                if found
            ),
        )
        for one, other in zip(written, seen, strict=True)
    ]


class Chats:
    """The words that stand lowest in each chat."""

    def __init__(self, language: str) -> None:
        self._alone = ASIDES[language]["buttons"]
        self._lowest: dict[str, str] = {}

    def read(self, reader: str, wanted: str, found: str) -> str:
        words, whole = format.text_and_rows(found)[0], format.text_and_rows(wanted)[0]
        stands = self._lowest.get(reader, "")
        if words != self._alone:
            self._lowest[reader] = words
        # A refusal above the question stands there too, and is no longer said.
        elif f"\n\n{stands}".endswith(f"\n\n{whole}"):
            return format.with_text(found, whole)
        above, _, below = whole.rpartition("\n\n")
        if above and words == below and set(above.split("\n")) <= set(stands.split("\n")):
            self._lowest[reader] = f"{stands}\n\n{words}"
            return format.with_text(found, whole)
        return found


def difference(written: Sequence[Step], seen: Sequence[Step], language: str) -> str:
    """Empty when there is none."""
    hunks = [_hunk(one, other, language) for one, other in zip(written, seen, strict=True)]
    return "\n".join(f"{hunk}\n" for hunk in hunks if hunk)


def _hunk(written: Step, seen: Step, language: str) -> str:
    before, after = list(_lines(written))[1:], list(_lines(seen))[1:]
    after = _without_added_menus(before, after, f"| {MENU[language]}")
    if before == after and not seen.instead:
        return ""
    # Two lines with the names of files, and the place of the first change, stand before the changes.
    changes = [line.rstrip() for line in unified_diff(before, after, n=1, lineterm="")][3:]
    why = [f"# {seen.instead}"] if seen.instead else []
    lines = [f"@@ {seen.line} @@", *why, *(" …" if line.startswith("@@") else line for line in changes)]
    return "\n".join(lines).rstrip()


def _lines(step: Step) -> Iterator[str]:
    """The words of each message, below an empty line, and at the end of each chat its buttons."""
    for _reader, answers in groupby(step.answers, lambda answer: format.reader(step, answer)):
        lines = [line for answer in answers for line in ("", *answer.split("\n"))]
        yield from (line for line in lines if not line.startswith("| ["))
        yield from (f"| [{label}]" for line in lines if line.startswith("| [") for label in line[3:-1].split("] ["))


def _without_added_menus(before: Sequence[str], after: Sequence[str], menu: str) -> list[str]:
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    added = {n for change, _, _, start, end in changes if change != "equal" for n in range(start, end)}
    lasts = {n for n, line in enumerate(after) if line == menu and after[n + 1 : n + 2] in ([], [""])}
    return [line for n, line in enumerate(after) if n not in added & lasts]
