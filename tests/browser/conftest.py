"""The demo as people use it: one process for all tests that do not move its days, a browser for each module.

What a newcomer gets wrong: the tests come in any order and share people, so each ends what it begins and takes cases of
its own. `OBHVAT_SCREENSHOTS=folder` keeps a picture of every `shot`, wide and narrow, light and dark.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from bot.commands.demo import free_port
from tests.chromium import CHROMIUM, FLAGS, needs_chromium

BEGINS = "2026-11-24T08:00"
"""A Tuesday before the hour of the alerts, with working days after it."""
WIDE, NARROW = (1400, 900), (390, 780)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(needs_chromium)


@pytest.fixture(scope="session")
def demo() -> Iterator[str]:
    """Where the page is. A module that moves the days has a demo of its own."""
    yield from served()


def served() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(port), "--at", BEGINS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "Отворете" in line:
                break
        yield f"http://127.0.0.1:{port}/"
    finally:
        # Not as Ctrl+C does: whoever was started in the background was told to ignore that.
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    size: ViewportSize = {"width": WIDE[0], "height": WIDE[1]}
    opened = browser.new_page(base_url=demo, locale="bg-BG", timezone_id="Europe/Sofia", viewport=size)
    opened.goto("/")
    expect(opened.get_by_label("Кольо Маринов", exact=True).locator("article").first).to_be_visible()
    yield opened
    opened.close()


class Phone:
    """Somebody's phone on the page. What is waited for is what the newest message says."""

    def __init__(self, page: Page, who: str) -> None:
        self.page = page
        self.who = who
        self.box = page.get_by_label(who, exact=True)
        self.taps = 0
        self.waited = 0.0
        """Seconds from what the person did until the answer stood there."""

    @property
    def newest(self) -> Locator:
        return self.box.locator("article").last

    def button(self, label: str) -> Locator:
        """The newest one whose label begins so; before it there may be one of the bot's signs."""
        return self.box.get_by_role("button", name=re.compile(rf"^([❗•✓] )?{re.escape(label)}")).last

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.newest).to_contain_text(text, timeout=20_000)

    def menu(self) -> None:
        self.write("/menu", f"{self.who.split()[0]}, какво ще правим?")

    def tap(self, label: str, *answer: str) -> None:
        self.button(label).click()
        self.taps += 1
        self._waits(answer)

    def write(self, text: str, *answer: str) -> None:
        field = self.box.get_by_label("Съобщение")
        field.fill(text)
        self._sent(lambda: field.press("Enter"), answer)

    def send(self, files: Sequence[Path], caption: str, *answer: str) -> None:
        self.box.locator("input.photos").set_input_files(files)
        self.box.get_by_label("Съобщение").fill(caption)
        self._sent(self.box.get_by_role("button", name="Изпрати", exact=True).click, answer)

    def _sent(self, send: Callable[[], None], answer: Sequence[str]) -> None:
        mine = self.box.locator("article.mine")
        before = mine.count()
        send()
        # The answer comes below what was sent; without this, an older message could pass for it.
        expect(mine).to_have_count(before + 1)
        self._waits(answer)

    def _waits(self, answer: Sequence[str]) -> None:
        begun = time.monotonic()
        self.sees(*answer)
        self.waited += time.monotonic() - begun

    def shot(self, name: str) -> None:
        """The whole page with this phone in sight."""
        folder = os.environ.get("OBHVAT_SCREENSHOTS")
        if not folder:
            return
        for size in (NARROW, WIDE):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
            if size == NARROW:
                self.page.get_by_role("tab", name=self.who.replace(",", "")).click()
            else:
                self.box.scroll_into_view_if_needed()
            for scheme in ("dark", "light"):
                self.page.emulate_media(color_scheme=scheme)
                self.page.screenshot(path=str(Path(folder) / f"{name}-{size[0]}-{scheme}.png"))


@pytest.fixture
def mila(page: Page) -> Phone:
    """The member."""
    return Phone(page, "Мила Петрова")


@pytest.fixture
def lidia(page: Page) -> Phone:
    """The leader of the team."""
    return Phone(page, "Лидия Колева")


@pytest.fixture
def kolyo(page: Page) -> Phone:
    """The coordinator of the municipality."""
    return Phone(page, "Кольо Маринов")
