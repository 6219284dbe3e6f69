"""A coordinator's morning: the digest at seven, five deeds, each with its way back to the same place, and the region
that walks down from its municipalities and comes second to one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Phone, served

DIGEST = "Обхват, 25.11.2026"
SOON = 60_000
"""Milliseconds, for what the clock has to bring about first."""


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    yield from served()


@pytest.fixture
def reni(page: Page) -> Phone:
    """The coordinator of the region."""
    return Phone(page, "Рени Атанасова")


@pytest.fixture
def morning(page: Page, mila: Phone, kolyo: Phone, reni: Phone) -> None:
    """Both read at half past seven; it is a minute to eight, and the digest is there, with the visit of yesterday."""
    expect(reni.box.locator("article", has_text="Добре дошли").last).to_be_visible(timeout=SOON)
    for phone in (kolyo, reni):
        phone.write("/hour", "В колко часа")
        phone.write("07:30", "07:30")
    mila.write("1 никой", "Прегледайте и запазете")
    mila.tap("Запази", "Записано.")
    page.get_by_role("button", name="Утре 07:59").click()
    for phone in (kolyo, reni):
        expect(phone.box.locator("article", has_text=DIGEST).last).to_be_visible(timeout=SOON)
        expect(phone.newest.locator("img")).to_be_visible(timeout=SOON)


class Desk:
    """The one bubble in which a coordinator works; other messages come below it."""

    def __init__(self, phone: Phone, bubble: Locator) -> None:
        self.phone = phone
        # Its words change with every tap, its number does not.
        self.bubble = phone.box.locator(f'article[data-id="{bubble.get_attribute("data-id")}"]')

    def taps(self, label: str, *answer: str) -> None:
        self.bubble.get_by_role("button", name=re.compile(rf"^{re.escape(label)}")).first.click()
        self.sees(*answer)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.bubble).to_contain_text(text, timeout=20_000)

    def said(self) -> str:
        return self.bubble.inner_text()

    def case_of(self, team: str) -> str:
        """The first number on this page that the team holds."""
        found = re.search(rf"(БЯ-\d+), [^·\n]+ · {team} ", self.said())
        assert found is not None, self.said()
        return found[1]

    def shot(self, name: str) -> None:
        self.phone.shot(f"morning-{name}")


@pytest.mark.usefixtures("morning")
def test_a_morning_from_the_digest_to_five_deeds_and_back(kolyo: Phone, lidia: Phone, reni: Phone) -> None:
    desk = Desk(kolyo, kolyo.box.locator("article", has_text=DIGEST).last)
    told = desk.said()
    desk.shot("01-digest")
    number = desk.case_of("Б-1")
    desk.taps(number, f"{number} · ", "Екип Б-1 · Лидия Колева, Мила Петрова, Румен Стоянов")
    expect(desk.bubble.get_by_role("link", name="Пиши на Лидия")).to_have_attribute("href", re.compile("^tg://user"))
    desk.shot("02-case")
    desk.taps("← Обобщение", DIGEST)
    assert desk.said().startswith(told[: told.index("Най-отдавна")])
    desk.taps("Просрочени", "Просрочени, 1–6 от ")
    desk.shot("03-overdue")
    desk.taps("Още →", "Просрочени, 7–12 от ")
    desk.shot("04-overdue-on")
    _asks(desk, lidia)
    _puts_off(desk)
    desk = _passes_up(desk, reni)
    _gives(desk)
    _closes(desk)
    desk.taps("← Обобщение", DIGEST)
    desk.shot("24-digest-again")
    _walks_down(Desk(reni, reni.box.locator("article", has_text=DIGEST).last), desk)


def _asks(desk: Desk, lidia: Phone) -> None:
    number = desk.case_of("Б-1")
    desk.taps(number, f"{number} · ")
    desk.taps("Попитай", "Какво да попитам Лидия Колева?")
    desk.shot("05-ask")
    desk.taps("Какво пречи?", f"Въпросът за {number} е при Лидия Колева.")
    desk.shot("06-asked")
    lidia.sees("Кольо Маринов пита за ")
    lidia.shot("morning-07-asked-of-lidia")
    lidia.tap("Отговори", "„Какво пречи?“")
    lidia.shot("morning-08-lidia-answers")
    lidia.tap("Трябва ми помощ", "Отговорът отива при Кольо Маринов.")
    desk.phone.sees("Лидия Колева отговаря за ")
    desk.shot("09-answer")
    desk.taps("Случаят", "Лидия Колева отговори")
    desk.taps("← Към списъка", "Просрочени, 7–12 от ")


def _puts_off(desk: Desk) -> None:
    number = desk.case_of("Б-1")
    desk.taps(number, f"{number} · ")
    desk.taps("Отложи", "За кой ден да се отложи?")
    desk.shot("10-put-off")
    desk.taps("пн, 30.11", f"Защо {number} се отлага за пн, 30.11?")
    desk.shot("11-why")
    desk.taps("Нямаше транспорт", f"{number} е отложен: нямаше транспорт. Срок: пн, 30.11")
    desk.shot("12-put-off-done")
    desk.taps("← Към списъка", "Просрочени, 7–12 от ")
    expect(desk.bubble).not_to_contain_text(number)


def _passes_up(desk: Desk, reni: Phone) -> Desk:
    number = desk.case_of("Б-[23]")
    desk.taps(number, f"{number} · ")
    desk.taps("Попитай", "сега няма кого да попитам тук")
    desk.shot("13-nobody-to-ask")
    desk.taps("Случаят", f"{number} · ")
    desk.taps("Предай нагоре", "Кой да научи за него сега?")
    desk.shot("14-pass-up")
    desk.taps("РУО · Рени Атанасова", "Ще добавите ли нещо?")
    desk.shot("15-a-word")
    desk.phone.write("Екипът още няма хора тук. Кой да иде?", f"Съобщено за {number}: Рени Атанасова.")
    desk.shot("16-passed-up")
    reni.sees(f"Кольо Маринов се обръща към Вас за {number}", "Кой да иде?")
    reni.shot("morning-17-reni-hears")
    written = Desk(desk.phone, desk.phone.newest)
    written.taps("← Към списъка", "Просрочени, 7–12 от ")
    return written


def _gives(desk: Desk) -> None:
    number = desk.case_of("Б-[23]")
    desk.taps(number, f"{number} · ")
    desk.taps("Дай на друг екип", "На кой екип?")
    desk.shot("18-which-team")
    desk.taps("Б-1 · ", "ще научат.")
    desk.shot("19-sure")
    desk.taps("Дай го на Б-1", f"{number} вече е при екип Б-1.")
    desk.shot("20-given")
    desk.taps("← Към списъка", "Просрочени, 7–12 от ")


def _closes(desk: Desk) -> None:
    number = desk.case_of("Б-[23]")
    desk.taps(number, f"{number} · ")
    desk.taps("Реши", "Какво решавате?")
    desk.shot("21-decide")
    desk.taps("Дублира друг случай", "Случаят се закрива.")
    desk.shot("22-decide-sure")
    desk.taps("Реши така", f"{number}: Дублира друг случай.")
    desk.shot("23-closed")
    desk.taps("← Към списъка", "Просрочени, 7–12 от ")


def _walks_down(region: Desk, municipal: Desk) -> None:
    """And stands before a card on which Kolyo acts meanwhile."""
    region.shot("25-region-digest")
    region.taps("Общини", "отворени / просрочени / посетени тази седмица")
    region.shot("26-municipalities")
    region.taps("Бяла", "Бяла · ")
    region.shot("27-teams")
    region.taps("Б-1", "Екип Б-1, 1–6 от ")
    region.shot("28-team")
    found = re.search(r"❗ (БЯ-\d+)", region.said())
    assert found is not None
    number = found[1]
    region.taps(number, f"{number} · ")
    municipal.taps("Екипи", "отворени / просрочени")
    municipal.taps("Б-1", "Екип Б-1, 1–6 от ")
    municipal.taps(number, f"{number} · ")
    municipal.taps("Отложи", "За кой ден")
    municipal.taps("пн, 30.11", f"Защо {number} се отлага за пн, 30.11?")
    municipal.taps("Болест", f"{number} е отложен")
    region.taps("Дай на друг екип", f"Кольо Маринов отложи {number} за пн, 30.11", "Затова Вашето не е направено.")
    region.shot("29-second")
    region.taps("← Към списъка", "Екип Б-1, 1–6 от ")
    region.taps("← Екипи", "Бяла · ")
    region.taps("← Общини", "Общини · ")
    region.taps("← Обобщение", DIGEST)
