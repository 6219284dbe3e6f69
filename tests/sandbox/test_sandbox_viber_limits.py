"""Every number that Viber's documentation gives for keyboards, buttons and carousels, at both of its ends.

What a newcomer gets wrong: texts, files, receivers and rates have their limits in `test_sandbox_viber_rest.py`, and
what only a phone refuses in `test_sandbox_viber_people.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import ViberPhone
from tests.sandbox.conftest import ViberBot
from tests.sandbox.test_sandbox_viber_rest import KEY, board

Made = Callable[[int], dict[str, Any]]
LIMITS = [
    ("CustomDefaultHeight", 40, 70),
    ("HeightScale", 20, 100),
    ("ButtonsGroupColumns", 1, 6),
    ("ButtonsGroupRows", 1, 2),
]
BUTTON_LIMITS = [
    (lambda n: {"Columns": n}, 1, 6),
    (lambda n: {"Rows": n}, 1, 2),
    (lambda n: {"TextOpacity": n}, 0, 100),
    (lambda n: {"TextPaddings": [12, 0, n, 6]}, 0, 12),
    (lambda n: {"TextPaddings": [6] * n}, 4, 4),
    (lambda n: {"Text": f'<font color="#7F00FF" size="{n}">x</font>'}, 12, 32),
    (lambda n: {"Frame": {"BorderWidth": n}}, 0, 10),
    (lambda n: {"Frame": {"CornerRadius": n}}, 0, 10),
    (lambda n: {"InternalBrowser": {"CustomTitle": "я" * n}}, 0, 15),
]
CARD_LIMITS = [
    (lambda n: {"ButtonsGroupColumns": n, "Buttons": [KEY]}, 1, 6),
    (lambda n: {"ButtonsGroupRows": n, "Buttons": [KEY]}, 1, 7),
    (lambda n: {"Buttons": [{**KEY, "Rows": n}]}, 1, 7),
    # Six cards of two rows.
    (lambda n: {"ButtonsGroupRows": 2, "Buttons": [KEY] * n}, 1, 12),
]


async def keeps(bot: ViberBot, phone: ViberPhone, make: Made, least: int, most: int) -> None:
    """Both ends are taken and shown, one more and one less are refused."""
    for number, status in ((least - 1, 3), (least, 0), (most, 0), (most + 1, 3)):
        if number >= 0:
            answer = await bot.sends(phone, text="?", min_api_version=6, **make(number))
            assert answer["status"] == status, (number, answer)


@pytest.mark.parametrize(("name", "least", "most"), LIMITS)
async def test_every_number_of_a_keyboard_has_its_limits(
    viber_bot: ViberBot, mila: ViberPhone, name: str, least: int, most: int
) -> None:
    await keeps(viber_bot, mila, lambda number: {"keyboard": board(**{name: number})}, least, most)


@pytest.mark.parametrize(("make", "least", "most"), BUTTON_LIMITS)
async def test_every_number_of_a_button_has_its_limits(
    viber_bot: ViberBot, mila: ViberPhone, make: Made, least: int, most: int
) -> None:
    await keeps(viber_bot, mila, lambda number: {"keyboard": board({**KEY, **make(number)})}, least, most)


@pytest.mark.parametrize(("make", "least", "most"), CARD_LIMITS)
async def test_every_number_of_a_carousel_has_its_limits(
    viber_bot: ViberBot, mila: ViberPhone, make: Made, least: int, most: int
) -> None:
    await keeps(viber_bot, mila, lambda number: {"type": "rich_media", "rich_media": make(number)}, least, most)


@pytest.mark.parametrize("action", ["location-picker", "share-phone"])
async def test_a_carousel_asks_for_no_place_and_no_number(viber_bot: ViberBot, mila: ViberPhone, action: str) -> None:
    buttons = {"Buttons": [{**KEY, "ActionType": action}]}
    answer = await viber_bot.sends(mila, type="rich_media", min_api_version=7, rich_media=buttons)
    assert (answer["status"], f'("{action}") not found in enum' in answer["status_message"]) == (3, True)
