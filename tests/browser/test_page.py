"""The page itself: taps too many and too late, a reload, two windows, and a narrow screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NARROW, WIDE, Phone

TAPPABLE = "button:visible, a.key:visible, input:visible, select:visible"
SMALLEST_TARGET, SMALLEST_LETTER = 34, 12


def reports(mila: Phone) -> list[tuple[str, str]]:
    """Number and case of the last ones: the demo of several tests has those of others too."""
    mila.write("/last", "Меню")
    return re.findall(r"^№ (\d+) · (БЯ-\d+) ", mila.newest.inner_text(), re.MULTILINE)


def test_a_second_tap_on_save_changes_nothing(mila: Phone) -> None:
    before = reports(mila)
    mila.write("23 никой", "Прегледайте и запазете")
    mila.button("Запази").dblclick()
    mila.sees("Този бутон е от нещо вече приключено. Нищо не е променено.")
    mila.shot("double-tap")
    assert [case for number, case in reports(mila) if (number, case) not in before] == ["БЯ-023"]


def test_an_old_button_changes_nothing_and_says_where_we_are(mila: Phone) -> None:
    mila.write("/report", "Кой случай посетихте?")
    mila.write("5 никой", "Случай: БЯ-005")
    mila.button("БЯ-").click()
    expect(mila.box.get_by_text("Този бутон е от по-рано; нищо не се промени. Ето докъде сме:")).to_be_visible()
    mila.shot("old-button")
    mila.write("/cancel", "Изтрито. Нищо не е записано.")


def test_a_reload_in_the_middle_of_a_report_loses_nothing(mila: Phone) -> None:
    mila.write("9 отказ", "Кого срещнахте?")
    mila.page.reload()
    mila.sees("Кого срещнахте?")
    expect(mila.button("По-късно")).to_be_in_viewport()
    mila.tap("Майка", "Защо детето не е на училище?")
    mila.write("/cancel", "Изтрито. Нищо не е записано.")


def test_two_windows_show_the_same_chat(mila: Phone, browser: Browser) -> None:
    other = browser.new_page(locale="bg-BG")
    other.goto(mila.page.url)
    there = Phone(other, "Мила Петрова")
    mila.write("10 отказ", "Кого срещнахте?")
    there.sees("Кого срещнахте?")
    there.tap("Баща", "Защо детето не е на училище?")
    mila.sees("Защо детето не е на училище?")
    mila.write("/cancel", "Изтрито. Нищо не е записано.")
    there.sees("Изтрито. Нищо не е записано.")
    other.close()


@pytest.mark.parametrize(("width", "height"), [NARROW, WIDE], ids=["narrow", "wide"])
def test_everything_is_large_enough_to_read_and_to_tap(page: Page, mila: Phone, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    mila.write("/report", "Кой случай посетихте?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heights = page.locator(TAPPABLE).evaluate_all("all => all.map(one => [one.offsetHeight, one.className])")
    assert [one for one in heights if one[0] < SMALLEST_TARGET] == []
    letters = page.locator("body *:visible").evaluate_all(
        "all => all.map(one => [parseFloat(getComputedStyle(one).fontSize), one.className])"
    )
    assert [one for one in letters if one[0] < SMALLEST_LETTER] == []
    mila.write("/menu", "Мила, какво ще правим?")
