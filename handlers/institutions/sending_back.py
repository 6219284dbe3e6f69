"""A referral that is not theirs: it goes on to the others there, and when nobody is left, back to whoever asked."""

from __future__ import annotations

from dataclasses import dataclass

from casework import life
from casework.records import ANSWER, REFUSED, Cause, Referral
from handlers.engine.kinds import Sentence
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Text, _
from handlers.institutions.answering import NOT_THERE, hindered, news, said_only
from handlers.institutions.asked import asked_for, asker, audience, notice, of_case, owes
from handlers.institutions.referring import could_wait_for
from handlers.menu import MENU
from storage import cases, people, referrals
from storage.database import Tx

WHY = Sentence(200, optional=False)


async def not_ours(tx: Tx, here: Scene, referral_id: int) -> list[Message]:
    """Goes on to the others there; when nobody is left, back to whoever asked."""
    referral = await referrals.known(tx, here.me, referral_id)
    said = await hindered(tx, here, referral) if referral else NOT_THERE
    if said != "" or referral is None:
        return [said_only(said)]
    before = await audience(tx, here.work.catalogue, referral)
    if here.me.id not in before:
        return [said_only(NOT_THERE)]
    await referrals.refuse(tx, here.me, referral, here.moment.at)
    left = await audience(tx, here.work.catalogue, referral)
    if not left:
        return [_sent_back(referral, ""), *await _refused(tx, here, referral)]
    names = [who.name for one in left if (who := await people.get(tx, one))]
    again = await referrals.for_rules(tx, referral_id)
    # Whoever has the first notice still, needs no second one.
    fresh = [one for one in left if one not in before]
    told = [await notice(tx, here.work, again, one) for one in fresh]
    return [_sent_back(referral, _("It is with {names} now.", names=Joined(names))), *told]


def _sent_back(referral: Referral, more: Text) -> Message:
    said = _("Sent back: {case}.", case=of_case(referral))
    why = Button(_("Say why"), str(referral.id), "why_not")
    return Message(View((said, *((more,) if more != "" else ())), ((why, MENU),)), replaces=False)


async def _refused(tx: Tx, here: Scene, referral: Referral) -> list[Message]:
    """Nobody there is left to ask."""
    work = here.work
    case = await cases.for_rules(tx, referral.case_id)
    others = await could_wait_for(tx, work, case, referral)
    await referrals.end_refused(tx, referral, here.moment.at)
    waited = case.waits_for == referral.id
    step = life.refused(work.catalogue, work.calendar, case, here.moment.today, others) if waited else None
    if step:
        await cases.advance(tx, case, step, Cause(ANSWER, referral.id, here.me.id), here.moment.at)
    case = await cases.for_rules(tx, referral.case_id)
    reader = await asker(tx, referral, case)
    lines = [
        _(
            "{case}: nobody of “{institution}” takes it on.",
            case=of_case(referral),
            institution=work.catalogue.institutions[referral.institution],
        ),
        *[_("“{note}” ({who})", note=reason, who=who) for who, reason in await referrals.reasons(tx, referral.id)],
        _("Asked: {measure}", measure=asked_for(work.catalogue, referral)),
        owes(work.catalogue, case),
    ]
    return [news(tuple(lines), referral, reader.id)] if reader else []


@dataclass(frozen=True)
class Why:
    referral_id: int
    text: str


async def why_not(talk: Talk, here: Scene) -> Why:
    said = _("Why is it not yours? A few words, without names.")
    return Why(int(talk.given["referral"]), await talk.ask("why", said, WHY))


async def keep_why(tx: Tx, here: Scene, why: Why) -> list[Message]:
    """Kept beside the referral; who asked is told at once when it came back to them already."""
    referral = await referrals.known(tx, here.me, why.referral_id)
    if referral is None or not await referrals.say_why(tx, here.me, referral.id, why.text):
        return [said_only(NOT_THERE)]
    noted = said_only(_("Noted, thank you."))
    reader = await asker(tx, referral, await cases.for_rules(tx, referral.case_id))
    if referral.state != REFUSED or reader is None:
        return [noted]
    told = (
        _("{case}: why nobody takes it on.", case=of_case(referral)),
        _("“{note}” ({who})", note=why.text, who=here.me.name),
    )
    return [noted, news(told, referral, reader.id)]
