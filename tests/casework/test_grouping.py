"""Which of many things sent at once seem to be of one visit, and when they are many."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import catalogue, numbers, piles
from casework.numbers import CaseQuery
from casework.piles import Thing
from casework.records import Photo, Place

BOOK = catalogue.load()
TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)
DOOR, NEXT_DOOR, NEXT_VILLAGE = Place(43.4612, 25.7346), Place(43.4615, 25.7349), Place(43.4700, 25.8000)
PHOTO = Photo("telegram", "f", "u")
WORDS = st.sampled_from(["14 никой", "15 отказ", "БЯ-003 празна къща", "на бя14 пак", "куче на двора", "2 деца", ""])
PLACES = st.sampled_from([DOOR, NEXT_DOOR, NEXT_VILLAGE])


def text(words: str, after: float = 0, sent: float = 0) -> Thing:
    return Thing(0, NOON + timedelta(seconds=after), NOON + timedelta(seconds=sent), words)


def photo(words: str = "", after: float = 0) -> Thing:
    return Thing(0, NOON + timedelta(seconds=after), NOON, words, PHOTO)


def place(at: Place, after: float = 0) -> Thing:
    return Thing(0, NOON + timedelta(seconds=after), NOON, place=at)


@st.composite
def many(draw: st.DrawFn) -> list[Thing]:
    seconds = st.floats(0, 100_000)
    kinds = st.one_of(st.builds(text, WORDS, sent=seconds), st.builds(photo, WORDS), st.builds(place, PLACES))
    return draw(st.lists(kinds, max_size=25))


def counts(*things: Thing) -> list[int]:
    return [len(group) for group in piles.groups(things)]


@given(many())
def test_every_thing_is_in_one_group_and_in_its_order(things: list[Thing]) -> None:
    groups = list(piles.groups(things))
    assert [one for group in groups for one in group] == things
    assert all(groups)


@given(many(), many())
def test_what_comes_later_changes_no_group_but_makes_the_last_one_longer(
    things: list[Thing], more: list[Thing]
) -> None:
    before, after = counts(*things), counts(*things, *more)
    assert after[: len(before[:-1])] == before[:-1]
    assert not before or after[len(before) - 1] >= before[-1]


@given(many(), st.integers(0, 24))
def test_where_a_group_ended_the_rest_is_grouped_as_it_was(things: list[Thing], begun: int) -> None:
    groups = list(piles.groups(things))
    rest = [one for group in groups[begun:] for one in group]
    assert list(piles.groups(rest)) == groups[begun:]


@given(many())
def test_no_group_has_more_photos_than_a_report_or_two_cases(things: list[Thing]) -> None:
    for group in piles.groups(things):
        assert piles.photos(group) <= piles.PHOTOS_AT_MOST
        named = [one.names for one in group if one.names]
        assert all(query.may_be(named[0]) for query in named)


def test_a_number_begins_a_visit_and_photos_and_a_place_go_with_it() -> None:
    assert counts(text("14 никой"), photo(), photo(), text("15 отказ"), place(DOOR), photo()) == [3, 3]
    assert counts(photo("14"), photo(), photo("15"), photo()) == [2, 2]
    assert counts(text("14 никой"), text("на БЯ-014 пак вечерта"), text("куче на двора")) == [3]


def test_a_place_sent_at_the_gate_begins_the_visit_that_is_told_after_it() -> None:
    assert counts(place(DOOR), text("14 никой"), photo(), place(NEXT_VILLAGE), text("15 отказ")) == [3, 2]
    assert counts(place(DOOR), place(NEXT_DOOR), text("14 никой")) == [3]


def test_photos_before_the_first_number_are_for_the_person_to_say() -> None:
    assert counts(photo(), photo(), text("14 никой")) == [2, 1]


def test_things_that_were_sent_long_after_each_other_are_of_two_visits() -> None:
    assert counts(text("никой", sent=0), text("куче", sent=600), text("отказ", sent=3000)) == [2, 1]


def test_the_eleventh_photo_begins_another_group() -> None:
    assert counts(*[photo() for _n in range(11)]) == [10, 1]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("14 никой", CaseQuery("", 14)),
        ("14: никой", CaseQuery("", 14)),
        ("БЯ 14 никой", CaseQuery("БЯ", 14)),
        ("бяхме на (БЯ-014), няма никой", CaseQuery("БЯ", 14)),
        ("до 14 часа няма никой", None),
        ("ул. Здравец 14", None),
        ("", None),
    ],
)
def test_a_number_in_the_words_is_one_only_where_it_can_be_no_street(words: str, named: CaseQuery | None) -> None:
    assert numbers.named(words) == named


def test_the_words_after_the_number_are_what_is_said_of_the_case() -> None:
    assert numbers.beginning("БЯ 14  празна къща") == (CaseQuery("БЯ", 14), "празна къща")
    assert numbers.beginning("празна къща 14") == (None, "празна къща 14")


def test_numbers_may_mean_one_case_when_one_has_no_letters() -> None:
    assert CaseQuery("", 14).may_be(CaseQuery("БЯ", 14))
    assert not CaseQuery("РУ", 14).may_be(CaseQuery("БЯ", 14))
    assert not CaseQuery("", 14).may_be(CaseQuery("", 15))


def test_nobody_answers_in_three_seconds_but_a_photo_may_be_a_minute_on_its_way() -> None:
    assert piles.continues(text("никой"), text("куче", after=3))
    assert not piles.continues(text("никой"), text("куче", after=4))
    assert piles.continues(text("никой"), photo(after=60))
    assert not piles.continues(text("никой"), photo(after=61))


def needed(*things: Thing) -> bool:
    return piles.needs_sorting(things, BOOK, TODAY)


def test_two_things_and_photos_alone_are_answered_as_ever() -> None:
    assert not needed(text("14 никой"), text("15 отказ"))
    assert not needed(photo("14"), photo("15 никой"), photo(), photo())


def test_the_photos_of_one_report_are_nothing_to_sort() -> None:
    assert not needed(text("14 никой"), photo(), photo("БЯ-014"))
    assert not needed(photo(), photo(), text("14"))
    assert not needed(photo(), photo(), text("14 никой"))


def test_things_of_two_visits_or_words_that_begin_no_report_are_sorted() -> None:
    assert needed(text("14 никой"), photo(), text("15 отказ"))
    assert needed(text("14 никой"), photo(), photo("15"))
    assert needed(text("14"), photo(), photo())
    assert needed(photo(), photo(), place(DOOR))
    assert needed(photo(), photo(), text("къща с червена порта"))
    assert needed(text("14 никой"), *[photo() for _n in range(11)])


def test_what_a_person_sends_one_after_the_other_is_never_sorted() -> None:
    assert not needed(text("куче на двора"), photo(after=20), photo(after=40))


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert piles.metres(Place(43, 25), Place(44, 25)) == pytest.approx(111_195, abs=1)
    assert piles.metres(Place(60, 25), Place(60, 26)) == pytest.approx(55_597, abs=5)
    assert piles.metres(DOOR, DOOR) == 0
    assert piles.metres(DOOR, NEXT_DOOR) < piles.NEAR_METRES < piles.metres(DOOR, NEXT_VILLAGE)
