"""Coming in by an invitation, and what one may know of one's cases: lists, cards, a name for ten minutes."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Phone

NAME = re.compile(r"^[А-Я][а-я]+ [А-Я][а-я]+ [А-Я][а-я]+\nЗаписано е, че сте видели името\.")


def newcomer(page: Page, name: str, code: str) -> Phone:
    page.get_by_role("button", name="+ Човек").click()
    page.get_by_label("Име").fill(name)
    page.get_by_label("Код от покана").fill(code)
    page.get_by_role("button", name="Добави", exact=True).click()
    phone = Phone(page, name)
    expect(phone.box).to_be_visible()
    return phone


def test_a_new_person_joins_by_an_invitation(page: Page) -> None:
    iva = newcomer(page, "Ива Тодорова", "b1-1")
    iva.shot("join-0-start")
    iva.tap("Старт", "Език / Language")
    iva.shot("join-1-language")
    iva.tap("Български", "Каквото научите за едно дете, остава между хората, които му помагат.")
    iva.shot("join-2-note")
    iva.tap("Приемам", "Добре дошли! Вие сте в екип Б-1.", "Ива, какво ще правим?")
    iva.shot("join-3-welcome")


def test_somebody_without_an_invitation_is_told_how_to_come_in(page: Page) -> None:
    someone = newcomer(page, "Гост", "")
    someone.tap("Старт", "поискайте връзка с покана")
    someone.shot("stranger")
    someone.write("/start b1-2", "Език / Language")
    someone.tap("English", "Do you agree?")
    someone.tap("I agree", "You are with team Б-1.")


def test_my_cases_are_turned_page_by_page(mila: Phone) -> None:
    mila.menu()
    mila.tap("Моите случаи", "Моите случаи, 1–6 от 10.", "❗ просрочен, • за днес")
    mila.shot("cases-1")
    mila.tap("Още →", "Моите случаи, 7–10 от 10.")
    mila.shot("cases-2")
    mila.tap("← Предишни", "Моите случаи, 1–6 от 10.")


def test_a_name_is_shown_for_ten_minutes(mila: Phone) -> None:
    mila.menu()
    mila.tap("Моите случаи", "Моите случаи, 1–6")
    mila.tap("БЯ-", "Следва: ")
    mila.shot("card")
    mila.tap("Покажи името", "След десет минути това съобщение изчезва.")
    mila.shot("name")
    expect(mila.newest.locator(".words")).to_have_text(NAME)
    mila.page.get_by_role("button", name="+1 час").click()
    expect(mila.box.get_by_text("сте видели името")).to_have_count(0)
    mila.sees("Следва: ")


def test_a_case_is_passed_to_the_leader_who_opens_it(mila: Phone, lidia: Phone) -> None:
    mila.menu()
    mila.tap("Моите случаи", "Моите случаи, 1–6")
    mila.tap("Още →", "Моите случаи, 7–10")
    mila.tap("БЯ-", "Родено през")
    number = mila.newest.inner_text()[:6]
    mila.tap("Предай на ръководителя", f"{number} е предаден на Лидия Колева.")
    lidia.sees(f"Мила Петрова Ви предава случай: {number}.")
    lidia.shot("passed")
    lidia.tap("Покажи случая", f"{number} · ", "Следва: преглед от ръководителя")
