"""Offers and splits as they are kept: one open offer a case, ended once, and nobody's but those it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from casework import moving
from casework.records import DECISION, Cause, NextStep
from storage import audit, cases, handovers, moves, teams, visits
from storage.cases import Changed
from storage.handovers import ACCEPTED, SENT_BACK
from tests.storage.conftest import NOW, TODAY
from tests.storage.test_cases import report


async def offered(tx: Any, district: Any) -> int | None:
    case = await cases.get(tx, district.leader, 1)
    assert case is not None
    card = moving.card(case, await visits.last_report(tx, case.id))
    team = (await teams.by_name(tx))["р-1"]
    return await handovers.offer(tx, district.leader, case, card, NOW, to_team=team.id, to_municipality="Русе")


async def test_a_case_has_one_open_offer_and_it_is_ended_once(district: Any) -> None:
    async with district.database.transaction() as tx:
        assert await offered(tx, district) == 1
        assert await offered(tx, district) is None
        [offer] = await handovers.waiting_everywhere(tx)
        assert await handovers.end(tx, offer, SENT_BACK, district.region.id, NOW, "защо")
        assert not await handovers.end(tx, offer, ACCEPTED, district.region.id, NOW)
        assert await handovers.withdraw(tx, 1, None, NOW) is None
        assert await offered(tx, district) not in (None, 1)
        assert [what for what, _who in await audit.of_case(tx, 1)] == ["offered", "sent back a hand-over", "offered"]


async def test_an_offer_is_read_only_by_those_who_may_answer(district: Any) -> None:
    async with district.database.transaction() as tx:
        await offered(tx, district)
        seen = [
            await handovers.get(tx, who, 1) is not None
            for who in (district.mila, district.leader, district.stranger, district.coordinator, district.region)
        ]
        assert seen == [False, False, False, False, True]
        assert await handovers.readers(tx, 1) == [district.region.id]


async def test_a_case_changes_its_owner_once_and_its_visits_stay_whose_they_were(district: Any) -> None:
    async with district.database.transaction() as tx:
        await visits.save(tx, district.mila, report(), NOW)
        case, team = await cases.get(tx, district.mila, 1), (await teams.by_name(tx))["р-1"]
        assert case is not None
        step, cause = NextStep("S11", "visit", TODAY), Cause(DECISION, case.team_id, district.region.id)
        await cases.give(tx, case, step, cause, NOW, team_id=team.id, municipality="Русе")
        with pytest.raises(Changed):
            await cases.give(tx, case, step, cause, NOW, team_id=None, municipality="Бяла")
        now = await cases.get(tx, district.stranger, 1)
        assert now == replace(case, team_id=team.id, municipality="Русе", holder="Р-1", version=2, due_on=TODAY)
        assert await cases.get(tx, district.mila, 1) is None
        assert await cases.gone_from(tx, district.mila, 1) == now
        assert await cases.gone_from(tx, district.coordinator, 1) is None
        [kept] = await tx.rows("SELECT team_id, reporter_id FROM visit")
        assert (kept["team_id"], kept["reporter_id"]) == (case.team_id, district.mila.id)
        last = (await moves.history(tx, district.region, 1))[-1]
        assert (last.cause, last.team_id) == (cause, team.id)
