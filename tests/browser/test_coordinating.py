"""The leader's and the coordinator's day: overdue cases in the morning, files, the digest with picture and table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from bot.commands.district import EXAMPLES
from tests.browser.conftest import Phone, served


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    yield from served()


def test_an_overdue_case_is_told_in_the_morning_and_opened_with_one_tap(page: Page, lidia: Phone) -> None:
    page.get_by_role("button", name="Утре 07:59").click()
    page.get_by_role("button", name="+1 час").click()
    alert = lidia.box.get_by_text("просрочени случая чакат Вас:").last
    expect(alert).to_be_visible()
    lidia.shot("alert")
    lidia.button("Отвори БЯ-009").click()
    lidia.sees("БЯ-009 · Стърмен, ул. Трети март 49", "Следва: посещение. Срок:")
    lidia.shot("alert-card")
    expect(alert).to_contain_text("• БЯ-010, Ботров · Б-1 · ")


def test_the_digest_comes_with_a_picture_and_a_table(page: Page, mila: Phone, kolyo: Phone, tmp_path: Path) -> None:
    mila.write("1 никой", "Прегледайте и запазете")
    mila.tap("Запази", "Записано.")
    page.get_by_role("button", name="Утре 17:35").click()
    digest = kolyo.box.locator("article", has_text="Обхват, ").last
    expect(digest).to_contain_text("Посещения: 1", timeout=20_000)
    expect(digest).to_contain_text("Посетени поне веднъж: ")
    expect(digest).to_contain_text("• Никой на адреса: 1")
    expect(kolyo.newest.locator("img")).to_be_visible(timeout=20_000)
    kolyo.shot("digest")
    kolyo.button("Таблица (xlsx)").click()
    link = kolyo.box.get_by_role("link", name="xlsx").last
    expect(link).to_be_visible()
    kolyo.shot("digest-table")
    expect(digest).to_contain_text("Посещения: 1")
    with page.expect_download() as download:
        link.click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    sheet = load_workbook(saved).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    assert saved.name.startswith("obhvat-2026-11-2")
    assert header == (
        "Случай", "Група", "Община", "Населено място", "Екип", "Статус", "Следваща стъпка", "Срок",
        "Защо се забави",
    )  # fmt: skip
    assert {row[2] for row in rows} == {"Бяла"}
    assert [row[4:7] for row in rows if row[0] == "БЯ-001"] == [
        ("Б-1", "За повторно посещение", "ново посещение по друго време")
    ]
    assert sheet.freeze_panes == "A2"


def test_a_leader_sends_the_register_and_taps_it_in(lidia: Phone) -> None:
    lidia.send([EXAMPLES / "at-risk.xlsx"], "", "случаи: нови 24, вече тук 0, отказани редове 0.")
    lidia.shot("import")
    lidia.tap("Внеси 24 реда", "Внесено. at-risk.xlsx")
    lidia.shot("imported")
    expect(lidia.box.get_by_role("link", name="at-risk.xlsx")).to_have_count(0)
