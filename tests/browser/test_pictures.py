"""Two days of the demo, as the pictures in docs/ show them. `OBHVAT_PICTURES=1` takes these anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Phone, served

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    yield from served()


def test_two_days_of_a_team_go_as_the_pictures_show_them(page: Page, mila: Phone, lidia: Phone, kolyo: Phone) -> None:
    page.set_viewport_size({"width": 2000, "height": 960})
    report(mila, "5 никой")
    until(page, "2026-11-24T17:35")
    expect(kolyo.box.get_by_text("Посещения: 1\n")).to_be_visible(timeout=20_000)
    expect(kolyo.newest.locator("img")).to_be_visible(timeout=20_000)
    until(page, "2026-11-25T08:35")
    lidia.sees("просрочени случая чакат Вас:")
    mila.write("/report", "Кой случай посетихте?")
    mila.tap("БЯ-010", "Как завърши посещението?")
    mila.tap("Обещание да се запише", "Кого срещнахте?")
    mila.tap("Майка", "Защо детето не е на училище?")
    mila.tap("Няма транспорт", "✓ Няма транспорт")
    mila.tap("Готово", "До кой ден обещаха?")
    mila.tap("пт, 27.11", "Прегледайте и запазете")
    picture(mila.box, "report")
    mila.tap("Запази", "Записано. Доклад № 2")
    report(mila, "9 никой")
    until(page, "2026-11-25T17:35")
    digest = kolyo.box.get_by_text("Посещения: 2, с 1 повече от вчера")
    expect(digest).to_contain_text("повече от вчера\nПосетени поне веднъж: ", timeout=20_000)
    expect(kolyo.newest.locator("img")).to_be_visible(timeout=20_000)
    expect(digest).to_be_in_viewport()
    page.mouse.move(0, 0)  # so that no button looks pointed at
    picture(page, "digest")


def report(who: Phone, line: str) -> None:
    who.write(line, "Прегледайте и запазете")
    who.tap("Запази", "Записано. Доклад №")


def until(page: Page, moment: str) -> None:
    """The clock of the world, to this local time."""
    assert page.request.post("/sandbox/clock", data={"to": moment}).ok


def picture(what: Page | Locator, name: str) -> None:
    if os.environ.get("OBHVAT_PICTURES"):
        what.screenshot(path=DOCS / f"{name}.png")
