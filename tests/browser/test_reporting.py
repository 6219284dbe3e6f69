"""A member's visits, reported on the demo page as from a doorstep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.conftest import Phone

MINUTE = 60
FOR_ONE_TAP = 5
"""Seconds in which a person reads what is asked, decides, and taps."""
LEFT_OUT = "Не е попълнено: мерки, бележка, снимки, място."


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Ten of them, of a door each."""
    paths = [tmp_path / f"door-{number}.jpg" for number in range(10)]
    for number, path in enumerate(paths):
        Image.new("RGB", (320, 240), (90 + 12 * number, 110, 150)).save(path)
    return paths


def test_a_visit_takes_eight_taps_and_less_than_a_minute(mila: Phone) -> None:
    mila.menu()
    mila.tap("Докладвай посещение", "Кой случай посетихте?")
    mila.shot("report-1-case")
    mila.tap("БЯ-", "Как завърши посещението?")
    mila.shot("report-2-outcome")
    mila.tap("Обещание да се запише", "Кого срещнахте?")
    mila.shot("report-3-met")
    mila.tap("Майка", "Защо детето не е на училище?")
    mila.shot("report-4-reasons")
    mila.tap("Няма транспорт", "✓ Няма транспорт")
    mila.tap("Готово", "До кой ден обещаха?")
    mila.shot("report-5-promise")
    mila.tap("чт, 26.11", "Прегледайте и запазете", "Причини: Няма транспорт", LEFT_OUT)
    mila.shot("report-6-review")
    mila.tap("Запази", "Записано. Доклад №", "Следва: проверка на обещанието. Срок: пт, 27.11")
    mila.shot("report-7-receipt")
    assert mila.taps == 8
    assert mila.waited + mila.taps * FOR_ONE_TAP < MINUTE


def test_nobody_at_the_address_takes_four_taps(mila: Phone) -> None:
    mila.menu()
    mila.tap("Докладвай посещение", "Кой случай посетихте?")
    mila.tap("БЯ-", "Как завърши посещението?")
    mila.tap("Никой на адреса", "Прегледайте и запазете")
    mila.tap("Запази", "Записано. Доклад №", "Следва: ")
    assert mila.taps == 4
    assert mila.waited + mila.taps * FOR_ONE_TAP < MINUTE


def test_a_whole_report_is_written_in_one_line(mila: Phone) -> None:
    mila.write("бя9 обещание 3.12 чака документи", "Кого срещнахте?")
    mila.tap("Баща", "Обещано за: чт, 3.12", "Бележка: чака документи")
    mila.shot("one-line")
    mila.tap("Запази", "Записано. Доклад №", "· БЯ-009")


def test_a_report_left_for_later_goes_on_where_it_was(mila: Phone) -> None:
    mila.write("10 отказ", "Кого срещнахте?")
    mila.tap("Съсед", "Защо детето не е на училище?")
    mila.tap("По-късно", "Докладът Ви е в „Чернови“.")
    mila.tap("Чернови", "Натиснете чернова, за да продължите с нея.")
    mila.shot("drafts")
    mila.tap("БЯ-010", "Защо детето не е на училище?")
    mila.tap("Още →", "Неизвестно")
    mila.tap("Неизвестно", "✓ Неизвестно")
    mila.tap("Готово", "Срещнахте: Съсед", "Причини: Неизвестно")
    mila.tap("Запази", "Записано. Доклад №", "· БЯ-010")


def test_an_album_of_ten_photos_is_one_answer(mila: Phone, photos: list[Path]) -> None:
    mila.write("14 адрес", "Пратете снимки на бележката или вратата, никога на хора.")
    mila.send(photos, "", "Получени са 10 снимки.")
    mila.shot("album")
    mila.tap("Готово", "Снимки: 10")
    mila.tap("Запази", "Записано. Доклад №", "· БЯ-014")


def test_an_album_at_another_question_is_kept_and_the_question_stays(mila: Phone, photos: list[Path]) -> None:
    mila.write("15 записано", "Кого срещнахте?")
    mila.send(photos, "", "В доклада има 10 снимки.", "Кого срещнахте?")
    mila.shot("album-elsewhere")
    mila.tap("Майка", "Снимки: 10")
    mila.tap("Запази", "Записано. Доклад №", "· БЯ-015")


def test_a_photo_with_the_number_under_it_begins_the_report_of_that_case(mila: Phone, photos: list[Path]) -> None:
    mila.send(photos[:1], "бя-019", "БЯ-019", "Как завърши посещението?")
    mila.shot("photo-first")
    mila.tap("Никой на адреса", "Случай: БЯ-019", "Снимки: 1")
    mila.tap("Запази", "Записано. Доклад №", "· БЯ-019")


def test_a_saved_report_is_corrected_and_the_old_version_stays(mila: Phone) -> None:
    mila.write("20 никой", "Прегледайте и запазете")
    mila.tap("Запази", "· БЯ-020")
    [receipt] = re.findall(r"Доклад (№ \d+)", mila.newest.inner_text())
    mila.tap("Последни доклади", "БЯ-020 · днес, 24.11 · Никой на адреса")
    mila.shot("last-reports")
    mila.tap(f"Поправи {receipt}", "Случай: БЯ-020")
    mila.tap("Промени", "Какво да променим?", "Кога: днес, 24.11")
    mila.shot("change")
    mila.tap("Бележка", "Напишете кратка бележка, без имена.")
    mila.write("кучето е вързано", "Бележка: кучето е вързано")
    mila.tap("Запази", f"Поправено. Доклад {receipt}, версия 2. Старата е запазена.")
    mila.shot("corrected")
