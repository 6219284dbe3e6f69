"""No hidden figure can be worked out from the shown ones of a line, whatever the table."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.hiding import Hidden, Line, hide

LEAST = 5
Key = tuple[int | None, int | None]


def crossed(cells: list[list[int]]) -> tuple[dict[Key, int], list[Line[Key]]]:
    """A table with its totals at the right and below, as counts and lines."""
    rows, columns = range(len(cells)), range(len(cells[0]))
    values: dict[Key, int] = {(r, c): cells[r][c] for r in rows for c in columns}
    values |= {(r, None): sum(cells[r]) for r in rows}
    values |= {(None, c): sum(row[c] for row in cells) for c in columns}
    values[None, None] = sum(map(sum, cells))
    lines = [Line[Key]((r, None), tuple((r, c) for c in columns)) for r in (*rows, None)]
    lines += [Line[Key]((None, c), tuple((r, c) for r in rows)) for c in (*columns, None)]
    return values, lines


tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 12), min_size=columns, max_size=columns), min_size=1, max_size=5
    )
)  # fmt: skip


@given(tables)
def test_no_hidden_figure_is_told_by_one_subtraction_in_its_row_or_column(cells: list[list[int]]) -> None:
    values, lines = crossed(cells)
    gone = hide(values, lines, LEAST)
    for line in lines:
        hidden = [one for one in line.all if one in gone]
        assert len(hidden) != 1, (line, hidden)


@given(tables)
def test_every_small_count_is_hidden_and_only_these_are_told_as_small(cells: list[list[int]]) -> None:
    values, lines = crossed(cells)
    gone = hide(values, lines, LEAST)
    small = {one for one, count in values.items() if 1 <= count <= 4}
    assert gone.small <= small <= gone.small | gone.others
    assert not gone.small & gone.others


@given(st.lists(st.integers(0, 9), min_size=2, max_size=4))
def test_in_one_line_every_small_count_could_be_another_one_too(counts: list[int]) -> None:
    parts = tuple(range(len(counts)))
    values = {**dict(enumerate(counts)), 99: sum(counts)}
    gone = hide(values, [Line(99, parts)], LEAST)
    found = {one: {world[one] for world in worlds(values, parts, gone)} for one in gone.small - {99}}
    assert all(len(possible) > 1 for possible in found.values()), (counts, gone)


def worlds(values: dict[int, int], parts: tuple[int, ...], gone: Hidden[int]) -> list[dict[int, int]]:
    """All the tables that look the same to a reader."""
    ranges = [
        range(1, LEAST) if one in gone.small else range(30) if one in gone.others else [values[one]] for one in parts
    ]
    made = [dict(zip(parts, chosen, strict=True)) for chosen in product(*ranges)]
    if 99 in gone.others:
        return made
    if 99 in gone.small:
        return [one for one in made if 0 < sum(one.values()) < LEAST]
    return [one for one in made if sum(one.values()) == values[99]]


@pytest.mark.parametrize(
    ("counts", "small", "others"),
    [
        ([9, 8, 7], set(), set()),
        ([3, 8, 7], {0}, {2}),
        ([0, 3, 8], {1}, {2}),
        ([1, 1, 9], {0, 1}, {2}),  # two that make 2 are both 1
        ([4, 3, 9], {0, 1}, set()),
        ([3, 0, 0], {0, 99}, set()),  # the total is as small as its only part
        ([0, 0, 0], set(), set()),
    ],
)
def test_what_is_hidden_beside_a_small_count(counts: list[int], small: set[int], others: set[int]) -> None:
    values = {**dict(enumerate(counts)), 99: sum(counts)}
    assert hide(values, [Line(99, (0, 1, 2))], LEAST) == Hidden(frozenset(small), frozenset(others))


def test_a_small_total_of_as_many_parts_is_not_told_to_be_small() -> None:
    values = {**dict.fromkeys(range(4), 1), 99: 4}
    assert hide(values, [Line(99, (0, 1, 2, 3))], LEAST) == Hidden(frozenset(range(4)), frozenset({99}))


def test_where_no_other_part_is_left_the_total_goes() -> None:
    values = {"a": 4, "b": 4, "c": 0, "all": 8}  # two that make 8 are both 4
    assert hide(values, [Line("all", ("a", "b", "c"))], LEAST).others == {"all"}


def test_a_nought_goes_only_when_nothing_else_is_left() -> None:
    values = {"a": 0, "b": 6, "c": 3, "all": 9}
    lines = [Line("all", ("a", "b", "c")), Line("b", ("a",)), Line("all", ("a",))]
    gone = hide(values, lines, LEAST)
    assert {"b"} <= gone.others
    assert all(sum(one in gone for one in line.all) != 1 for line in lines)


def test_of_parts_that_overlap_none_is_left_alone() -> None:
    values = {"a": 3, "b": 12, "c": 7, "all": 13}
    gone = hide(values, [Line("all", ("a", "b", "c"), is_sum=False)], LEAST)
    assert gone == Hidden(frozenset({"a"}), frozenset({"c"}))
