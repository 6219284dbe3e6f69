"""The short form of `make soak`: a day of it, with another seed for each run that is printed when it fails."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engines import OF_THE_FILE
from tests.soak.chance import BEFORE, FIRST_DAY, LEAVE_A_DAY, draw
from tests.soak.model import HELP, Model
from tests.soak.play import MEMBERS, play

SEED = int(os.environ.get("OBHVAT_SEED") or secrets.randbelow(10**6))
pytestmark = [OF_THE_FILE, pytest.mark.kill, pytest.mark.timeout(240)]


async def test_a_day_of_kills_and_faults_loses_and_doubles_nothing(tmp_path: Path) -> None:
    model, figures = await play(tmp_path, seed=SEED, kills=20, days=1, reports=70)
    told = "\n".join(figures.told(model))
    assert (model.lost, model.doubled) == ([], []), told
    assert len(model.receipts) == 70, told
    assert figures.kills.total() >= 20, told
    own = [one for errands in draw(SEED, kills=20, days=1, members=MEMBERS, reports=70).errands for one in errands]
    assert model.overtaken == sum(one.overtaken for one in own), told
    assert bool(model.left), told


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
    "UPDATE identity SET reachable = 0 WHERE person_id = 1": "lost",
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


def test_who_left_unheard_and_who_was_missed_for_nothing_are_seen() -> None:
    model, day = Model(), FIRST_DAY.date()
    model.left |= {("Член 1", day), ("Член 1", day + timedelta(days=1))}
    gone = "Член {} (Б-1) вече не получава съобщенията ми: блокиран съм."
    model.compare_left("Кольо", ["Обхват, 24.11.2026 г.", gone.format(1), gone.format(1)])
    assert (model.lost, model.doubled) == ([], [])
    model.compare_left("Кольо", [gone.format(1), f"2 съобщения Ви чакаха.\n\n{gone.format(2)}"])
    assert (len(model.lost), len(model.doubled)) == (1, 1)


def test_a_question_that_was_overtaken_and_never_answered_is_seen() -> None:
    model = Model()
    model.helped[3] = 2
    model.compare_helped(3, [f"{HELP}14 никой.", "Прегледайте", f"{HELP}14 никой."])
    assert model.lost == []
    model.compare_helped(3, [f"{HELP}14 никой."])
    assert len(model.lost) == 1


def test_a_seed_draws_the_same_week_again_and_another_one_another() -> None:
    weeks = [draw(seed, kills=200, days=7, members=3, reports=50) for seed in (1, 1, 2)]
    assert weeks[0] == weeks[1] != weeks[2]
    assert len(weeks[0].turns) == 200
    assert {turn.death.where for turn in weeks[0].turns} >= {BEFORE}
    own = [one for errands in weeks[0].errands for one in errands]
    assert sum(one.back_at is not None for one in own) == 5 * LEAVE_A_DAY
    assert any(one.overtaken for one in own)
    moments = [turn.at for turn in weeks[0].turns]
    assert moments == sorted(moments)
