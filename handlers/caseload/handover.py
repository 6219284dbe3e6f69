"""A case is offered to another team or municipality with a card, and is theirs when they accept; or leaves the region.

What a newcomer gets wrong: until then it stays with whoever has it. The card is compared at the tap on Accept, so
nobody takes over what they have not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from casework import calendar
from casework import moving as rules
from casework.moving import Card
from casework.records import HANDOVER, OPEN, REGIONAL, Case, Cause, Team
from handlers.caseload import moving
from handlers.caseload.moving import named, said, show
from handlers.caseload.pick import case_line, showing
from handlers.engine.kinds import Sentence
from handlers.engine.listing import Item, Listing, Part
from handlers.engine.pages import OnPages
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _, counted
from handlers.menu import MENU
from storage import because, cases, claims, duty, handovers, teams, visits
from storage.because import Tie
from storage.database import Tx
from storage.handovers import ACCEPTED, SENT_BACK, Offer

OUTSIDE, ANY = "outside", "any"
LONGEST_REASON = 200
LISTED = 30
NO_OFFER = _("This offer is not there for you. Nothing was changed.")


@dataclass(frozen=True)
class Offering:
    """`case` is how it stood then. `to` is empty when nothing is offered."""

    case: Case | None
    municipality: str = ""
    team_id: int | None = None
    outside: bool = False
    sure: bool = False


async def offer(talk: Talk, here: Scene) -> Offering:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    if case is None or moving.closed(here, case) or not moving.may_move(here.me):
        return Offering(case)
    every = [team for team in await talk.look("teams", teams.every) if team.id != case.team_id]
    places = sorted({team.municipality for team in every})
    where: dict[str, Text] = {str(n): place for n, place in enumerate(places)}
    where[OUTSIDE] = _("Outside the region")
    place = await talk.ask("place", _("{case}\nWhere does it go?", case=case_line(case)), OnPages(where, columns=2))
    if place == OUTSIDE:
        question = _("It leaves the teams and becomes the regional coordinator's, who sends it on by letter.")
        return Offering(case, outside=True, sure=await moving.sure(talk, question, _("Hand it over")))
    municipality = places[int(place)]
    team_id = await _team(talk, [team for team in every if team.municipality == municipality])
    last = await talk.look("last", visits.last_report, case.id)
    talk.say(_("This is what they read:"))
    for line in card_lines(here.work, rules.card(case, last)):
        talk.say(line)
    question = counted(
        "Until they accept, it stays where it is. They have {count} working day.",
        "Until they accept, it stays where it is. They have {count} working days.",
        here.work.catalogue.handover.days,
    )
    return Offering(case, municipality, team_id, sure=await moving.sure(talk, question, _("Offer it")))


async def _team(talk: Talk, there: Sequence[Team]) -> int | None:
    named_: dict[str, Text] = {str(team.id): team.name for team in there}
    named_[ANY] = _("Their coordinator decides")
    team = await talk.ask("team", _("To which team?"), OnPages(named_, columns=2))
    return None if team == ANY else int(team)


def card_lines(work: Work, card: Card) -> Iterator[Text]:
    """What the other side reads: no child and no street."""
    book = work.catalogue
    yield counted("{count} visit.", "{count} visits.", card.visits)
    if card.visited_on:
        yield _("Last: {outcome}, {day}", outcome=book.outcomes[card.outcome], day=card.visited_on)
    if card.promised_on:
        yield _("Promised by {day}.", day=card.promised_on)
    yield _("Next: {step}. Due: {day}", step=book.steps[card.step], day=card.due_on or "—")


async def keep_offer(tx: Tx, here: Scene, found: Offering) -> list[Message]:
    """Tells the other side; the case stays, unless it goes out of the region."""
    case = await moving.looked_at(tx, here, found.case)
    if isinstance(case, Message):
        return [case]
    if not found.sure:
        return [said(moving.CLOSED if moving.closed(here, case) else moving.NOTHING)]
    if found.outside:
        return await _go_outside(tx, here, case)
    card = rules.card(case, await visits.last_report(tx, case.id))
    number = await handovers.offer(
        tx, here.me, case, card, here.moment.at, to_team=found.team_id, to_municipality=found.municipality
    )
    kept = await handovers.open_of(tx, case.id)
    assert kept is not None
    if number is None:
        return [said(offered(here, kept), rows=(moving.show(case),))]
    readers = await handovers.readers(tx, number)
    lines = [offered(here, kept)]
    if not readers:
        lines.append(_("Nobody there can be told here. After that day it goes to the region."))
    notice = _notice(here.work, kept)
    return [said(*lines, rows=(show(case),)), *(_to(one, notice, because.offer(number)) for one in readers)]


def offered(here: Scene, offer: Offer) -> Text:
    return _(
        "{case} is offered to {whom}. An answer is due by {day}.",
        case=offer.number,
        whom=_whom(offer),
        day=_answer_by(here.work, offer),
    )


def _whom(offer: Offer) -> Text:
    if offer.to_name:
        return _("team {team}", team=offer.to_name)
    return _("the coordinator of {place}", place=offer.to_municipality)


def _answer_by(work: Work, offer: Offer) -> date:
    return rules.answer_by(work.catalogue, work.calendar, calendar.local_day(offer.offered_at, work.zone))


def _notice(work: Work, offer: Offer, *above: Text) -> View:
    place = f"{offer.number}, {offer.settlement or offer.to_municipality}"
    first = _("{who} offers a case to {whom}: {case}.", who=offer.offerer, whom=_whom(offer), case=place)
    until = _("Please answer by {day}.", day=_answer_by(work, offer))
    number = str(offer.id)
    ways = (Button(_("Accept"), number, "take_over"), Button(_("Send back"), number, "send_back"))
    return View((*above, first, *card_lines(work, offer.card), until), (ways,))


def _to(person_id: int, view: View, *ties: Tie) -> Message:
    return Message(view, replaces=False, to=person_id, because=ties)


async def _go_outside(tx: Tx, here: Scene, case: Case) -> list[Message]:
    """The region's own to send, so it is nobody else's any more."""
    step = rules.outside(here.work.catalogue, here.work.calendar, case, here.moment.today)
    assert step is not None
    await handovers.withdraw(tx, case.id, here.me.id, here.moment.at)
    cause = Cause(HANDOVER, None, here.me.id)
    await cases.give(tx, case, step, cause, here.moment.at, team_id=None, municipality="", detail=OUTSIDE)
    notice = _("{who} hands over a case that goes to another region: {case}.", who=here.me.name, case=named(case))
    how = _(
        "Nothing leaves this bot: send the printed form by letter to the regional department there, "
        "then close the case."
    )
    region = [one for one in await duty.region(tx) if one.id != here.me.id]
    told = [_to(one.id, View((notice, how), (show(case),))) for one in region]
    left = await moving.to_leaders(tx, here, case.team_id, [notice])
    done = _("{case} is the regional coordinator's now.", case=case.number)
    return [said(done, *((how,) if here.me.role == REGIONAL else ())), *told, *left]


async def withdraw(tx: Tx, here: Scene, case_id: int) -> list[Message]:
    """The offer of a case is taken back, by whoever may make one."""
    case = await cases.get(tx, here.me, case_id) if moving.may_move(here.me) else None
    if case is None:
        return [said(moving.NOT_THERE)]
    offer = await handovers.withdraw(tx, case.id, here.me.id, here.moment.at)
    if offer is None:
        return [said(_("{case} is offered to nobody now.", case=case.number))]
    return [said(_("{case} stays where it is; the offer is withdrawn.", case=case.number), rows=(show(case),))]


async def accept(tx: Tx, here: Scene, number: int) -> list[Message]:
    """The case is the other side's from here on, unless something has happened to it since they read the card."""
    offer = await _open(tx, here, number)
    if isinstance(offer, Message):
        return [offer]
    case = await cases.handed_over(tx, offer.id)
    step = rules.accepted(here.work.catalogue, here.work.calendar, case, offer.to_team, here.moment.today)
    if step is None:
        return [said(_closed(offer))]
    if offer.card.version != case.version:
        return [await _changed(tx, here, offer, case)]
    await handovers.end(tx, offer, ACCEPTED, here.me.id, here.moment.at)
    await cases.give(
        tx, case, step, Cause(HANDOVER, offer.id, here.me.id), here.moment.at,
        team_id=offer.to_team, municipality=offer.to_municipality,
    )  # fmt: skip
    return await _accepted(tx, here, offer, case)


