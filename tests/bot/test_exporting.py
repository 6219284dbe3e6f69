"""`obhvat export-person`: all that is kept, in files that only this user may read, and that it was done is recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sandbox import Sandbox
from tests.bot.conftest import TOKEN, World, living
from tests.bot.everything import ADDRESS, CHILD, NOTES, everything
from tests.bot.test_cli import obhvat
from tests.engines import engine


@pytest.fixture
async def full(sandbox: Sandbox, tmp_path: Path) -> Path:
    async with living(sandbox, tmp_path) as world:
        await everything(world)
    return tmp_path


def export(folder: Path, who: str) -> tuple[int, str]:
    ended = obhvat(folder, "export-person", who, "--out", str(folder / "out"), OBHVAT_TELEGRAM_TOKEN=TOKEN)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def told(path: Path) -> Any:
    assert path.stat().st_mode & 0o777 == 0o600
    return json.loads(path.read_text("utf-8"))


def test_of_a_child_everything_is_told_with_the_photos(full: Path) -> None:
    code, said = export(full, "бя-014")
    assert code == 0, said
    found = told(full / "out" / "БЯ-014.json")
    assert (found["name"], found["telephones"]) == (CHILD, ["0887654321"])
    assert found["kept"]["child_case"][0]["address"] == ADDRESS
    assert all(note in json.dumps(found, ensure_ascii=False) for note in NOTES)
    assert {"visit", "visit_version", "referral", "handover", "inquiry", "question", "answer"} <= set(found["kept"])
    pictures = sorted((full / "out").glob("*.jpg"))
    assert [path.name for path in pictures] == ["БЯ-014-1.jpg", "БЯ-014-2.jpg"]
    with Image.open(pictures[0]) as picture:
        assert picture.format == "JPEG"
    [(case_id,)] = engine.read(full, "SELECT case_id FROM audit WHERE what = 'exported what is kept'")
    assert case_id == 14


@pytest.mark.parametrize("who", ["Мила", "2"])
def test_of_one_of_us_by_name_or_number(full: Path, who: str) -> None:
    code, said = export(full, who)
    assert code == 0, said
    found = told(full / "out" / "person-2.json")["kept"]
    assert found["person"][0]["name"] == "Мила"
    assert CHILD.split()[0] not in json.dumps(found["visit"], ensure_ascii=False)
    assert engine.read(full, "SELECT detail FROM audit WHERE what = 'exported what is kept'") == [("person 2",)]


def test_who_is_nobody_or_several_is_told(full: Path) -> None:
    assert "Nobody is called" in export(full, "Петър")[1]
    engine.read(full, "SELECT 1")
    code, said = export(full, "РУ-999")
    assert (code, "There is no case" in said) == (2, True)


async def test_everybody_sees_what_is_kept_on_them(world: World) -> None:
    mila = await world.person("Мила")
    await mila.says("/settings")
    await mila.hears()
    await mila.taps("Какво пазите за мен?")
    assert "Ето всичко" in (await mila.hears()).text
    sent = await mila.hears()
    assert sent.document is not None
    assert sent.document.name == "какво-се-пази-1.xlsx"
