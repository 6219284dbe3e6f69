"""Every chat of this folder is played, on every messenger, and must go as it is written.

On Viber some things must differ: nothing is edited there, and a chat has one keyboard of twelve rows. Those differences
are in `on_viber/*.diff`, one beside each chat that has any.

`OBHVAT_WRITE_TRANSCRIPTS=1` writes down what the bot says now instead of comparing: read the difference before you
commit it.
"""

from __future__ import annotations

import os
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.transcripts import format, player
from tests.transcripts.format import Step
from tests.transcripts.stage import STAGES
from tests.transcripts.viber import on_viber

HERE = Path(__file__).parent
DIFFERENCES = HERE / "on_viber"
FILES = sorted(HERE.glob("*.txt"))
WRITES = bool(os.environ.get("OBHVAT_WRITE_TRANSCRIPTS"))


@pytest.fixture(autouse=True)
def _timedelta_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the client warns of its own future, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def language_of(path: Path) -> str:
    return path.stem.rpartition(".")[2]


@pytest.mark.parametrize("channel", STAGES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_the_chat_goes_as_it_is_written(path: Path, channel: str, tmp_path: Path) -> None:
    steps = written(path)
    played = []
    async with STAGES[channel](tmp_path, language_of(path)) as stage:
        async for step in player.play(stage, language_of(path), steps):
            if not WRITES:
                assert "\n\n".join(step.answers) == "\n\n".join(steps[len(played)].answers), step.line
            played.append(step)
    if WRITES:
        rewrite(path, played)


def written(path: Path) -> list[Step]:
    return format.read(path.read_text("utf-8"))


def rewrite(path: Path, steps: list[Step]) -> None:
    path.write_text(format.write(steps), "utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_on_viber_it_goes_the_same_but_for_what_is_on_record(path: Path, tmp_path: Path) -> None:
    steps = written(path)
    async with on_viber(tmp_path, language_of(path)) as stage:
        played = [step async for step in player.play(stage, language_of(path), steps)]
    differs = "".join(unified_diff(whole(steps), whole(played), "on Telegram", "on Viber", n=1))
    record = DIFFERENCES / f"{path.stem}.diff"
    if WRITES:
        record.unlink(missing_ok=True)
        if differs:
            record.write_text(differs, "utf-8")
    assert differs == (record.read_text("utf-8") if record.exists() else "")


def test_no_difference_is_on_record_of_a_chat_that_is_gone() -> None:
    assert {record.stem for record in DIFFERENCES.iterdir()} <= {path.stem for path in FILES}


def whole(steps: list[Step]) -> list[str]:
    """Its lines with nothing folded, a button a line: how many stand in a row is the messenger's own business."""
    text = "\n\n".join(block for step in steps for block in (step.line, *step.answers))
    return f"{text}\n".replace("] [", "]\n| [").splitlines(keepends=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_reads_as_it_would_be_written(path: Path) -> None:
    assert format.write(written(path)) == path.read_text("utf-8")
