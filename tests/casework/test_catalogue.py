"""The default catalogue is complete, and a broken one is told all its mistakes at once."""

from __future__ import annotations

from importlib.resources import files

import pytest

from casework import catalogue
from casework.catalogue import CatalogueError

DEFAULT = (files("casework") / "catalogue.toml").read_text("utf-8")


def test_the_default_has_every_part_of_the_field() -> None:
    book = catalogue.load()
    sizes = {name: len(getattr(book, name)) for name in ("outcomes", "reasons", "measures", "statuses", "groups")}
    assert sizes == {"outcomes": 18, "reasons": 20, "measures": 27, "statuses": 11, "groups": 3}
    assert book.outcomes["O20"].label("bg") == "Никой на адреса"
    assert next(iter(book.outcomes)) == "O20"


def test_every_mistake_is_named_in_one_go() -> None:
    broken = (
        DEFAULT.replace('status = "S50"', 'status = "S51"', 1)
        .replace('step = "retry"', 'step = "rety"', 1)
        .replace('en = "Mother"', 'en = "The mother of the child who is not in school"')
    )
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken)
    assert len(str(told.value).splitlines()) == 3
    assert "there is no status 'S51'" in str(told.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("languages = ", "languges = "), "languages is missing"),
        (('label = { bg = "Майка", en = "Mother" }', 'label = { bg = "Майка" }'), "has no label in 'en'"),
        (('short = ["отказ"', 'short = ["никой"'), "means two outcomes"),
        (("goes_on = true", "goes_onn = true"), "goes_onn"),
        (('on = "09-01"', ""), "either `days` or `on"),
        (("first_step", "first_step = = "), "not TOML"),
        (('first_status = "S11"', 'first_status = "S99"'), "first_status"),
        (('first_step = "visit"', 'first_step = "go"'), "first_step"),
        (("[groups.", "[grups."), "[groups] is missing"),
        (('"никой"', '"няма никой"'), "more than one word"),
    ],
)
def test_a_mistake_is_said(change: tuple[str, str], said: str) -> None:
    with pytest.raises(CatalogueError) as told:
        catalogue.load(DEFAULT.replace(*change))
    assert said in str(told.value)
