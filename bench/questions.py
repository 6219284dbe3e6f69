"""The questions of a usual report, as every bot asks them here, and how the labels begin that lead through it.

Read from the catalogue's file, and not by our own reader of it: the other bots have nothing of ours in their memory.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

STEPS = ("БЯ-", "Обещание", "Майка", "Няма транспорт", "Готово", "утре", "Запази")
"""The first button whose label begins so, one after the other."""
Choices = dict[str, str]
"""What a button carries, and its label."""

_BOOK = tomllib.loads((Path(__file__).parents[1] / "casework" / "catalogue.toml").read_text("utf-8"))


def _labels(of: str) -> Choices:
    return {code: entry["label"]["bg"] for code, entry in _BOOK[of].items()}


WHICH, HOW, WHOM, WHY, BY_WHEN, LOOK = (
    "Кой случай посетихте?",
    "Как завърши посещението?",
    "Кого срещнахте?",
    "Защо?",
    "До кой ден обещаха?",
    "Прегледайте.",
)
CASES: Choices = {str(n): f"БЯ-{n:03} · Бяла, ул. Дунав {n}" for n in range(1, 7)}
OUTCOMES = _labels("outcomes")
MET = _labels("met")
REASONS = _labels("reasons")
PROMISES: Choices = {
    "1": "утре", "2": "вдругиден", "3": "след 3 дни", "7": "след 7 дни", "14": "след 14 дни", "0": "Без ден",
}  # fmt: skip
SKIP, DONE = {"skip": "Пропусни"}, {"done": "Готово"}
REVIEW: Choices = {"save": "Запази", "drop": "Изтрий"}


def with_marks(chosen: list[str]) -> Choices:
    """The reasons, those that were tapped marked, and the way on."""
    return {code: f"✓ {label}" if code in chosen else label for code, label in REASONS.items()} | DONE


def receipt(number: int) -> str:
    return f"Записано. Доклад № {number}"


def told(answers: Mapping[str, object]) -> str:
    """The review of all answers."""
    return "\n".join((LOOK, *(f"{key}: {value}" for key, value in answers.items())))
