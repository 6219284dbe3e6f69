"""At every question of every chat somebody writes a personal number: it is refused, taken back, and nowhere kept.

What a newcomer gets wrong: the chats go on afterwards as they would have; only what they show is not compared here.
"""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import pytest

from tests.casework.test_privacy import with_checksum
from tests.long import but_for
from tests.transcripts import player
from tests.transcripts.on_telegram import on_telegram
from tests.transcripts.on_viber import on_viber
from tests.transcripts.stage import Phone, Stage
from tests.transcripts.test_transcripts import FILES, language_of, written

pytestmark = pytest.mark.usefixtures("timedelta_retry_after")

NUMBER = with_checksum("154315999")
SPACED = f"{NUMBER[:6]} {NUMBER[6:]}"
SAID = (
    NUMBER, f"детето е с ЕГН {SPACED}, питай пак", " ".join(NUMBER), f"/ask {NUMBER}", f"/announce {SPACED}",
    f"/menu {NUMBER}", f"ЕГН{NUMBER[:6]} - {NUMBER[6:]}", f"5 / {NUMBER}",
)  # fmt: skip
REFUSED = ("Това прилича на ЕГН", "This looks like a personal number")
PILES = ("sorting.bg", "my-cases.bg")
"""Here what comes between the steps belongs to a pile, or takes the place of a list; tests/conversations has them."""
OUT_OF_REACH = (
    "after-an-outage.bg", "out-of-touch.bg", "set-aside.bg", "stopped-for-days.bg", "stopped.bg", "unreached.bg",
)  # fmt: skip
"""Between their steps nobody answers: the bot stands still, or somebody has left it."""
ALL = [path for path in FILES if language_of(path) == "bg" and path.stem not in (*PILES, *OUT_OF_REACH)]
SHORT = ALL[::8]
STAGES = {"telegram": on_telegram, "viber": on_viber}


WHOLE = re.compile("|".join((NUMBER, SPACED, " ".join(NUMBER))).encode())
ITS_END = re.compile(rf"(?<![\w.]){NUMBER[6:]}(?!\w)".encode())
"""Four digits that stand alone: within moments, digests and keys any four stand somewhere."""


def is_kept(folder: Path) -> list[str]:
    """The files in whose bytes the number stands, with or without blanks, or its end, with what stands around it."""
    files = [(path, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    found = [(path.name, held, one) for path, held in files for form in (WHOLE, ITS_END) for one in form.finditer(held)]
    return [f"{name}: {held[max(0, one.start() - 60) : one.end() + 60]!r}" for name, held, one in found]


def test_a_number_that_is_kept_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"at 12:00:00.{NUMBER[6:]} id 7{NUMBER[6:]}1 {NUMBER[6:]}af", "utf-8")
    assert is_kept(tmp_path) == []
    for said in (*SAID, f"•••••• {NUMBER[6:]}", f"……{NUMBER[6:]}", f'{{"text":"{NUMBER[6:]}"}}'):
        (tmp_path / "obhvat.db").write_text(f'{{"text":"{said}"}}', "utf-8")
        assert is_kept(tmp_path), said


@pytest.mark.parametrize("path", but_for(ALL, SHORT.__contains__), ids=lambda path: path.stem)
async def test_it_is_refused_at_every_step(path: Path, tmp_path: Path) -> None:
    said = cycle(SAID)
    channel = ("telegram", "viber")[ALL.index(path) // 8 % 2]
    async with STAGES[channel](tmp_path, "bg") as stage:
        for step in written(path):
            if not step.moment:
                await refuses(stage, stage.phone(step.deed("bg").who), next(said))
            async for _played in player.play(stage, "bg", [step]):
                pass
        assert is_kept(tmp_path) == []
    assert is_kept(tmp_path) == []


async def refuses(stage: Stage, phone: Phone, said: str) -> None:
    stage.wait(player.A_PERSON_TAKES)
    phone.hears()
    await phone.says(said)
    await stage.settled()
    heard = phone.hears()
    told = "\n".join(one.text for one in heard if one.form != "gone")
    assert any(sentence in told for sentence in REFUSED), (said, told)
    assert NUMBER not in told.replace(" ", "")
