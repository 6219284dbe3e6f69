"""Who may know whom: bot → handlers → storage → casework; the sandbox knows none of them, only the demo knows it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "storage", "casework", "sandbox")
MAY_IMPORT = {
    "bot": {"bot", "handlers", "storage", "casework"},
    "handlers": {"handlers", "storage", "casework"},
    "storage": {"storage", "casework"},
    "casework": {"casework"},
    "sandbox": {"sandbox"},
}
LONGEST_FILE = 400


def files() -> list[Path]:
    return [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names & set(ROOMS)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_file_knows_only_what_lies_to_its_right(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0]
    allowed = MAY_IMPORT[room] | ({"sandbox"} if path.name == "demo.py" else set())
    assert imported(path) <= allowed


def test_the_engine_of_conversations_knows_no_other_room_of_handlers() -> None:
    for path in sorted((HOUSE / "handlers" / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "handlers":
                assert (node.module or "").startswith("handlers.engine"), path
            elif isinstance(node, ast.Import):
                assert not any(alias.name.startswith("handlers") for alias in node.names), path


def test_what_runs_knows_no_command() -> None:
    for path in sorted((HOUSE / "bot").rglob("*.py")):
        if path.parent.name != "commands" and path.name != "cli.py":
            assert "bot.commands" not in path.read_text("utf-8"), path


def test_no_file_is_long_and_most_are_short() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in files())
    assert lengths[-1] <= LONGEST_FILE
    assert lengths[len(lengths) // 2] <= 150


def test_only_storage_speaks_sql() -> None:
    for path in files():
        if path.relative_to(HOUSE).parts[0] not in ("storage",):
            text = path.read_text("utf-8")
            assert "SELECT " not in text, path
            assert "INSERT INTO" not in text, path
