"""What every chat holds to, on every messenger; each function returns the steps that do not."""

from __future__ import annotations

from collections.abc import Sequence

from tests.transcripts import district, format
from tests.transcripts.format import Step


def not_asked_again(steps: Sequence[Step], language: str) -> list[str]:
    """After a wrong answer the same is asked, and it is said what is accepted."""
    asked: dict[str, str] = {}
    broken = []
    for step in steps:
        deed = step.deed(language) if step.is_deed else None
        told = [answer for answer in step.answers if not answer.startswith("| → ")]
        if deed is None or not told:
            continue
        if not deed.taken and not _asks_again(asked[deed.who], told):
            broken.append(step.line)
        asked[deed.who] = told[-1]
    return broken


def _asks_again(before: str, told: list[str]) -> bool:
    """The last message is the question of `before` once more, and a sentence stands above it or was said alone."""
    question, rows = format.text_and_rows(before)
    again, rows_again = format.text_and_rows(told[-1])
    # The question may itself have come below a refusal, which is not repeated.
    repeats = again.endswith((question, question.partition("\n\n")[2] or question))
    explains = len(told) > 1 or again != question or "\n\n" in question
    return repeats and rows == rows_again and explains


def without_buttons(steps: Sequence[Step]) -> list[str]:
    """Where each message takes the buttons of the one before away, whoever the bot knows has some at the end."""
    broken = []
    for step in steps:
        lowest = {format.reader(step, answer): answer for answer in step.answers}
        broken += [
            f"{name}, {step.line}"
            for name, answer in lowest.items()
            if name in district.CAST and not format.text_and_rows(answer)[1]
        ]
    return broken
