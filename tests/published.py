"""What Viber itself has printed, byte for byte, out of clones of the repositories that hold it.

What a newcomer gets wrong: the examples are not here. `viber_examples/published.jsonl` says of each where it stands and
what its digest is; without clones nobody can play them, and their tests are not collected (`tests/conftest.py`).
`viber_examples/README.md` says how to get the clones and why we keep none of the words.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CLONES = "OBHVAT_VIBER_PUBLISHED"
"""The variable with the folder in which they lie, each as owner/name."""
_INDEX = Path(__file__).parent / "sandbox" / "viber_examples" / "published.jsonl"
_PEOPLE = re.compile(r"jc9HsWTZ2Yf2NkRZ8KcNug==|01234567890A==?|K917PBuvPZmhKfb8Vw3b2Q==|xWxFWBYHceVLi80yULnRkw==")


@dataclass(frozen=True)
class Example:
    """`start` and `length` count bytes of the file at that commit; `sha256` is of the example as it is sent."""

    repository: str
    commit: str
    path: str
    start: int
    length: int
    written: str
    """plainly, in HTML, or in a string of a program."""
    sha256: str
    used_as: str
    """A method, `answer of` one, a `keyboard` or `rich_media` of a message, a `welcome`, or an `event`."""
    status: int
    why: str
    """Why it is not 0."""

    @property
    def name(self) -> str:
        return f"{self.used_as.replace(' ', '-')}-{self.path.rpartition('/')[2]}-{self.start}"

    def text(self) -> str:
        """As it was printed; a digest that differs is an AssertionError."""
        command = ["git", "-C", f"{os.environ[CLONES]}/{self.repository}", "show", f"{self.commit}:{self.path}"]
        file = subprocess.run(command, check=True, capture_output=True).stdout
        text = file[self.start : self.start + self.length].decode()
        match self.written:
            case "in HTML":
                text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br[^>]*>", "\n", text)))
            case "in a string":
                text = json.loads(f'"{text}"')
        assert hashlib.sha256(text.encode()).hexdigest() == self.sha256
        return text

    def about(self, person: str) -> str:
        """The text with our person in the place of theirs."""
        return _PEOPLE.sub(person, self.text())


def examples(*used_as: str) -> list[Example]:
    lines = _INDEX.read_text("utf-8").splitlines()
    return [one for one in (Example(**json.loads(line)) for line in lines) if one.used_as in used_as]
