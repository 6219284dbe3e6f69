"""People who tap and say whatever comes to their minds are answered, each time, and nothing of it is set aside.

Buttons of long ago, two taps, albums in the wrong place, words that no question takes, other people's invitations; days
pass meanwhile, and the bot is stopped and started. What a conversation makes of it is shown by the transcripts; here
only that it goes on. `make long` plays more of it.
"""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing

from handlers.router import COMMANDS
from tests.long import but_for
from tests.transcripts.on_telegram import on_telegram
from tests.transcripts.on_viber import on_viber
from tests.transcripts.player import A_PERSON_TAKES
from tests.transcripts.stage import ALBUM_SETTLES, Phone, Stage

pytestmark = pytest.mark.usefixtures("timedelta_retry_after")

SEEDS, SHORT = range(40), 2
DEEDS = {True: 60, False: 600}
"""By whether it is the short form."""
STAGES = {"telegram": on_telegram, "viber": on_viber}
JOIN = {
    "Стоян": "lead-b2", "Нели": "school", "Зоя": "mediator", "Сава": "social", "Тодор": "protection",
    "Пламен": "police", "Огнян": "okc", "Нона": "team-b2", "Любен": "health",
}  # fmt: skip
"""Besides the cast, one of each role."""
STAYS = 0.85
"""How likely it is that the next thing is done by the same person."""
WORDS = (
    "да", "не", "утре", "вчера", "24.12.2026", "31.02.2027", "17:30", "25:99", "8-9", "5", "0", "-1", "1 2 3", "9" * 10,
    "БЯ-001", "бя-1", "1 никой", "2 съгласни", "Дунав 4", "Ruse", "Росица", "Мила Петрова", "отказ", "назад", "готово",
    "/", "*", "?", "½", "١٢", "x" * 5_000, "дума " * 200, "👩‍👩‍👧‍👦", "<b>здравей</b>", "_под_ *черта*", "{case} %s",
    "'; --", "0888123456", "Europe/London", "/start team-b1", "/start nobody", *(f"/{one}" for one in sorted(COMMANDS)),
)  # fmt: skip
THINGS = ("sticker", "voice", "contact", "file", "at_risk", "place")
LATER = tuple(timedelta(**one) for one in ({"minutes": 1}, {"minutes": 20}, {"hours": 3}, {"days": 1}, {"days": 2}))


@pytest.mark.parametrize("channel", STAGES)
@pytest.mark.parametrize("seed", but_for(SEEDS, lambda seed: seed < SHORT))
async def test_whatever_is_done_is_answered_and_nothing_is_set_aside(seed: int, channel: str, tmp_path: Path) -> None:
    draw = random.Random(f"{seed} {channel}")
    done: list[str] = []
    with structlog.testing.capture_logs() as logged:
        async with STAGES[channel](tmp_path, "bg") as stage:
            await _join(stage)
            name = draw.choice(stage.names)
            for _ in range(DEEDS[seed < SHORT]):
                stage.wait(A_PERSON_TAKES)
                name = name if draw.random() < STAYS else draw.choice([*JOIN, *stage.names, "Чужд"])
                phone = stage.phone(name)
                phone.hears()
                deed = await _does(stage, phone, draw)
                done.append(f"{name}: {deed}")
                await stage.settled()
                await stage.fetched()
                await stage.move_to(stage.now + ALBUM_SETTLES)
                assert phone.hears() or not deed, done[-20:]
            assert [entry for entry in logged if entry["log_level"] not in ("info", "debug")] == [], done[-20:]


async def _join(stage: Stage) -> None:
    for name, code in JOIN.items():
        phone = stage.phone(name)
        for step in (phone.opens(code), phone.taps("Български"), phone.taps("Приемам")):
            stage.wait(A_PERSON_TAKES)
            await step
            await stage.settled()


async def _does(stage: Stage, phone: Phone, draw: random.Random) -> str:
    """What was done, if it is something to be answered."""
    what = draw.random()
    if what < 0.64:
        return await phone.taps_any(draw)
    if what < 0.84:
        text = draw.choice(WORDS)
        await phone.says(text)
        return f"says {text[:40]!r}"
    if what < 0.88:
        count = draw.choice((1, 2, 3, 10))
        await phone.shows(count, draw.choice(("", "БЯ-002", "14 никой")))
        return f"shows {count}"
    if what < 0.93:
        thing = draw.choice(THINGS)
        await phone.sends(thing)
        return thing
    if what < 0.98:
        await stage.move_to(stage.now + draw.choice(LATER))
        return ""
    if what < 0.99:
        await stage.befalls("stops")
        await stage.befalls("starts")
        return ""
    await phone.blocks()
    await stage.settled()
    await phone.unblocks()
    return ""
