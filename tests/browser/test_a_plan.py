"""A morning of the team on the page: who goes with whom is planned, and the brief of the next day says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phone, served


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    yield from served()


def test_who_goes_with_whom_is_planned_and_read_in_the_brief(page: Page, mila: Phone, lidia: Phone) -> None:
    lidia.write("/cases", "Моите случаи, 1–6 от ")
    lidia.tap("Кой с кого отива", "За кое населено място?")
    lidia.shot("plan-place")
    lidia.box.get_by_role("button", name=re.compile(" · утре")).first.click()
    lidia.sees("кой отива?")
    lidia.tap("Мила Петрова", "кой отива?")
    lidia.shot("plan-who")
    lidia.tap("Готово", "Кой с кого отива, утре")
    lidia.shot("plan")
    page.get_by_role("button", name="Утре 07:59").click()
    page.get_by_role("button", name="+1 час").click()
    expect(mila.box.get_by_text(" · днес Вие").last).to_be_visible(timeout=30_000)
    mila.shot("brief")
    lidia.shot("brief-of-the-leader")
