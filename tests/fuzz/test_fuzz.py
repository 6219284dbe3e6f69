"""A little of `make fuzz`, the inputs that it has found, and whether its table is whole."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz import run
from tests.fuzz.parsers import NOT_REACHED, PARSERS

HOUSE = Path(__file__).parents[2]
FOUND = Path(__file__).parent / "found"
READS = {
    "loads", "json", "fromisoformat", "fullmatch", "finditer", "findall", "model_validate", "model_validate_json",
    "de_json", "fromstring", "reader", "ZipFile", "isdecimal", "isdigit", "partition", "URL", "ip_address",
}  # fmt: skip
"""Calls by which something is taken apart that was text or bytes."""
FEW = "150"


def _calls(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="Image"), attr="open")):
                yield "Image.open"
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in READS:
                yield name


def test_every_module_that_reads_what_comes_from_outside_is_fuzzed() -> None:
    modules = (path for room in ("bot", "handlers", "casework") for path in (HOUSE / room).rglob("*.py"))
    reading = {str(path.relative_to(HOUSE)) for path in modules if any(_calls(path))}
    fuzzed = {module for parser in PARSERS.values() for module in parser.modules}
    assert reading - fuzzed == NOT_REACHED.keys()
    assert [module for module in sorted(fuzzed) if not (HOUSE / module).exists()] == []


def test_a_few_inputs_of_every_parser_break_nothing() -> None:
    """In processes of its own: the alarm there is also that of the tests here."""
    environ = os.environ | {"OBHVAT_FUZZ": FEW, "OBHVAT_SEED": os.environ.get("OBHVAT_SEED", "61")}
    played = subprocess.run(
        [sys.executable, "-m", "tests.fuzz"], cwd=HOUSE, env=environ, capture_output=True, text=True, timeout=240
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert re.findall(rf"^(\S.*?) +{FEW} ", played.stdout, re.M) == list(PARSERS)


def _found() -> list[Path]:
    return sorted(path for path in FOUND.glob("*/*"))


@pytest.mark.parametrize("found", _found(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_broke_something_breaks_nothing(found: Path) -> None:
    parser = PARSERS[found.parent.name.replace("_", " ")]
    with parser.opens() as feed:
        assert run.fed(parser, feed, found.read_bytes()) in ("", run.REFUSED)


def test_a_seed_makes_the_same_inputs_again_and_another_makes_others() -> None:
    for name in PARSERS:
        assert [run.made(name, 1, n) for n in range(20)] == [run.made(name, 1, n) for n in range(20)]
        assert [run.made(name, 1, n) for n in range(20)] != [run.made(name, 2, n) for n in range(20)]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("raise ZeroDivisionError", "OBHVAT_INPUT=0: ZeroDivisionError"),
        ("while True: pass", "OBHVAT_INPUT=0: a hang"),
        ("os._exit(1)", "a process is gone; they stood at the inputs"),
        ("hoard.append(b'x' * (430_000_000 if hoard else 1))", "more memory than"),
    ],
)
def test_whatever_a_parser_does_wrong_is_told_and_fails(broken: str, told: str) -> None:
    """Only then a run that tells of nothing says something."""
    code = f"""
import os
from contextlib import nullcontext
from tests.fuzz import __main__ as fuzz
from tests.fuzz.parsers import PARSERS, Parser
hoard = []
def feed(content):
    {broken}
PARSERS["broken"] = Parser((), lambda: nullcontext(feed), lambda draw: b"1")
fuzz.main()
"""
    environ = os.environ | {"OBHVAT_FUZZ": "1", "OBHVAT_SEED": "1", "OBHVAT_ONLY": "broken"}
    played = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, env=environ, capture_output=True, text=True)
    assert (played.returncode, told in played.stdout) == (1, True), played.stdout + played.stderr
