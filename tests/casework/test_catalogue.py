"""The default catalogue is complete, and a broken one is told all its mistakes at once."""

from __future__ import annotations

import re
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
        (("languages = ", "languges = "), "languages: it is missing"),
        (('label = { bg = "Майка", en = "Mother" }', 'label = { bg = "Майка" }'), "has no label in 'en'"),
        (('short = ["отказ"', 'short = ["никой"'), "means two outcomes"),
        (("goes_on = true", "goes_onn = true"), "goes_onn"),
        (('on = "09-01"', ""), "either `days` or `on"),
        (("first_step", "first_step = = "), "not TOML"),
        (('first_status = "S11"', 'first_status = "S99"'), "first_status"),
        (('first_step = "visit"', 'first_step = "go"'), "first_step"),
        (("[groups.", "[grups."), "groups: it is missing"),
        (('"никой"', '"няма никой"'), "more than one word"),
        (('on = "09-01"', 'on = "02-29"'), "no day of every year"),
        (('on = "09-01"', 'on = "13-01"'), "no day of every year"),
        (("first_days = 5", 'first_days = "пет"'), "first_days"),
        (('languages = ["bg", "en"]', 'languages = "bg"'), "languages"),
        (('languages = ["bg", "en"]', "languages = []"), "languages"),
        (('leader_step = "leader"', 'leader_step = ["leader"]'), "leader_step"),
        (('[met.W01]\nlabel = { bg = "Майка", en = "Mother" }', "[met]\nW01 = 3"), "[met] W01"),
        (("[groups.G2]", "[groups.G4]"), "groups: there is no 'G2'"),
        (("[outcomes.O20]", "[outcomez.O20]"), "outcomez: it is not a part"),
        (('on = "09-01"', 'on = "30"'), "no day of every month"),
        (("closes = true\n", ""), "[outcomes.O33] status: closes the case with an open status, or the reverse"),
        (('refers = ["M60"]', 'refers = ["M61", "M99"]'), "[outcomes.O30] refers: there is no measure 'M99'"),
        (('refers = ["M60"]', 'refers = ["M00"]'), "'M00' goes to no institution"),
        (('institution = "I20"', 'institution = "I21"'), "[measures.M20] institution: there is no institution 'I21'"),
        (('to = ["S60", "S61", ', 'to = ["S99", "S61", '), "[statuses.S50] to: there is no status 'S99'"),
        (('kept = "S60"', 'kept = "S21"'), "[retention] kept: 'S21' is an open status"),
        (("[7, 30, 90, 150, 210]", "[7, 30, 30, 150, 210]"), "the days do not rise"),
        (("stopped = [22, 28]", "stopped = [4, 28]"), "`filed`, then `stopped`"),
        (("stopped = [22, 28]", "stopped = [22, 31]"), "[retention] stopped"),
        (('at_risk = "G3"', 'at_risk = "G9"'), "[retention] at_risk: there is no group 'G9'"),
        (('to = ["S60", "S61", ', 'to = ["S61", '), "[retention] kept: 'S60' may not follow 'S50'"),
        (('to = ["S60", "S61", "S20", "S21", ', 'to = ["S60", "S61", '), "[checks.C20] status: 'S21' may not follow"),
        (("good = true\n", ""), "there is no good one"),
        (('counts = true\nstatus = "S21"', "counts = true"), "needs a `status` and a `step`"),
        (("leader = 1", "leader = 3"), "[ladder] coordinator: the working days do not rise"),
        (("leader = 1", "leader = -1"), "[ladder] leader: "),
        (("region = 7", "mayor = 7"), "[ladder] mayor: it is not a part of a catalogue"),
        (("[ladder]\nmember = 0\nleader = 1\ncoordinator = 3\nregion = 7", "[ladder]"), "ladder: nobody is told"),
        (('"S10"\nunassigned_step', '"S12"\nunassigned_step'), "unassigned_status: there is no status 'S12'"),
    ],
)
def test_a_mistake_is_said(change: tuple[str, str], said: str) -> None:
    with pytest.raises(CatalogueError) as told:
        catalogue.load(DEFAULT.replace(*change))
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        ("overdue_days = 14", "overdue_days = -1", "overdue_days: Input should be greater than or equal to 0"),
        ("overdue_days = 14", 'overdue_days = "две седмици"', "overdue_days: Input should be a valid integer"),
        ("overdue_days = 14", "older_than = 14", "older_than: it is not a part of a catalogue"),
        ("overdue_days = 14", 'groups = ["G9"]', "groups: there is no group 'G9'"),
        ("overdue_days = 14", 'statuses = ["S40", "S99"]', "statuses: there is no status 'S99'"),
        ('steps = ["proof"]', 'steps = ["prof"]', "steps: there is no step 'prof'"),
        ('outcomes = ["O11"]', 'outcomes = ["O12", "O98"]', "outcomes: there is no outcome 'O98'"),
        ("visited = false", 'visited = "never"', "visited: Input should be a valid boolean"),
    ],
)
def test_a_list_that_cannot_be_made_is_refused_with_its_line(line: str, wrong: str, said: str) -> None:
    broken = DEFAULT.replace(f"\n{line}\n", f"\n{wrong}\n")
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken)
    assert str(told.value).startswith(f"line {broken.splitlines().index(wrong) + 1}: [lists.Q")
    assert said in str(told.value)


