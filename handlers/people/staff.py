"""A coordinator changes who is in which team: one conversation for every change, with one sure question at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from casework.records import LEADER, MEMBER, REGIONAL, Person, Team
from handlers.caseload import moving
from handlers.caseload.moving import said
from handlers.engine.pages import OnPages
from handlers.engine.replies import number
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Phrase, Text, _
from handlers.menu import MENU
from handlers.people.absence import NOT_YOURS
from storage import duty, people, teams
from storage.database import Tx

ADD, JOIN, MOVE, LEAVE, LEAD, NO_LONGER_LEAD, RELEASE = "add", "join", "move", "leave", "lead", "follow", "release"
"""Somebody into this team; this person into a second team, to another one, out of one; the role; and the end."""
ROLES = {LEAD: LEADER, NO_LONGER_LEAD: MEMBER}
"""What somebody is after such a change."""
CHANGED = _("This has changed meanwhile. Nothing of yours was done.")
NOBODY_ELSE = _("There is nobody else to add. New people come by an invitation.")
NO_OTHER_TEAM = _("There is no other team to choose.")
WITH_TEAMS = _("{who} is with {teams} now.")


@dataclass(frozen=True)
class Sentences:
    """What a change will do, what it has done, and what it is to whom it was done; they may be told nothing."""

    will: Phrase
    done: Phrase
    to_them: Phrase | None


TOO = Sentences(
    _("{who} is in team {team} too, and sees its cases."), WITH_TEAMS, _("{by} has put you into team {team} too.")
)
SENTENCES = {
    ADD: TOO,
    JOIN: TOO,
    MOVE: Sentences(
        _("{who} goes from team {old} to team {team}, from now on."),
        WITH_TEAMS,
        _("{by} has put you into team {team}; team {old} goes on without you."),
    ),
    LEAVE: Sentences(
        _("{who} leaves team {old} and sees its cases no longer."),
        WITH_TEAMS,
        _("{by} has taken you out of team {old}."),
    ),
    LEAD: Sentences(
        _("{who} leads the team from now on, and is told what leaders are told."),
        _("{who} leads {teams} now."),
        _("{by} has made you the leader of your team."),
    ),
    NO_LONGER_LEAD: Sentences(
        _("{who} is a member from now on, and leads no longer."),
        _("{who} is a member of {teams} now."),
        _("{by} has noted that you lead the team no longer."),
    ),
    RELEASE: Sentences(
        _("{who} sees no case any more, and unsaved drafts go. What was reported stays, with the name."),
        _("{who} no longer works with us."),
        None,
    ),
}


@dataclass(frozen=True)
class Change:
    """Without `sure` nothing is changed."""

    what: str = ""
    who: Person | None = None
    old: Team | None = None
    new: Team | None = None
    sure: bool = False


def given(value: str) -> dict[str, Any]:
    """What the button says it is about; something that fits nobody of whatever was not ours."""
    what, _dot, of = value.partition(".")
    return {"what": what if what in SENTENCES else "", "of": number(of)}


async def change(talk: Talk, here: Scene) -> Change:
    what, of = str(talk.given["what"]), int(talk.given["of"])
    loads = await talk.look("teams", teams.loads, here.me) if here.me.coordinates else []
    within = {str(one.team.id): one.team for one in loads}
    new = within.get(str(of)) if what == ADD else None
    who = await _somebody(talk, here, new) if new else await talk.look("who", people.overseen, here.me, of)
    if who is None or not who.teams or not what:
        return Change(what if new else "")
    others = {code: team for code, team in within.items() if team not in who.teams}
    if what in (MOVE, JOIN) and not others:
        return Change(what, who)
    old = await _old(talk, who) if what in (MOVE, LEAVE) else None
    if what in (MOVE, JOIN):
        new = await _new(talk, here, others)
    found = Change(what, who, old, new)
    question = _filled(SENTENCES[what].will, here, found, who)
    return replace(found, sure=await moving.sure(talk, question, _("Yes, end it") if what == RELEASE else _("Yes")))


async def _somebody(talk: Talk, here: Scene, team: Team) -> Person | None:
    """Whom one looks after and who is not in that team."""
    others = [one for one in await talk.look("others", people.everybody_overseen, here.me) if team not in one.teams]
    if not others:
        return None
    named: dict[str, Text] = {str(one.id): f"{one.name} · {one.team_names}" for one in others}
    chosen = await talk.ask("who", _("Who joins team {team}?", team=team.name), OnPages(named))
    return next(one for one in others if str(one.id) == chosen)


async def _old(talk: Talk, who: Person) -> Team:
    if len(who.teams) == 1:
        return who.teams[0]
    own: dict[str, Text] = {str(team.id): team.name for team in who.teams}
    chosen = await talk.ask("old", _("Out of which team?"), OnPages(own, columns=2))
    return next(team for team in who.teams if str(team.id) == chosen)


async def _new(talk: Talk, here: Scene, others: dict[str, Team]) -> Team:
    places = here.me.role == REGIONAL
    named: dict[str, Text] = {code: moving.team_name(team, places=places) for code, team in others.items()}
    return others[await talk.ask("new", _("To which team?"), OnPages(named, columns=2))]


def _filled(sentence: Phrase, here: Scene, change: Change, who: Person) -> Phrase:
    old, new = (team.name if team else "" for team in (change.old, change.new))
    return replace(
        sentence, values={"who": who.name, "by": here.me.name, "old": old, "team": new, "teams": who.team_names}
    )


async def keep(tx: Tx, here: Scene, change: Change) -> list[Message]:
    """Does it, unless somebody has changed the same meanwhile; whom it concerns is told."""
    if change.who is None:
        return [said(NOBODY_ELSE if change.what == ADD else NOT_YOURS)]
    show = (Button(_("Show the person"), str(change.who.id), "person"),)
    if not change.sure:
        nowhere = change.what in (MOVE, JOIN) and change.new is None
        return [said(NO_OTHER_TEAM if nowhere else moving.NOTHING, rows=(show,))]
    who = await people.overseen(tx, here.me, change.who.id)
    if who is None or who.teams != change.who.teams or who.role != change.who.role:
        return [said(CHANGED, rows=(show,))]
    told_before = await _leaders(tx, change.old)
    await _do(tx, here, change, who)
    after = await people.get(tx, who.id)
    assert after is not None
    sentences = SENTENCES[change.what]
    done = _filled(sentences.done, here, change, after)
    notices = [_notice(who.id, _filled(sentences.to_them, here, change, after))] if sentences.to_them else []
    leaders = {*told_before, *await _leaders(tx, change.new)} - {who.id, here.me.id}
    notices += [_notice(leader, done) for leader in leaders]
    return [said(done, rows=() if change.what == RELEASE else (show,)), *notices]


async def _do(tx: Tx, here: Scene, change: Change, who: Person) -> None:
    now = here.moment.at
    if change.new:
        await teams.join(tx, here.me, who.id, change.new, now)
    if change.old:
        await teams.leave(tx, here.me, who.id, change.old, now)
    if role := ROLES.get(change.what):
        await people.set_role(tx, here.me, who.id, role, now)
    if change.what == RELEASE:
        await people.release(tx, here.me, who.id, now)


async def _leaders(tx: Tx, team: Team | None) -> Sequence[int]:
    return [one.id for one in await duty.leaders(tx, team.id)] if team else []


def _notice(reader: int, line: Text) -> Message:
    return Message(View((line,), ((MENU,),)), replaces=False, to=reader)
