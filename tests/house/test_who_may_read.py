"""Every statement that reads of cases joins `visible_to` for the one who asks, or stands here with its reason."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.statements import Statement, of_module

HOUSE = Path(__file__).parents[2]
OF_CASES = (
    "child_case|visit|visit_version|transition|referral|handover|inquiry|lateness|respite|media|audit|alerted|word_of"
)
_VIEW = re.compile(r"\bvisible_to (\w+)")
_ONLY_PERHAPS = ("LEFT JOIN visible_to", "NOT EXISTS (SELECT 1 FROM visible_to", "OR EXISTS (SELECT 1 FROM visible_to")
"""So the view is looked at and binds nobody."""

RULES, SCHEDULE, IMPORT = "the rules of the case", "the schedule, which tells whoever may see it", "the import"
NO_CASE = "a number or a place; no case can be told from it"
COUNTED = "counted and never shown, of the reach of the report; whoever gets aggregates sees no case at all"
WITHOUT = {
    "cases.py:gone_from": "one that the person's team had: number and holder, for whose report it was",
    "cases.py:handed_over": "of an offer, for whoever may answer to it (handovers.get)",
    "visits.py:last_report": "of an offer: its card, which the other side reads before it sees the case",
    "handovers.py:_offers": "what is told of a case that is offered; to whom, `get` and `readers` say",
    "handovers.py:readers": "who may answer to an offer",
    "inquiries.py:to": "number of the case, for whoever was asked about it",
    "inquiries.py:who_knows": "who was at the door of a case last; its name, and nothing of the case",
    "referrals.py:known": "what became of it: also for the institution that was asked",
    "referrals.py:readers_of_each": "who of the institution is told of it",
    "referrals.py:stand_ins": "who stands in for the institution",
    "checks.py:of_institution": "number and settlement, for those who were asked, also when they have answered",
    "checks.py:to_read": "the same, for those who are asked",
    "checks.py:current": "the same, for whoever answers",
    "visits.py:last_companions": "the person's own reports",
    "moves.py:last_split": "the number of a split that the person has just made",
    "alerted.py:of": "who was told of cases that the caller has seen, and when",
    "alerted.py:take_back": "what was withdrawn was not told",
    "respites.py:of": "what they said to it",
    "visits.py:save": "whose visit it is, of a case that the caller has seen",
    "charts.py:course": "the cases of `_caseload`, which joins it",
    "unreached.py:of": "how many cases somebody visited last, for whoever looks after them; none is named",
    "media.py:waiting": "photos that are to be fetched; nobody is shown any",
    "life.py:backed_up": "when somebody made a backup; it is of no case",
    "life.py:was_restored": "whether a backup was brought back; it is of no case",
    "audit.py:of_case": "for the tests",
    "wordbook.py:rewrite": "what a case is found by; who may see it is asked where it is found",
    **dict.fromkeys(
        (
            "cases.py:among", "visits.py:for_rules", "moves.py:after_visits", "moves.py:last_change",
            "referrals.py:ask", "referrals.py:open_of", "referrals.py:open_check", "referrals.py:for_rules",
            "referrals.py:made_by", "checks.py:last_asked",
        ),
        RULES,
    ),
    **dict.fromkeys(
        (
            "cases.py:due_everywhere", "cases.py:unanswered_everywhere", "cases.py:observed_due", "checks.py:readable",
            "planned.py:owed_at", "planned.py:promised", "planned.py:together", "referrals.py:due_everywhere",
            "respites.py:silent",
        ),
        SCHEDULE,
    ),
    **dict.fromkeys(
        ("cases.py:marked", "new_cases.py:put", "new_cases.py:recognised", "new_cases.py:marks_of"), IMPORT
    ),
    **dict.fromkeys(
        (
            "cases.py:_begins_numbers", "cases.py:count_of", "lateness.py:last", "overview.py:last_visit",
            "season.py:municipalities",
        ),
        NO_CASE,
    ),
    **dict.fromkeys(
        ("season.py:_visits", "season.py:_cases", "season.py:_moves", "season.py:_asked", "season.py:_late"), COUNTED
    ),
}  # fmt: skip


def is_for_whoever_asks(statement: Statement) -> bool:
    """The view is joined, and for one person."""
    aliases = _VIEW.findall(statement.text)
    perhaps = any(one in statement.text for one in _ONLY_PERHAPS)
    return bool(aliases) and not perhaps and all(f"{one}.person_id = " in statement.text for one in aliases)


def test_every_statement_that_reads_of_cases_is_for_whoever_may_see_them() -> None:
    found = [one for path, module in rooms() for one in of_module(module, path.read_text("utf-8"))]
    of_cases = [one for one in found if one.reads_from(OF_CASES)]
    assert [one for one in found if one.hides] == []
    assert len(of_cases) > 90
    open_to_all = {one.function for one in of_cases if not is_for_whoever_asks(one)}
    assert sorted(open_to_all - set(WITHOUT)) == []
    assert sorted(set(WITHOUT) - open_to_all) == [], "a reason for what needs none any more"


AT_THE_KEYBOARD = ("blotting", "copies", "forgetting", "kept_on", "keys", "move", "retention")
"""Read by whoever keeps the bot, or by the schedule to delete; `kept_on.of` tells people what they did themselves."""
ENGINES = ("database", "postgres", "sqlite")


def rooms() -> list[tuple[Path, ModuleType]]:
    left_out = (*ENGINES, *AT_THE_KEYBOARD)
    paths = [path for path in sorted((HOUSE / "storage").glob("*.py")) if path.stem not in left_out]
    return [(path, importlib.import_module(f"storage.{path.stem}")) for path in paths]


EVASIONS = {
    "a word in the docstring": '"""Joins visible_to."""\n    return await tx.rows("SELECT * FROM child_case c")',
    "a note in the statement": 'return await tx.rows("SELECT * FROM child_case c -- JOIN visible_to v")',
    "a constant that sounds right": 'return await tx.rows(f"SELECT c.id {_FROM}")',
    "joined for nobody": 'return await tx.rows("SELECT * FROM child_case c JOIN visible_to v ON v.case_id = c.id")',
    "joined perhaps": (
        'return await tx.rows("SELECT * FROM child_case c LEFT JOIN visible_to v ON v.case_id = c.id '
        'AND v.person_id = :me")'
    ),
    "put together elsewhere": 'sql = "SELECT * FROM child_case"\n    sql = sql + " c"\n    return await tx.rows(sql)',
    "put together in pieces": 'sql = "SELECT * " + "FROM visit w"\n    return await tx.rows(sql)',
    "one of two": (
        'await tx.rows("SELECT 1 FROM child_case c JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me")\n'
        '    return await tx.row("SELECT report FROM visit WHERE id = 1")'
    ),
}


@pytest.mark.parametrize("body", EVASIONS.values(), ids=EVASIONS)
def test_a_statement_does_not_get_round_it(body: str) -> None:
    module = ModuleType("storage.made_up")
    module.__dict__["_FROM"] = "FROM child_case c"
    found = list(of_module(module, f"async def get(tx, me):\n    {body}\n"))
    assert any(one.hides or (one.reads_from(OF_CASES) and not is_for_whoever_asks(one)) for one in found)


def test_only_storage_asks_the_database() -> None:
    """A statement elsewhere would be looked at by nobody."""
    for room in ("bot", "handlers", "casework"):
        for path in sorted((HOUSE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    asked = ast.unparse(node.func)
                    assert not re.fullmatch(r"\w*tx\.(rows|row|one|run|many)", asked), f"{path}:{node.lineno}"