def test_a_list_that_would_hold_every_case_is_refused_at_its_head() -> None:
    broken = DEFAULT.replace("overdue_days = 14\n", "")
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken)
    head = broken.splitlines().index("[lists.Q10]") + 1
    assert str(told.value) == f"line {head}: [lists.Q10]: does not say which cases are on it"


def test_a_mistake_is_told_with_its_line() -> None:
    broken = DEFAULT.replace('step = "retry"', 'step = "rety"', 1).replace("late_at_most = 2", "late_at_most = -2")
    lines = broken.splitlines()
    wrong_step = lines.index('step = "rety"') + 1
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken.replace("late_at_most = -2", "late_at_most = 2"))
    assert str(told.value) == f"line {wrong_step}: [outcomes.O20] step: there is no step 'rety'"
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken)
    assert str(told.value).startswith(f"line {lines.index('late_at_most = -2') + 1}: late_at_most: ")


def test_what_is_missing_is_told_at_the_head_of_its_table() -> None:
    broken = DEFAULT.replace('status = "S21"\n', "", 1)
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken)
    head = broken.splitlines().index("[outcomes.O20]") + 1
    assert str(told.value) == f"line {head}: [outcomes.O20] status: it is missing"


def test_a_status_from_which_a_case_never_ends_is_refused() -> None:
    """Two statuses that only lead to each other."""
    broken = re.sub(r"(\[statuses.S40\]\n.*\nto = )\[.*\]", r'\1["S41"]', DEFAULT)
    broken = re.sub(r"(\[statuses.S41\]\n.*\nto = )\[.*\]", r'\1["S40"]', broken)
    with pytest.raises(CatalogueError) as told:
        catalogue.load(broken)
    assert [line.split(": ", 1)[1] for line in str(told.value).splitlines()] == [
        "[statuses.S40]: no closed status can be reached from it",
        "[statuses.S41]: no closed status can be reached from it",
    ]


def test_a_catalogue_that_is_no_table_is_told() -> None:
    with pytest.raises(CatalogueError) as told:
        catalogue.load("outcomes = 3")
    assert "outcomes" in str(told.value)


def test_a_short_word_is_found_however_it_is_written() -> None:
    book = catalogue.load(DEFAULT.replace('"никой"', '"Никой"'))
    assert "никой" in book.outcomes["O20"].short


def test_a_catalogue_in_one_language_is_said_in_it_to_everybody() -> None:
    book = catalogue.load(re.sub(r', en = ".*" }', " }", DEFAULT).replace('["bg", "en"]', '["bg"]'))
    assert book.outcomes["O20"].label("en") == "Никой на адреса"
