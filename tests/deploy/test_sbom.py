"""The list of what the bot is made of says what is locked, no more and no less."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from deploy import sbom

HOUSE = Path(__file__).parents[2]
LOCK = (HOUSE / "requirements.lock").read_text("utf-8")


def _made() -> dict[str, Any]:
    command = [sys.executable, str(HOUSE / "deploy" / "sbom.py")]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def _digests(component: dict[str, Any]) -> list[str]:
    return [one["content"] for file in component["externalReferences"] for one in file["hashes"]]


def test_every_locked_package_stands_in_it_with_its_version_and_all_its_hashes() -> None:
    parts = _made()["components"]
    assert [f"{one['name']}=={one['version']}" for one in parts] == re.findall(r"^[^\s#]+==[^\s;]+", LOCK, re.M)
    assert [digest for one in parts for digest in _digests(one)] == re.findall(r"sha256:(\w+)", LOCK)
    assert all(_digests(one) for one in parts)


def test_it_is_of_the_form_that_tools_read_and_the_same_each_time() -> None:
    made = _made()
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.5", 1)
    assert made["metadata"]["component"]["purl"] == "pkg:pypi/obhvat@0.1.0"
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(refs) == len(set(refs))
    assert all(re.fullmatch(r"pkg:pypi/[a-z0-9.-]+@[\w.]+", one["purl"]) for one in made["components"])
    assert _made() == made


def test_it_tells_what_is_really_installed() -> None:
    locked = {one["name"]: one for one in _made()["components"] if "properties" not in one}
    assert len(locked) > 40
    assert {name: version(name) for name in locked} == {name: one["version"] for name, one in locked.items()}


def test_all_that_the_bot_needs_is_locked_and_not_only_what_it_names() -> None:
    """What one of its parts needs too, or `pip install --require-hashes` refuses the whole list: in the container."""
    locked = {_plain(name) for name in re.findall(r"^([^\s#=]+)==", LOCK, re.M)}
    told, needed = ["obhvat"], set[str]()
    while told:
        for name in map(_plain, _needs(told.pop())):
            if name not in needed:
                needed.add(name)
                told.append(name)
    assert needed - locked == set()
    assert len(needed) > 40


def _needs(package: str) -> list[str]:
    """On this machine, without what it calls extra."""
    wanted = map(Requirement, requires(package) or ())
    return [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_package_without_a_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="no hash is locked for bare"):
        sbom.components(f"right==1.0 \\\n    --hash=sha256:{'0' * 64}\nbare==2.0\n")
