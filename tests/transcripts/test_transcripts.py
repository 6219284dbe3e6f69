"""Every chat of this folder is played, on every messenger, and must go as it is written.

Where another messenger than Telegram shows something else, that stands in `<messenger>/<chat>.diff`, compared to the
letter. `OBHVAT_WRITE_TRANSCRIPTS=1` writes down what the bot says now instead of comparing: read the difference before
you commit it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.long import but_for
from tests.transcripts import format, player, promises
from tests.transcripts.differences import difference, standing
from tests.transcripts.format import Step
from tests.transcripts.on_telegram import on_telegram
from tests.transcripts.on_viber import on_viber

pytestmark = pytest.mark.usefixtures("timedelta_retry_after")

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.txt"))
DIFFERENCES = sorted(HERE.glob("*/*.diff"))
WRITES = bool(os.environ.get("OBHVAT_WRITE_TRANSCRIPTS"))
STAGES = {"telegram": on_telegram, "viber": on_viber}


def language_of(path: Path) -> str:
    return path.stem.rpartition(".")[2]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_the_chat_goes_as_it_is_written(path: Path, tmp_path: Path) -> None:
    steps = written(path)
    played: list[Step] = []
    # What fails must not leave a bot behind for a later test.
    async with aclosing(play(path, "telegram", tmp_path)) as playing:
        async for step in playing:
            # At once, because the next step may want a button that is not there now.
            if not WRITES:
                assert "\n\n".join(step.answers) == "\n\n".join(steps[len(played)].answers), step.line
            played.append(step)
    if WRITES:
        keep(path, format.write(played))


@pytest.mark.parametrize("channel", sorted(STAGES.keys() - {"telegram"}))
@pytest.mark.parametrize("path", but_for(FILES, lambda path: language_of(path) == "bg"), ids=lambda path: path.stem)
async def test_elsewhere_it_goes_the_same_but_for_what_was_reviewed(path: Path, channel: str, tmp_path: Path) -> None:
    language, golden = language_of(path), HERE / channel / f"{path.stem}.diff"
    steps = [step async for step in play(path, "telegram", tmp_path)] if WRITES else written(path)
    seen = standing(steps, [step async for step in play(path, channel, tmp_path / channel)], language)
    assert promises.not_asked_again(seen, language) == []
    assert promises.without_buttons(seen) == []
    found = difference(steps, seen, language)
    if WRITES:
        keep(golden, found)
    assert found == (golden.read_text("utf-8") if golden.exists() else "")


async def play(path: Path, channel: str, folder: Path) -> AsyncGenerator[Step, None]:
    async with STAGES[channel](folder, language_of(path)) as stage:
        async for step in player.play(stage, language_of(path), written(path)):
            yield step


def keep(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    if text:
        file.write_text(text, "utf-8")
    else:
        file.unlink(missing_ok=True)


def written(path: Path) -> list[Step]:
    return format.read(path.read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_reads_as_it_would_be_written(path: Path) -> None:
    assert format.write(written(path)) == path.read_text("utf-8")


@pytest.mark.parametrize("path", DIFFERENCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_difference_is_one_of_a_chat(path: Path) -> None:
    assert HERE / f"{path.stem}.txt" in FILES
