"""The same report on the Viber phone of the demo page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Phone


def test_a_report_on_a_viber_phone(page: Page) -> None:
    rumen = Phone(page, "Румен Стоянов, Viber")
    rumen.tap("Докладвай посещение", "Кой случай посетихте?")
    rumen.tap("БЯ-", "Как завърши посещението?")
    rumen.tap("Отказ", "Кого срещнахте?")
    rumen.tap("Баща", "Защо детето не е на училище?")
    rumen.tap("Няма транспорт")
    expect(rumen.button("Няма транспорт")).to_contain_text("✓")
    expect(rumen.newest).to_be_in_viewport()
    rumen.shot("viber")
    rumen.tap("Готово", "Прегледайте и запазете")
    rumen.tap("Запази", "Записано. Доклад № ")
