"""What `make long` plays besides; all of it would take a quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def but_for(values: Iterable[Any], is_short: Callable[[Any], bool]) -> list[Any]:
    """For `parametrize`: each value, those that are not in the short form with their mark."""
    return [one if is_short(one) else pytest.param(one, marks=pytest.mark.long) for one in values]
