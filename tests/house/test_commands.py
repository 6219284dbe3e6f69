"""What the Makefile promises."""

from __future__ import annotations

import re
from pathlib import Path

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_a_folder_of_the_same_name_does_not_stand_for_a_command() -> None:
    text = MAKEFILE.read_text("utf-8")
    [phony] = re.findall(r"^\.PHONY: (.*)$", text, re.M)
    assert phony.split() == re.findall(r"^([a-z]+):", text, re.M)
