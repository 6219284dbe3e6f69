"""Where a coordinator is, as a button carries it: short, and whatever comes back is a place of ours or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.channels import buttons
from casework.records import Case
from handlers.desk import place as places
from handlers.desk.case import DEEDS
from handlers.desk.place import CARD, PEOPLE, PERSON, PLACE, WHOLE, Place, Seen
from handlers.engine.scene import Message
from handlers.engine.views import BELOW, Button, View

PLACES = st.builds(
    Place,
    st.sampled_from("domatnw"),
    st.integers(0, 2**32 - 1),
    st.integers(0, 99_999),
    st.none() | st.dates(date(2026, 1, 1), date(2099, 12, 31)),
)
CASE = Case(1, "БЯ-001", "G1", "Бяла", "Бяла", "", None, "S11", 1, "visit", None)


@given(PLACES, st.integers(1, 10**9), st.integers(1, 10**6))
def test_a_place_comes_back_as_it_went_and_every_button_is_short_enough(
    place: Place, case_id: int, version: int
) -> None:
    value = places.value(replace(CASE, id=case_id, version=version), place)
    assert places.read(place.token) == place
    assert places.seen(value) == Seen(case_id, version, place)
    told = Message(View(()))
    for key in (*DEEDS, CARD + BELOW, WHOLE):
        buttons.write(told, Button("", value, key))
    for key in (PLACE, PEOPLE):
        buttons.write(told, Button("", place.token, key))
    buttons.write(told, Button("", f"{case_id}.{place.token}", PERSON))


@given(st.text(max_size=70) | st.from_regex(r"[domatnwx]?\d*\.\d*\.\d*", fullmatch=True))
def test_whatever_comes_back_is_a_place_or_none(token: str) -> None:
    place = places.read(token)
    assert place is None or places.read(place.token) == place
    seen = places.seen(token)
    assert seen is None or seen.place == places.read(seen.place.token)


@given(st.text(min_size=1, max_size=80))
def test_a_municipality_with_a_name_has_a_mark(name: str) -> None:
    assert 0 <= places.mark(name) < 2**32
    assert places.mark("") == 0