async def _open(tx: Tx, here: Scene, number: int) -> Offer | Message:
    """The offer as long as it waits; what is said of one that has ended."""
    offer = await handovers.get(tx, here.me, number)
    if offer is None:
        return said(NO_OFFER)
    if offer.state == OPEN:
        return offer
    who = offer.answerer or "—"
    if offer.state == ACCEPTED:
        return said(_("{case} has been accepted already, by {who}.", case=offer.number, who=who))
    if offer.state == SENT_BACK:
        return said(_("{case} has been sent back already, by {who}.", case=offer.number, who=who))
    if moving.closed(here, await cases.handed_over(tx, offer.id)):
        return said(_closed(offer))
    return said(_("{case} is no longer offered: {who} has decided otherwise.", case=offer.number, who=who))


def _closed(offer: Offer) -> Text:
    return _("{case} was closed meanwhile, so there is nothing to take over.", case=offer.number)


async def _changed(tx: Tx, here: Scene, offer: Offer, case: Case) -> Message:
    """The card anew, to be read before it is accepted."""
    card = rules.card(case, await visits.last_report(tx, case.id))
    await handovers.rewrite(tx, offer, card)
    view = _notice(here.work, replace(offer, card=card), _("Something has happened to it since. It stands so now:"), "")
    return Message(view.with_row(MENU), replaces=False)


