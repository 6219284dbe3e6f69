"""What somebody of an institution sees here: what waits for them, and nothing of the work of the teams.

What a newcomer gets wrong: they see the case of what they are asked (`visible_to`), so whatever works on a case must be
barred to them here. Only the keys in `THEIRS` are theirs.
"""

from __future__ import annotations

from casework.records import INSTITUTION
from handlers import conversations, menu
from handlers.engine.replies import Reply, Tapped
from handlers.engine.scene import Message, Scene
from handlers.engine.views import BELOW, Button, View, and_more
from handlers.engine.words import _
from handlers.institutions import answering, checked, sending_back
from handlers.institutions.asked import asked_for, shown
from handlers.menu import MENU, WAITING
from storage import referrals
from storage.database import Tx
from storage.journals import Kept

LISTED = 8
KEYS = frozenset({"waiting", "referral", "accept", "reply", "not_ours", "why_not"})
"""The buttons of referrals, which coordinators and teams have too."""
THEIRS = KEYS | {
    "menu", "help", "settings", "language", "notices", "connect", "search", "help_more", "ask", "helped", "read",
    "about_me", "card", "name", "back", "cancel", "away", "here_again", "open_hours", "own_days", "zone",
    "pause", "end_pause", *checked.KEYS,
}  # fmt: skip
"""The buttons and commands somebody of an institution may use."""
NOT_YOURS = _("Visits are reported by the teams. Here you answer what is referred to you.")


def barred(here: Scene, kept: Kept | None, command: str, reply: Reply) -> list[Message]:
    """What somebody of an institution is told who wants what only teams do; empty for everybody else."""
    if here.me.role != INSTITUTION:
        return []
    wanted = command or (reply.key.removesuffix(BELOW) if isinstance(reply, Tapped) and reply.talk == "go" else "")
    if wanted in THEIRS or (not wanted and kept):
        return []
    stale = isinstance(reply, Tapped) and not wanted
    return [menu.menu(here.me, menu.OLD_BUTTON if stale else NOT_YOURS).anew()]


async def tapped(tx: Tx, here: Scene, kept: Kept | None, key: str, number: int) -> list[Message]:
    match key:
        case "waiting":
            return [await listed(tx, here)]
        case "referral":
            return [await _one(tx, here, number)]
        case "accept":
            return [await answering.accept(tx, here, number)]
        case "not_ours":
            return await sending_back.not_ours(tx, here, number)
        case "reply":
            if refused := await answering.taken_elsewhere(tx, here, number):
                return [refused]
    # Begun from a notice, which keeps its buttons.
    return [told.anew() for told in await conversations.begin(tx, here, key, {"referral": number}, kept)]


async def listed(tx: Tx, here: Scene) -> Message:
    """What waits for an answer of this person, the earliest deadline first."""
    waiting = await referrals.waiting(tx, here.me)
    if not waiting:
        return Message(View((_("Nothing waits for your answer."),), ((MENU,),)))
    lines = (_("These wait for your answer. Tap one to read it."), *and_more(len(waiting) - LISTED))
    book = here.work.catalogue
    rows = tuple(
        (Button(_("{case} · {measure}", case=one.number, measure=asked_for(book, one)), str(one.id), "referral"),)
        for one in waiting[:LISTED]
    )
    return Message(View(lines, (*rows, (MENU,))))


async def _one(tx: Tx, here: Scene, number: int) -> Message:
    referral = await referrals.known(tx, here.me, number)
    said = await answering.hindered(tx, here, referral) if referral else answering.NOT_THERE
    if said != "" or referral is None:
        return answering.said_only(said)
    return Message((await shown(tx, here.work, referral, here.me.id)).with_row(WAITING, MENU))
