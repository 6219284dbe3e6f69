"""What comes all at once is gathered, sorted in taps, and becomes drafts; what comes alone is answered as ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.records import Photo, Place
from handlers.engine.replies import Located, Pictured, Typed, Unreadable
from handlers.engine.words import Words
from handlers.morning import notices
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, Joining
from tests.conversations.test_photos_of_reports import lost
from tests.engine.test_kinds import made_up_number

GATE = Located(Place(43.46, 25.73))
A_PERSON_TAKES = timedelta(seconds=10)


def photo(name: str, caption: str = "") -> Pictured:
    return Pictured(Photo("telegram", f"f{name}", name), caption)


async def at_once(chat: Chat, *replies: Any) -> str:
    """After a while in which nothing was sent."""
    chat.now += A_PERSON_TAKES
    for reply in replies:
        await chat.sends(Typed(reply) if isinstance(reply, str) else reply)
    return chat.text


async def drafts(database: Database) -> list[str]:
    """The numbers of their cases, as they are listed."""
    async with database.reading() as tx:
        rows = await tx.rows("SELECT title FROM journal WHERE state = 'draft' ORDER BY updated_at DESC")
    return [row["title"].partition(" · ")[0] for row in rows]


async def journals(database: Database) -> str:
    """Every letter that is kept of conversations."""
    async with database.reading() as tx:
        rows = await tx.rows("SELECT body FROM journal UNION ALL SELECT body FROM unasked")
    return " ".join(row["body"] for row in rows)


async def opened(chat: Chat, draft: str) -> str:
    await chat.says("/drafts")
    return await chat.taps(draft)


async def test_a_burst_is_sorted_with_one_tap_a_visit_and_becomes_drafts(mila: Chat, database: Database) -> None:
    said = await at_once(mila, "14 никой", photo("a"), "БЯ-015 празна къща", GATE, photo("b", "врата"))
    assert said.startswith("2 съобщения, 2 снимки, 1 място от 11:00: кои са посещенията?")
    await mila.taps("БЯ-014", "БЯ-015")
    assert await drafts(database) == []
    assert (await mila.taps("Направи черновите")).startswith("2 чернови са готови")
    assert await drafts(database) == ["БЯ-014", "БЯ-015"]
    await mila.taps("БЯ-015", "Никой на адреса")
    assert "Бележка: празна къща; врата\nСнимки: 1\nМясто: 43.46000, 25.73000" in mila.text
    assert "Записано" in await mila.taps("Запази")


async def test_what_the_first_of_a_burst_had_begun_is_not_left_behind(mila: Chat, database: Database) -> None:
    await at_once(mila, photo("a", "14"), photo("b", "15 никой"), "и още една къща")
    assert mila.text.startswith("1 съобщение, 2 снимки")
    assert await drafts(database) == []
    await mila.taps("По-късно")
    assert await drafts(database) == ["1 съобщение, 2 снимки"]


async def test_an_open_report_waits_as_it_was_before_the_burst(mila: Chat, database: Database) -> None:
    await mila.says("/report")
    await mila.taps("БЯ-001", "Обещание")
    said = await at_once(mila, photo("a"), "никой", "на БЯ-014 куче")
    assert said.startswith("Докладът Ви е в „Чернови“.\n\n2 съобщения, 1 снимка")
    assert await drafts(database) == ["БЯ-001"]
    await opened(mila, "БЯ-001")
    assert '"unique":"a"' not in (await journals(database)).partition('"things"')[0]
    await mila.taps("Майка")
    assert mila.text.startswith("Защо детето не е на училище?")


async def test_a_report_without_an_answer_makes_room_for_the_burst(mila: Chat, database: Database) -> None:
    await mila.says("/report")
    said = await at_once(mila, "14 никой", "15 отказ", "3 никой")
    assert said.startswith("3 съобщения")
    assert await drafts(database) == []


async def test_a_tap_between_two_messages_ends_the_run(mila: Chat) -> None:
    await at_once(mila, "14 никой", "15 отказ")
    await mila.taps("Запази")
    await mila.says("3 никой")
    assert mila.text.startswith("Прегледайте и запазете.")
    await mila.says("4 никой")
    assert "съобщения" not in mila.text


async def test_a_pause_between_two_messages_ends_the_run(mila: Chat) -> None:
    for line in ("ало", "има ли някой", "как се докладва", "помощ моля"):
        assert "За доклад на един ред" in await at_once(mila, line)


async def test_the_second_of_a_run_waits_for_what_follows_and_a_first_one_does_not(mila: Chat) -> None:
    await at_once(mila, "ало")
    assert not mila.shown.settle
    await mila.says("ало")
    assert mila.shown.settle


async def test_what_cannot_be_read_is_no_part_of_a_pile(mila: Chat) -> None:
    await at_once(mila, "ало", Unreadable("voice"), "ало")
    assert "За доклад на един ред" in mila.text


async def test_an_institution_and_an_open_question_gather_nothing(mila: Chat, somebody: Joining) -> None:
    school = await somebody("school", "Вяра", "I10")
    await at_once(school, "ало", "има ли някой", "ало")
    assert "кои са посещенията" not in school.text
    await mila.says("/ask")
    await at_once(mila, "кой", GATE, GATE, GATE)
    assert "кои са посещенията" not in mila.text


async def test_a_personal_number_is_told_and_never_kept(mila: Chat, database: Database) -> None:
    number = made_up_number()
    await at_once(mila, f"ЕГН {number}", photo("a", f"ЕГН {number}"), "14 никой")
    assert mila.text.count("ЕГН тук не се пази") == 2
    assert number not in await journals(database)
    await mila.taps("Само част")
    assert mila.labels[:2] == ["1 съобщение", "1 снимка"]


async def test_more_comes_while_it_is_sorted_and_is_asked_for_at_the_end(mila: Chat) -> None:
    await at_once(mila, "14 никой", "15 отказ", "3 никой")
    await mila.says("4 никой")
    assert mila.text.startswith("4 съобщения")
    await mila.taps("БЯ-014", "БЯ-015", "БЯ-003", "БЯ-004")
    await at_once(mila, photo("late"))
    assert mila.text.startswith("1 снимка")
    await mila.taps("БЯ-005")
    assert "БЯ-005 · Бяла, ул. Дунав 5: 1 снимка" in mila.text


async def test_a_photo_with_a_number_that_comes_alone_begins_its_report_and_the_pile_waits(
    mila: Chat, database: Database
) -> None:
    await at_once(mila, "14 никой", "15 отказ", "3 никой")
    mila.now += timedelta(minutes=2)
    said = await at_once(mila, photo("a", "4 никой"))
    assert said.startswith("Изпратеното е в Чернови.\n\nПрегледайте и запазете.")
    assert await drafts(database) == ["3 съобщения"]


async def test_what_is_written_while_it_is_sorted_is_looked_for(mila: Chat) -> None:
    await at_once(mila, photo("a"), "желязна врата", GATE)
    await at_once(mila, "Дряновец")
    assert mila.labels[0].startswith("БЯ-002 · Дряновец")
    await mila.taps("БЯ-002")
    assert mila.text.startswith("Ще станат чернови")


async def test_cases_that_were_visited_nearby_are_offered_first(mila: Chat) -> None:
    for number, north in ((9, 43.4601), (11, 43.46), (7, 43.5)):
        await at_once(mila, f"{number} никой")
        await mila.taps("Промени", "Място")
        await mila.sends(Located(Place(north, 25.73)))
        await mila.taps("Запази")
    await at_once(mila, photo("a"), "желязна врата", GATE)
    assert [label[:6] for label in mila.labels[:3]] == ["БЯ-011", "БЯ-009", "БЯ-001"]


async def test_a_draft_of_the_case_can_take_it_and_keeps_what_it_has(mila: Chat, database: Database) -> None:
    await at_once(mila, photo("a", "14 никой желязна врата"))
    await mila.says("/menu")
    await at_once(mila, "БЯ-014 куче", photo("b"), GATE)
    await mila.taps("БЯ-014", "В тази чернова", "Направи черновите", "БЯ-014")
    assert "Бележка: желязна врата; куче\nСнимки: 2\nМясто: 43.46000, 25.73000" in mila.text


async def test_photos_that_were_answered_are_answered_with_more(mila: Chat) -> None:
    await at_once(mila, "14 никой")
    await mila.taps("Промени", "Снимки")
    await mila.shows(2)
    await mila.taps("Готово")
    await mila.says("/menu")
    await at_once(mila, photo("c"), "БЯ-014 куче", GATE)
    await mila.taps("И следващото", "БЯ-014", "В тази чернова", "Направи черновите", "БЯ-014")
    assert "Снимки: 3" in mila.text


@pytest.mark.parametrize("caption", ["14 никой", f"14 никой {'я' * 290}"])
async def test_a_draft_that_is_full_or_gone_leaves_a_new_one(mila: Chat, database: Database, caption: str) -> None:
    await at_once(mila, *[photo(str(n), caption if n == 0 else "") for n in range(9)])
    await mila.says("/menu")
    await at_once(mila, "БЯ-014 голямо куче", photo("b"), photo("c"), GATE)
    await mila.taps("БЯ-014", "В тази чернова", "Направи черновите")
    assert await drafts(database) == ["БЯ-014", "БЯ-014"]


async def test_a_draft_that_was_saved_meanwhile_leaves_a_new_one(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 никой")
    await mila.says("/menu")
    await at_once(mila, "БЯ-014 куче", photo("b"), GATE)
    await mila.taps("БЯ-014", "В тази чернова")
    async with database.transaction() as tx:
        await tx.run("DELETE FROM journal WHERE name = 'visit'")
    await mila.taps("Направи черновите")
    assert await drafts(database) == ["БЯ-014"]


async def test_two_groups_of_one_case_go_together_if_the_person_says_so(mila: Chat, database: Database) -> None:
    await at_once(mila, photo("a"), "14 никой", GATE)
    await at_once(mila, "14")
    await mila.taps("БЯ-014", "БЯ-014", "В тази чернова", "Направи черновите")
    assert await drafts(database) == ["БЯ-014"]
    await mila.taps("БЯ-014")
    assert "Резултат: Никой на адреса" in mila.text
    assert "Снимки: 1" in mila.text


async def test_more_than_ten_photos_of_one_case_are_two_drafts_without_a_question(
    mila: Chat, database: Database
) -> None:
    await at_once(mila, "14 никой", GATE, *[photo(str(n)) for n in range(11)])
    assert "И следващото" not in mila.labels
    await mila.taps("БЯ-014")
    await at_once(mila, "14")
    await mila.taps("БЯ-014", "Направи черновите")
    assert await drafts(database) == ["БЯ-014", "БЯ-014"]


async def test_of_a_child_at_risk_the_draft_has_only_the_fact(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 риск плаче", photo("a"), GATE)
    await mila.taps("БЯ-014")
    assert "се записва само фактът" in await mila.taps("Направи черновите")
    assert "плаче" not in await journals(database)
    assert '"unique":"a"' not in await journals(database)


async def test_a_note_that_is_too_long_is_asked(mila: Chat) -> None:
    await at_once(mila, "14 никой", "я" * 200, "ю" * 200)
    await mila.taps("БЯ-014")
    assert "БЯ-014 · Дряновец, ул. Дунав 14: " in await mila.taps("Направи черновите")
    assert "бележка" in (await mila.taps("БЯ-014")).casefold()


async def test_a_case_that_left_meanwhile_leaves_a_draft_without_one(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 никой", GATE, photo("a"))
    await mila.taps("БЯ-014")
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL WHERE running = 14")
    await mila.taps("Направи черновите")
    assert await drafts(database) == [""]
    await mila.taps("БЯ-014")
    assert mila.text.startswith("Кой случай посетихте?")


async def test_an_old_button_of_a_case_that_has_left_loses_nothing(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 никой", GATE, photo("a"))
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL WHERE running = 14")
    await mila.taps("БЯ-014")
    assert "Доклад без избран случай: 1 съобщение" in mila.text
    await mila.taps("Направи черновите")
    assert await drafts(database) == [""]


async def test_a_second_tap_makes_no_second_drafts(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 никой", GATE, photo("a"))
    await mila.taps("БЯ-014")
    make = mila.button("Направи черновите")
    await mila.sends(make)
    await mila.sends(make)
    assert mila.text.startswith("Този бутон е от нещо вече приключено.")
    assert await drafts(database) == ["БЯ-014"]


async def test_a_pile_can_be_thrown_away(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 никой", GATE, photo("a"))
    assert (await mila.says("/cancel")).startswith("Изтрито. Нищо не е записано.")
    assert await drafts(database) == []


async def test_a_photo_of_a_pile_that_is_lost_leaves_it(mila: Chat, database: Database) -> None:
    await at_once(mila, "14 никой", photo("a"), photo("b"), GATE)
    [told] = await lost(database, "a")
    assert told.talk == mila.shown.talk
    assert '"unique":"a"' not in await journals(database)
    await mila.says("/menu")
    await opened(mila, "2 съобщения")
    assert "1 снимка, 1 място" in mila.text


async def test_a_pile_is_announced_before_it_goes_and_stray_words_are_forgotten_sooner(
    mila: Chat, database: Database
) -> None:
    await at_once(mila, "14 никой", GATE, photo("a"))
    await mila.says("/menu")
    await at_once(mila, "нещо си")
    async with database.transaction() as tx:
        later = NOW + timedelta(days=7)
        [told] = await notices.drafts_end(tx, WORK, later.date(), later, TODAY + timedelta(days=8), later)
    assert Words("bg", later.date()).say(told.view.lines[0]).startswith("Чернова за 1 съобщение, 1 снимка, 1 място")
    assert "нещо си" not in await journals(database)
