"""Every button, command, typed word and file, tried by each role on what is out of its reach: it is not there.

What a newcomer gets wrong: "not there" is compared with the answer for a number that nothing has. Whoever could tell
the two apart would know that a child is here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers import buttons, flows, router
from sandbox import Sandbox
from tests.access import table
from tests.access.stage import ALL, ROLES, SHORT, Heard, Stage, stage
from tests.access.table import names_of
from tests.long import but_for

SEE_CASE_1 = {"member", "leader", "municipal", "regional", "away"}
STRANGER, NOTE, ONLY, BARRED = "за поканени екипи", "Приемате ли?", "Тук за Вас", "Посещенията се докладват"
OWN_HOURS = {"open_hours", "own_days", "zone", "pause", "end_pause"}
OF_READERS = {"season", "settings", "about_me", "language", "notices", "connect", "read", "help", "menu", *OWN_HOURS}
OF_INSTITUTIONS = OF_READERS - {"season"} | {
    "waiting", "referral", "accept", "reply", "not_ours", "why_not", "checks", "check", "check_others", "check_not",
    "search", "help_more", "ask", "helped", "card", "name", "away", "here_again",
}  # fmt: skip
ALWAYS: dict[str, tuple[str, set[str]]] = {
    "released": (STRANGER, set()), "stranger": (STRANGER, set()), "unaccepted": (NOTE, set()),
    "reader": (ONLY, OF_READERS), "institution": (BARRED, OF_INSTITUTIONS),
}  # fmt: skip
"""What those are told who have few buttons or none, whatever they tap but these."""


def test_every_button_command_and_flow_stands_in_the_table() -> None:
    assert set(buttons.BUTTONS) == set(table.BUTTONS)
    assert set(flows.FLOWS) == set(table.FLOWS)
    assert set(router.COMMANDS) == set(table.COMMANDS)
    used = {name for values in table.BUTTONS.values() for one in values for name in names_of(one)}
    assert used == ALL


@pytest.mark.parametrize("role", but_for(ROLES, SHORT.__contains__))
async def test_a_button_shows_and_changes_nothing_out_of_reach(role: str, sandbox: Sandbox, tmp_path: Path) -> None:
    async with stage(sandbox, tmp_path, role) as here:
        own = (await here.taps("go.card.1")).own[0]["text"]
        assert ("БЯ-001" in own) == (role in SEE_CASE_1)
        wrong = []
        for key, values in table.BUTTONS.items():
            for template in values:
                wrong += [f"{key}.{template}: {why}" for why in await _tried(here, role, key, template)]
        assert wrong == []


async def _tried(here: Stage, role: str, key: str, template: str) -> list[str]:
    names = names_of(template)
    if names - here.outside:
        return []  # theirs to see
    if not names:
        return _shown(here, role, key, await here.taps(f"go.{key}.{template}"))
    await here.forgets()
    before = await here.kept()
    of_it = await here.taps(f"go.{key}.{here.elsewhere.named(template)}")
    await here.forgets()
    after = await here.kept()
    of_nothing = await here.taps(f"go.{key}.{here.elsewhere.missing(template)}")
    changed = [f"{name} has {set(after[name]) ^ set(before[name])}" for name in before if after[name] != before[name]]
    same = here.as_of_nothing(of_it) == here.as_of_nothing(of_nothing)
    told = [] if same else [f"{here.as_of_nothing(of_it)} is not {here.as_of_nothing(of_nothing)}"]
    return [*_shown(here, role, key, of_it), *changed, *told]


def _shown(here: Stage, role: str, key: str, heard: Heard) -> list[str]:
    """Somebody is always answered, nobody else is told, and nothing of the others is said."""
    silent = [] if heard.own else ["no answer"]
    others = [f"{heard.others} were told"] if heard.others else []
    always, theirs = ALWAYS.get(role, ("", set()))
    said = [one["text"] for one in heard.own if always not in one["text"] and key not in theirs]
    return [*silent, *others, *said, *(f"{mark} is told" for mark in here.betrayed(heard))]
