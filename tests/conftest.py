"""What holds for every test: where CI says so, a skipped one has failed, and a busy machine is no mistake of ours."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.published import CLONES

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

# Played only where their sources have been cloned; see tests/sandbox/viber_examples/README.md.
collect_ignore_glob = [] if CLONES in os.environ else ["*/test_published_*.py"]


LONGEST = ("tests/season/", "tests/kill/", "tests/walk/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker begins one when the others are nearly done; the rest stay as drawn."""
    items.sort(
        key=lambda item: next((n for n, room in enumerate(LONGEST) if item.nodeid.startswith(room)), len(LONGEST))
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
