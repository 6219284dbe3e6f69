"""Every test that `docs/reliability.md` names is there."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "reliability.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_what_is_promised_names_tests_that_are_there() -> None:
    named = _NAMED.findall(PAGE.read_text("utf-8"))
    assert len(named) > 20
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (HOUSE / file).read_text("utf-8")]
    assert missing == []
