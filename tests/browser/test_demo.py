"""The story of the demo page, played in a real browser: a report, an overdue alert, a digest.

What a newcomer gets wrong: the demo is a process of its own here; `OBHVAT_SCREENSHOTS=folder` keeps its pictures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot.district import EXAMPLES
from tests.bot.conftest import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
RUMEN = "Румен Стоянов, Viber"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; .ci/run installs it"),
]


@pytest.fixture
def demo() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "Отворете" in line:
                break
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture
def page(demo: str) -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(
            locale="bg-BG", timezone_id="Europe/Sofia", viewport={"width": 1400, "height": 900}
        )  # fmt: skip
        opened.goto(demo)
        yield opened
        browser.close()


def taps(page: Page, who: str, *labels: str) -> None:
    for label in labels:
        phone = page.get_by_label(who, exact=True)
        phone.get_by_role("button", name=label).last.click()
    expect(page.get_by_label(who, exact=True)).to_be_visible()


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("OBHVAT_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_report_its_alert_and_its_digest(page: Page) -> None:
    mila = page.get_by_label("Мила Петрова", exact=True)
    taps(page, "Мила Петрова", "Докладвай посещение")
    expect(mila.get_by_text("Кой случай посетихте?")).to_be_visible()
    shot(page, "1-cases")
    mila.get_by_role("button", name="БЯ-").first.click()
    expect(mila.get_by_text("Как завърши посещението?")).to_be_visible()
    shot(page, "2-outcomes")
    taps(page, "Мила Петрова", "Обещание да се запише", "Майка", "Няма транспорт", "Готово")
    expect(mila.get_by_text("До кой ден обещаха?")).to_be_visible()
    taps(page, "Мила Петрова", "утре")
    expect(mila.get_by_text("Прегледайте и запазете")).to_be_visible()
    shot(page, "3-review")
    taps(page, "Мила Петрова", "Запази")
    expect(mila.get_by_text("Записано. Доклад № 1")).to_be_visible()

    page.get_by_role("button", name="Утре 07:59").click()
    page.get_by_role("button", name="+1 час").click()
    expect(page.get_by_label("Лидия Колева", exact=True).get_by_text("просрочени случая чакат Вас")).to_be_visible()
    shot(page, "4-alert")

    kolyo = page.get_by_label("Кольо Маринов", exact=True)
    page.get_by_role("button", name="Утре 17:35").click()
    expect(kolyo.get_by_text("Посетени поне веднъж").last).to_be_visible()
    expect(kolyo.locator("img").first).to_be_visible(timeout=20_000)
    shot(page, "5-digest")


def test_a_leader_sends_the_register_and_taps_it_in(page: Page) -> None:
    lidia = page.get_by_label("Лидия Колева", exact=True)
    lidia.locator("input.photos").set_input_files(EXAMPLES / "at-risk.xlsx")
    lidia.get_by_role("button", name="Изпрати", exact=True).click()
    expect(lidia.get_by_role("link", name="at-risk.xlsx")).to_be_visible()
    expect(lidia.get_by_text("случаи: нови 24, вече тук 0, отказани редове 0.")).to_be_visible(timeout=20_000)
    shot(page, "7-import")
    taps(page, "Лидия Колева", "Внеси 24 реда")
    expect(lidia.get_by_text("Внесено. at-risk.xlsx")).to_be_visible(timeout=20_000)
    expect(lidia.get_by_role("link", name="at-risk.xlsx")).to_have_count(0)


def test_a_report_on_a_viber_phone(page: Page) -> None:
    rumen = page.get_by_label(RUMEN, exact=True)
    taps(page, RUMEN, "Докладвай посещение")
    expect(rumen.get_by_text("Кой случай посетихте?")).to_be_visible()
    rumen.get_by_role("button", name="БЯ-").first.click()
    expect(rumen.get_by_text("Как завърши посещението?")).to_be_visible()
    taps(page, RUMEN, "Отказ / нежелание", "Баща", "Няма транспорт")
    expect(rumen.get_by_role("button", name="✓ Няма транспорт")).to_be_visible()
    shot(page, "7-viber")
    taps(page, RUMEN, "Готово")
    expect(rumen.get_by_text("Прегледайте и запазете")).to_be_visible()
    taps(page, RUMEN, "Запази")
    expect(rumen.get_by_text("Записано. Доклад № 1")).to_be_visible()


def test_the_page_is_legible_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    taps(page, "Мила Петрова", "Докладвай посещение")
    expect(page.get_by_label("Мила Петрова", exact=True).get_by_text("Кой случай посетихте?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "6-phone")
