"""Commands, typed numbers and streets, reports in one line, captions, and questions that take any case: nothing of what
is out of reach can be told from what does not exist."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from tests.access import table
from tests.access.elsewhere import MISSING, PREFIX, STREET
from tests.access.stage import ROLES, SHORT, Heard, Stage, stage
from tests.long import but_for

REACH_NOTHING_THERE = [role for role in ROLES if role != "regional"]
THERE = {"number": f"{PREFIX}-001", "word": STREET, "running": "17"}
NOWHERE = {"number": f"{PREFIX}-777", "word": "Никаква", "running": "777", "case": MISSING}
"""Nobody has a case 17 or 777 within reach."""
BEGUN = {
    "visit": ("go.report.0",),
    "find": ("go.find.",),
    "ask": ("go.ask.", "Как?", "=case"),
    "fix": ("go.fix.1", "=change", "=c.case"),
    "sort": ("БЯ-001 никой", "БЯ-002 никой", "БЯ-003 никой"),
}
"""What leads to the question of a flow that takes any case: a button, words, or the value of an open question."""
HAVE_CASES = ("member", "leader", "municipal", "away")
ASKED = {"question", "audit"}
"""What changes when a question to a coordinator is sent, with or without its case."""


def test_every_flow_that_takes_any_case_is_tried() -> None:
    assert set(BEGUN) == {name for name, takes in table.FLOWS.items() if takes == table.PICKS}


@pytest.mark.parametrize("role", but_for(REACH_NOTHING_THERE, SHORT.__contains__))
async def test_what_is_typed_finds_nothing_out_of_reach(role: str, sandbox: Sandbox, tmp_path: Path) -> None:
    async with stage(sandbox, tmp_path, role) as here:
        wrong = []
        for template in _every_text():
            wrong += await _tried(here, template, here.says)
            wrong += await _tried(here, template, lambda text: _with_a_photo(here, text))
        assert wrong == []


@pytest.mark.parametrize("role", but_for(HAVE_CASES, SHORT.__contains__))
async def test_a_question_that_takes_any_case_takes_none_out_of_reach(
    role: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    async with stage(sandbox, tmp_path, role) as here:
        wrong = []
        for flow, begins in BEGUN.items():
            for template in ("={case}", *table.TYPED):
                wrong += await _tried(here, template, lambda text: _answers(here, text), flow, begins)
        assert wrong == []


def _every_text() -> list[str]:
    said = [f"/{name} {behind}".strip() for name, every in table.COMMANDS.items() for behind in every]
    return [*said, *table.TYPED]


async def _with_a_photo(here: Stage, caption: str) -> Heard:
    return await here.hears(lambda: here.me.shows_photo(caption=caption), patiently=True)


async def _answers(here: Stage, said: str) -> Heard:
    """`=value` is a tap at the open question."""
    if said.startswith("go."):
        return await here.taps(said)
    if not said.startswith("="):
        return await here.hears(lambda: here.me.says(said), patiently=True)
    shown = next(one for one in reversed(here.me.chat) if one.from_bot and _asks(one.buttons))
    talk, key, _value = next(b.data for row in shown.buttons for b in row if not b.data.startswith("go.")).split(".", 2)
    return await here.taps(f"{talk}.{key}.{said[1:]}")


def _asks(rows: Any) -> bool:
    return any(not button.data.startswith("go.") for row in rows for button in row)


async def _tried(
    here: Stage,
    template: str,
    says: Callable[[str], Awaitable[Heard]],
    flow: str = "",
    begins: tuple[str, ...] = (),
) -> list[str]:
    before = await here.kept()
    told = []
    for what in ({**THERE, "case": here.elsewhere.numbers["case"]}, NOWHERE):
        await here.forgets()
        for step in begins:
            asked = await _answers(here, step)
        assert not begins or _is_asked_for_a_case(asked), (flow, asked)
        heard = await says(template.format(**what))
        told.append(([_without(one, what) for one in here.as_of_nothing(heard)], heard))
    await here.forgets()
    after = await here.kept()
    (of_it, heard), (of_nothing, _heard) = told
    wrong = [] if heard.own else ["no answer"]
    wrong += [f"{heard.others} were told"] if heard.others else []
    wrong += [] if of_it == of_nothing else [f"{of_it} is not {of_nothing}"]
    may_change = ASKED if flow == "ask" else set()
    wrong += [f"{name} has changed" for name in before if name not in may_change and before[name] != after[name]]
    # What was typed may be said again to whoever typed it.
    wrong += [f"{mark} is told" for mark in here.betrayed(heard) if mark not in (STREET, f"{PREFIX}-0")]
    return [f"{flow} {template}: {why}" for why in wrong]


def _is_asked_for_a_case(asked: Heard) -> bool:
    return any(button["label"].startswith("БЯ-") for row in asked.own[-1]["buttons"] for button in row)


def _without(one: tuple[str, Any], what: Mapping[str, str]) -> tuple[str, str]:
    """The answer without what was typed, and without the time of the day."""
    words = "|".join(sorted((re.escape(word) for word in what.values()), key=len, reverse=True))
    typed = re.compile(rf"\d\d:\d\d|(?<!\d)({words})(?!\d)", re.I)
    text, rows = one
    return typed.sub("#", text), typed.sub("#", str(rows))
