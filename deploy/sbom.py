"""`make sbom`: what the bot is made of, as CycloneDX JSON, read from the locked requirements.

Nothing in it changes from run to run, so two of them can be compared.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\\n]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, Any]]:
    """One for each pinned package, in the order of the lock. Raises ValueError for one without a hash."""
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            found.append(_component(pinned["name"], pinned["version"], pinned["marker"]))
        found[-1:] = [_with_hash(one, digest) for one in found[-1:] for digest in _HASH.findall(line)] or found[-1:]
    if bare := [one["name"] for one in found if not one["externalReferences"]]:
        raise ValueError(f"no hash is locked for {', '.join(bare)}")
    return found


def _component(name: str, version: str, marker: str | None) -> dict[str, Any]:
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    only_where = {"properties": [{"name": "obhvat:marker", "value": marker}]} if marker else {}
    return {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, **only_where,
        "externalReferences": [],
    }  # fmt: skip


def _with_hash(component: dict[str, Any], digest: str) -> dict[str, Any]:
    """Of each file that may be installed: a component has one content, a package of PyPI one file for each machine."""
    file = {
        "type": "distribution", "url": f"{component['purl']}#sha256={digest}",
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }  # fmt: skip
    return component | {"externalReferences": [*component["externalReferences"], file]}


def bill(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The whole document (cyclonedx.org/docs/1.5/json, read 29.11.2026)."""
    parts, own = components(lock), f"pkg:pypi/{project['name']}@{project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": own, "name": project["name"], "version": project["version"],
                "purl": own, "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
    }  # fmt: skip


def main() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    json.dump(bill((HOUSE / "requirements.lock").read_text("utf-8"), project), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