async def _accepted(tx: Tx, here: Scene, offer: Offer, case: Case) -> list[Message]:
    done = _("{case} is with {whom} now.", case=offer.number, whom=_whom(offer))
    taken = _("{who} has accepted {case} for {whom}.", who=here.me.name, case=named(case), whom=_whom(offer))
    new = await moving.to_leaders(tx, here, offer.to_team, [taken], show(case))
    known = [here.me.id, *moving.readers(new)]
    offerer = [] if offer.offered_by in known else [_to(offer.offered_by, View((taken,), ((MENU,),)))]
    old = await moving.to_leaders(tx, here, offer.from_team, [taken], but=[*known, offer.offered_by])
    return [said(done, rows=(show(case),)), *new, *offerer, *old]


@dataclass(frozen=True)
class Returned:
    handover_id: int
    reason: str = ""


async def send_back(talk: Talk, here: Scene) -> Returned:
    number = int(talk.given["handover"])
    offered_ = await talk.look("offer", handovers.get, here.me, number)
    if offered_ is None or offered_.state != OPEN:
        return Returned(number)
    said_ = _("Why does it go back? Up to 200 characters, without names of children.")
    return Returned(number, await talk.ask("reason", said_, Sentence(LONGEST_REASON, optional=False)))


async def keep_returned(tx: Tx, here: Scene, returned: Returned) -> list[Message]:
    offer = await _open(tx, here, returned.handover_id)
    if isinstance(offer, Message):
        return [offer]
    await handovers.end(tx, offer, SENT_BACK, here.me.id, here.moment.at, returned.reason)
    back = _("{who} sends {case} back: “{reason}”", who=here.me.name, case=offer.number, reason=returned.reason)
    stays = _("It stays where it is.")
    told = _to(offer.offered_by, View((back, stays), ((showing(offer.number, str(offer.case_id)),),)))
    return [said(_("{case} goes back to {who}.", case=offer.number, who=offer.offerer)), told]


async def late(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """What nobody has answered in time is told to the region: each offer once, all of them in one message a reader."""
    overdue = [one for one in await handovers.waiting_everywhere(tx) if today > _answer_by(work, one)]
    region = await duty.region(tx) if overdue else []
    told = []
    for reader in region:
        new = [one for one in overdue if await claims.claim(tx, f"handover {one.id}", reader.id, "late", now, {})]
        if new:
            told.append(Message(_late(new).view(), replaces=False, to=reader.id, listing=_late(new)))
    return told


def _late(overdue: Sequence[Offer]) -> Listing:
    title = counted(
        "{count} offered case has had no answer in time:", "{count} offered cases have had no answer in time:",
        len(overdue),
    )  # fmt: skip
    items = [
        Item(
            _("• {case}: {who} to {whom}", case=one.number, who=one.offerer, whom=_whom(one)),
            (answer_button(one),),
            (because.offer(one.id),),
        )
        for one in overdue
    ]
    return Listing((Part(title, tuple(items), LISTED),))


def answer_button(offer: Offer) -> Button:
    return Button(_("Answer: {case}", case=offer.number), str(offer.id), "offered")


async def shown(tx: Tx, here: Scene, number: int) -> list[Message]:
    """An offer with its ways, for whoever may answer."""
    offer = await _open(tx, here, number)
    if isinstance(offer, Message):
        return [offer]
    return [Message(_notice(here.work, offer).with_row(MENU), replaces=False)]
