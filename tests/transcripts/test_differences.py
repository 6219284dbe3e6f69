"""What is a difference between two messengers, and what is only the way one of them shows everything."""

from __future__ import annotations

from tests.transcripts.differences import difference, standing
from tests.transcripts.format import Step

ASKED = "| Защо?\n| [Друго]\n| [Пропусни] [По-късно]"
TICKED = "| Защо?\n| [✓ Друго]\n| [Готово] [По-късно]"
ALONE = "| (само бутони)\n| [✓ Друго]\n| [Готово] [По-късно]"
SAVED = "| Записано.\n| [Моите случаи] [Последни доклади]"


def step(*answers: str, instead: str = "", line: str = "> Мила натиска: Друго") -> Step:
    return Step(line, answers=answers, instead=instead)


def told(written: list[Step], seen: list[Step]) -> str:
    return difference(written, standing(written, seen, "bg"), "bg")


def test_the_same_is_no_difference() -> None:
    assert told([step(ASKED), step(SAVED)], [step(ASKED), step(SAVED)]) == ""


def test_other_rows_and_an_added_way_to_the_menu_are_none_either() -> None:
    grid = "| Записано.\n| [Моите случаи]\n| [Последни доклади]\n| [Меню]"
    assert told([step(SAVED)], [step(grid)]) == ""


def test_a_lost_way_to_the_menu_is_one_and_so_is_any_other_button() -> None:
    assert told([step("| Така.\n| [Меню]")], [step("| Така.")]).endswith("-| [Меню]\n")
    assert told([step(SAVED)], [step("| Записано.\n| [Моите случаи]")]).endswith("-| [Последни доклади]\n")
    added = "| Записано.\n| [Моите случаи] [Последни доклади]\n| [Към въпроса] [Меню]"
    assert told([step(SAVED)], [step(added)]).endswith("+| [Към въпроса]\n")


def test_buttons_alone_are_read_with_the_words_that_stand_above_them() -> None:
    assert told([step(ASKED), step(TICKED)], [step(ASKED), step(ALONE)]) == ""
    refused = f"| Моля, натиснете бутон.\n|\n{ASKED}"
    assert told([step(refused), step(TICKED)], [step(refused), step(ALONE)]) == ""


def test_buttons_alone_under_other_words_are_a_difference() -> None:
    change = step("| Какво да променим?\n| [Мерки]")
    found = told([step(ASKED), change], [step(ASKED), step("| (само бутони)\n| [Мерки]")])
    assert found == ("@@ > Мила натиска: Друго @@\n-| Какво да променим?\n+| (само бутони)\n | [Мерки]\n")
    notice = "| → Мила\n| Случай за Вас.\n| [Покажи]"
    written = [step(ASKED), step(notice, line="> Лидия натиска: Предай"), step(TICKED)]
    assert "(само бутони)" in told(written, [*written[:2], step(ALONE)])


def test_the_words_of_another_chat_are_not_those_above() -> None:
    other = "> Лидия натиска: Друго"
    written = [step("| Нещо.\n| [Меню]"), step(ASKED, line=other), step(TICKED)]
    assert "(само бутони)" in told(written, [*written[:2], step(ALONE)])


def test_one_keyboard_stands_at_the_end_of_a_chat_and_takes_the_others_away() -> None:
    picture = "| (картинка)"
    both = [step(SAVED, picture)], [step("| Записано.", f"{picture}\n| [Моите случаи] [Последни доклади]")]
    assert told(*both) == ""
    asked = [step(SAVED, ASKED)], [step("| Записано.", ASKED)]
    assert told(*asked).endswith("-| [Моите случаи]\n-| [Последни доклади]\n | [Друго]\n")


def test_a_new_paragraph_is_read_below_what_stands_above_it() -> None:
    review, change = step("| Прегледайте.\n| Кога: днес\n| [Промени]"), "| Какво да променим?\n| [Кога: днес]"
    assert told([review, step(f"| Прегледайте.\n|\n{change}")], [review, step(change)]) == ""
    other = f"| Прегледайте.\n| Кога: вчера\n|\n{change}"
    assert "-| Кога: вчера\n" in told([review, step(other)], [review, step(change)])


def test_what_was_done_instead_is_said_also_where_the_answer_is_the_same() -> None:
    found = told([step(SAVED)], [step(SAVED, instead="gone; tapped all the same")])
    assert found == "@@ > Мила натиска: Друго @@\n# gone; tapped all the same\n"


def test_a_message_more_or_less_is_a_difference() -> None:
    assert "+| Още нещо.\n" in told([step(SAVED)], [step(SAVED, "| Още нещо.")])
    assert told([step(SAVED)], [step()]).count("\n-") == 3
