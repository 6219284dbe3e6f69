"""What the guides for whoever runs the bot tell to type is there: commands, files, units, pages, figures."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from tests.deploy.test_deploy import DEPLOY, REPOSITORY, UNITS, commands

DOCS = REPOSITORY / "docs"
GUIDES = [DOCS / name for name in ("deploying.md", "scaling.md", "operations.md", "going-live.md")]
each = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)


@each
def test_it_names_commands_and_files_that_there_are(guide: Path) -> None:
    text = guide.read_text("utf-8")
    for name, rest in re.findall(r"obhvat(?:-do)? ([a-z][a-z-]+)((?: [^\n`#]*)?)[\n`#]", text):
        if name in commands():
            assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= commands()[name], (name, rest)
    for name in re.findall(r"obhvat-do ([a-z-]+)", text):
        assert name in commands(), name
    for path in re.findall(r"deploy/[\w.@*-]+\w", text):
        assert list(REPOSITORY.glob(path)), path
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert importlib.util.find_spec(module), module


@pytest.mark.parametrize("page", [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name)
def test_what_it_points_to_is_there(page: Path) -> None:
    for to, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", page.read_text("utf-8")):
        target = page.parent / to if to else page
        assert target.exists(), to
        assert not anchor or anchor in _anchors(target), (to, anchor)


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_units_that_are_started_are_there_and_all_of_them_are_started() -> None:
    text = (DOCS / "deploying.md").read_text("utf-8")
    started = " ".join(re.findall(r"systemctl enable --now (.+)", text)).split()
    names = {re.sub(r"@\w+", "@", name) for name in started}
    there = {unit.name for unit in UNITS}
    assert names <= there
    by_others = {"obhvat-alarm@.service", *(f"{unit.stem}.service" for unit in UNITS if unit.suffix == ".timer")}
    assert there - by_others == names


def test_every_secret_of_the_compose_file_is_made_in_the_guide() -> None:
    text = (DOCS / "deploying.md").read_text("utf-8")
    for name in yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["secrets"]:
        assert f"secrets/{name}" in text, name
