"""The short form of `make soak`: a day of it, with another seed for each run that is printed when it fails."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.chance import BEFORE, FIRST_DAY, draw
from tests.soak.model import Model
from tests.soak.play import play

SEED = int(os.environ.get("OBHVAT_SEED") or secrets.randbelow(10**6))
pytestmark = [pytest.mark.kill, pytest.mark.timeout(240)]


async def test_a_day_of_kills_and_faults_loses_and_doubles_nothing(tmp_path: Path) -> None:
    model, figures = await play(tmp_path, seed=SEED, kills=20, days=1, reports=70)
    told = "\n".join(figures.told(model))
    assert (model.lost, model.doubled) == ([], []), told
    assert len(model.receipts) == 70, told
    assert figures.kills.total() >= 20, told


SPOILT = {
    "UPDATE visit SET outcome = 'O99' WHERE id = 1": "lost",
    "DELETE FROM visit WHERE id = 1": "lost",
    "CREATE TEMP TABLE copy AS SELECT * FROM visit WHERE id = 1; UPDATE copy SET id = 999; "
    "INSERT INTO visit SELECT * FROM copy": "doubled",
    "INSERT INTO visit_version SELECT visit_id, 9, author_id, saved_at, report FROM visit_version": "doubled",
    "DELETE FROM inbox WHERE id = (SELECT min(id) FROM inbox WHERE channel = 'telegram')": "lost",
    "UPDATE inbox SET state = 'aside' WHERE id = 1": "lost",
    "UPDATE inbox SET channel = 'telegram' WHERE channel = 'viber'": "doubled",
    "UPDATE outbox SET state = 'failed' WHERE id = 1": "lost",
}


async def test_the_model_sees_what_is_lost_and_what_is_doubled(tmp_path: Path) -> None:
    """Or a soak that finds nothing proves nothing."""
    model, _ = await play(tmp_path, seed=1, kills=2, days=1, reports=36)
    assert (model.lost, model.doubled) == ([], [])
    for statement, where in SPOILT.items():
        spoilt = tmp_path / "spoilt"
        shutil.copytree(tmp_path, spoilt, ignore=shutil.ignore_patterns("spoilt"))
        with closing(sqlite3.connect(spoilt / "obhvat.db")) as file:
            file.executescript(statement)
        seen = replace(model, lost=[], doubled=[])
        seen.compare(spoilt)
        assert getattr(seen, where), statement
        shutil.rmtree(spoilt)


def test_a_summary_that_did_not_come_and_one_that_came_in_two_ways_are_seen() -> None:
    model, day = Model(), FIRST_DAY.date()
    model.compare_told("Кольо", ["Обхват, 24.11.2026 г.\n1", "Обхват, 24.11.2026 г.\n1"], [day])
    assert (model.lost, model.doubled, model.repeated) == ([], [], 1)
    model.compare_told("Кольо", ["Обхват, 24.11.2026 г.\n1", "Обхват, 24.11.2026 г.\n2"], [day])
    model.compare_told("Рени", [], [day])
    assert (len(model.lost), len(model.doubled)) == (1, 1)


def test_a_seed_draws_the_same_week_again_and_another_one_another() -> None:
    weeks = [draw(seed, kills=200, days=7, members=3, reports=50) for seed in (1, 1, 2)]
    assert weeks[0] == weeks[1] != weeks[2]
    assert len(weeks[0].turns) == 200
    assert {turn.death.where for turn in weeks[0].turns} >= {BEFORE}
    moments = [turn.at for turn in weeks[0].turns]
    assert moments == sorted(moments)
