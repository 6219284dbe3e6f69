"""The menu, the help, my drafts and my last reports: what one sees between two conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from casework.records import INSTITUTION, READERS, Person
from handlers.engine.scene import Message, Scene
from handlers.engine.views import BELOW, Button, View
from handlers.engine.words import Text, _
from storage import aside, journals, visits
from storage.database import Tx

REPORT = Button(_("Report a visit"), "", "report")
CASES = Button(_("My cases"), "0", "cases")
FIND = Button(_("Find a case"), "", "find")
LISTS = Button(_("Lists"), "", "lists")
MENU = Button(_("Menu"), "", "menu")
DAY = Button(_("Forms of a day"), "", "day")
ANNOUNCE = Button(_("Announce to the teams"), "", "announce")
WAITING = Button(_("What waits for us"), "", "waiting")
CHECKS = Button(_("Enrolled children"), "", "checks")
SEASON = Button(_("Season report"), "", "season")
CHARTS = Button(_("Charts"), "", "charts")
CHARTS_BELOW = replace(CHARTS, key=CHARTS.key + BELOW)
SETTINGS_AND_HELP = (Button(_("Settings"), "", "settings"), Button(_("Help"), "", "help"))
END_PAUSE = Button(_("End the pause"), "", "end_pause")
HERE_AGAIN = Button(_("I am back"), "0", "here_again")
TEAMS = Button(_("Teams and people"), "0", "teams")
ASK = Button(_("Ask a coordinator"), "", "ask")

NO_CASE = _("A report without a case")
OLD_BUTTON = _("This button is from something already finished. Nothing was changed.")

COMMANDS = {
    "report": _("Report a visit"),
    "cases": _("My cases"),
    "last": _("My last reports"),
    "drafts": _("My drafts"),
    "settings": _("Settings"),
    "ask": _("Ask a coordinator"),
    "menu": _("Menu"),
    "back": _("One question back"),
    "cancel": _("Throw this report away"),
    "help": _("Help"),
}
"""The commands every messenger lists, with what they do."""

SPOKEN = {**COMMANDS, "back": _("Back"), "cancel": _("Cancel")}
"""The same, typed as words: not every messenger lists commands."""

HELP = _(
    "Write a whole report in one line: 14 nobody. Or: 14 promise 3.12 waits for documents. "
    "Send a photo with the case number under it and the report of that case begins.\n"
    "/menu puts an open report aside, /back goes one question back, /cancel throws the report away."
)
FILES = _("Team leaders and coordinators bring cases by sending an xlsx or csv file here.")


HELP_TO_ANSWER = _(
    "What a team refers to you comes here as a message. Accept it, answer with one tap, or send it back if it is not "
    "yours. What waits for us shows everything without an answer.\n"
    "/menu shows the menu, /settings language and messengers."
)


def menu(me: Person, above: Text = "") -> Message:
    title = _("{name}, what shall we do?", name=me.name.split()[0])
    view = _of_institution(me, title) if me.role == INSTITUTION else _of_reader(title) if me.role in READERS else None
    view = view or _of_team(me, title)
    if me.away_until:
        view = view.under(_("You are away until {day}.", day=me.away_until)).with_row(HERE_AGAIN)
    if me.paused_until:
        view = view.under(paused(me.paused_until)).with_row(END_PAUSE)
    return Message(view.under(above, "") if above != "" else view)


def paused(until: date) -> Text:
    return _("You have paused. I write to you again {day}.", day=until)


def _of_institution(me: Person, title: Text) -> View:
    children = ((CHECKS,),) if me.is_asked_after_children else ()
    return View((title,), ((WAITING,), *children, SETTINGS_AND_HELP))


def _of_reader(title: Text) -> View:
    return View((title,), ((SEASON,), SETTINGS_AND_HELP))


def _of_team(me: Person, title: Text) -> View:
    rows = (
        (REPORT,),
        (CASES, Button(_("My last reports"), "", "last")),
        (Button(_("My drafts"), "", "drafts"), Button(_("Settings"), "", "settings")),
        (DAY, Button(_("Help"), "", "help")),
    )
    waiting = (Button(_("Messages set aside"), "", "aside"),) if me.set_aside else ()
    asked = (Button(_("Questions"), "", "questions"),) if me.asked else ()
    unreached = (unreached_button(me.unreached),) if me.unreached else ()
    return View((title,), (*rows, *_of_leaders(me))).with_row(*asked, *waiting).with_row(*unreached)


def unreached_button(count: int) -> Button:
    """To the people whom no messenger reaches."""
    return Button(_("Cannot be reached: {count}", count=str(count)), "0", "unreached")


def unreached_below(count: int) -> Button:
    """The same under a digest, which stays."""
    return replace(unreached_button(count), key="unreached" + BELOW)


def _of_leaders(me: Person) -> tuple[tuple[Button, ...], ...]:
    if me.coordinates:
        return (TEAMS, ANNOUNCE), (SEASON, CHARTS)
    return ((TEAMS,),) if me.leads else ()


def help_(me: Person) -> Message:
    lines = (HELP_TO_ANSWER,) if me.role == INSTITUTION else (HELP, FILES)
    return Message(View(lines, ((ASK, Button(_("Search the help"), "", "search")), (MENU,))))


async def drafts(tx: Tx, here: Scene) -> Message:
    """And what one sent that could not be handled yet."""
    kept, waiting = await journals.drafts(tx, here.me.id), await aside.count_own(tx, here.me)
    own = ((Button(_("Not taken in yet: {count}", count=str(waiting)), "", "aside"),),) if waiting else ()
    if not kept:
        return Message(View((_("You have no drafts."),), (*own, (REPORT, MENU))))
    rows = tuple((Button(one.title or NO_CASE, one.id, "resume"),) for one in kept)
    return Message(View((_("Tap a draft to go on with it."),), (*rows, *own, (MENU,))))


async def last_reports(tx: Tx, here: Scene) -> Message:
    saved = await visits.last_of(tx, here.me)
    if not saved:
        return Message(View((_("You have no reports yet."),), ((REPORT, MENU),)))
    outcomes = here.work.catalogue.outcomes
    lines = tuple(
        _(
            "№ {number} · {case} · {day} · {outcome}",
            number=str(one.visit.id),
            case=one.number,
            day=one.visit.report.visited_on,
            outcome=outcomes[one.visit.report.outcome],
        )
        for one in saved
    )
    rows = tuple((correct(one.visit.id),) for one in saved)
    return Message(View(lines, (*rows, (MENU,))))


def correct(visit_id: int) -> Button:
    return Button(_("Correct № {number}", number=str(visit_id)), str(visit_id), "fix")


def print_form(visit_id: int) -> Button:
    return Button(_("Form (PDF)"), str(visit_id), "form")
