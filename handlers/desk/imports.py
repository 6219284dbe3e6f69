"""Import files: what is wrong with one, said so that the line can be mended; and one that is sent in a chat.

What a newcomer gets wrong: no name stands in anything said here, because it waits in the outbox in the clear.
"""

from __future__ import annotations

from datetime import date

from casework import placing, privacy
from casework.imports import LARGEST_MB, MEGABYTE, CaseRow, Problem, TeamRow
from casework.placing import Placed, Plan
from casework.records import Case, NextStep, Person
from handlers.caseload.pick import where
from handlers.engine.replies import Filed, Incoming
from handlers.engine.scene import Message, Scene, Sheet, Work
from handlers.engine.views import Button, View
from handlers.engine.words import Phrase, Text, Words, _, counted
from handlers.institutions import checked
from handlers.menu import CASES, MENU
from storage import import_files, teams
from storage.database import Tx
from storage.import_files import SHOWN, ImportFile

FIRST_LINES = 3
REJECTS_LISTED = 5
STRANGE_LISTED = 5
LONGEST_NAME = 60
IMPORT, DISCARD = "import", "unimport"

NOT_FOR_MEMBERS = _("Files with cases are brought by team leaders and coordinators. Send a photo as a photo, please.")
LOST = _("I could not fetch the file. Nothing was imported. Please send it again.")
BROKEN = _("Something went wrong with this file and we are looking at it. Nothing was imported.")
DEALT_WITH = _("This file is already dealt with. Nothing was changed.")

SENTENCES = {
    "empty": _("The file, or its first sheet, is empty. It needs a line of headers and a line for each row."),
    "not_a_table": _("This is neither an xlsx nor a csv file. Save it as xlsx or as csv (UTF-8)."),
    "too_big": _("The file is larger than {value} MB. Split it into smaller ones."),
    "too_many": _("The file has more than {value} lines. Split it into smaller ones."),
    "too_heavy": _("The file is too heavy to be read. Save only its table, as csv (UTF-8)."),
    "encoding": _("Line {line} is not UTF-8. Save the file as xlsx or as „CSV UTF-8“."),
    "missing_column": _("Line {line}: there is no column „{column}“. The headers may stand in any order."),
    "blank": _("Line {line}, column „{column}“: it is empty."),
    "formula": _("Line {line}, column „{column}“: it is a formula. Put its value there."),
    "merged": _("Line {line}, column „{column}“: the cells are merged. Unmerge them and fill each one."),
    "group": _("Line {line}, column „{column}“: this is no group. Accepted: необхванат, отпаднал, в риск."),
    "year": _("Line {line}, column „{column}“: this is no year of birth. For example: 2015."),
    "number": _("Line {line}, column „{column}“: it is not a valid personal number. Leave it empty or correct it."),
    "phone": _("Line {line}, column „{column}“: this is no telephone. For example: 0888 123 456."),
    "amount": _("Line {line}, column „{column}“: this is no number. For example: 12.5."),
    "below_hours": _("Line {line}, column „{column}“: below the threshold of {value} hours."),
    "below_days": _("Line {line}, column „{column}“: below the threshold of {value} days."),
    "holds_number": _("Line {line}, column „{column}“: a personal number stands here. Take it out."),
    "too_long": _("Line {line}, column „{column}“: longer than {value} characters."),
    "twice": _("Line {line}, column „{column}“: this team stands on line {value} already."),
    "no_team": _("Line {line}, column „{column}“: there is no such team. Import the teams first."),
    "no_team_given": _(
        "Line {line}, column „{column}“: no team is given. Fill it in, or name one team for all such lines: "
        "in the chat as the text under the file (Б-1), at the keyboard with --team Б-1."
    ),
    "other_team": _("Line {line}, column „{column}“: it is another team. A leader brings cases to the own team."),
    "outside": _("Line {line}, column „{column}“: it is another municipality than yours."),
    "other_municipality": _("Line {line}, column „{column}“: the team belongs to another municipality."),
    "not_allowed": NOT_FOR_MEMBERS,
    "another": LOST,
    "only_coordinators": _("These are teams. Teams are imported by coordinators."),
}


def sentence(problem: Problem) -> Phrase:
    said = SENTENCES[problem.code]
    return _(said.one, line=str(problem.line), column=problem.column, value=problem.value)


async def received(tx: Tx, here: Scene, incoming: Incoming, filed: Filed) -> Message:
    """Notes where the file is; it is fetched and read when nobody waits for it."""
    reach = placing.reach_of(here.me)
    if reach is None:
        return Message(View((NOT_FOR_MEMBERS,), ((MENU,),)), replaces=False)
    if filed.size_bytes > LARGEST_MB * MEGABYTE:
        return Message(View((sentence(Problem(0, "", "too_big", str(LARGEST_MB))),), ((MENU,),)), replaces=False)
    team = (await teams.by_name(tx)).get(filed.caption.strip().casefold())
    rest = team.name if team and placing.covers(reach, team) else ""
    name = privacy.without_personal_numbers(filed.name)[:LONGEST_NAME] or "—"
    new = ImportFile(0, here.me.id, incoming.channel, incoming.chat, filed.message, filed.file, name, rest)
    await import_files.add(tx, new, here.moment.at)
    lines: list[Text] = [_("I am reading {name}. Nothing is kept before you say so.", name=name)]
    if filed.message:
        lines.append(_("Afterwards I take the file out of this chat, because it may hold names."))
    else:
        lines.append(_("It may hold names: delete it from this chat afterwards, because here I cannot."))
    return Message(View(tuple(lines)), replaces=False)


def proposal(work: Work, me: Person, file: ImportFile, planned: Plan, today: date) -> list[Message]:
    """What was understood, for one tap; and the refused lines as a table when they are many."""
    fresh = planned.new + planned.changed
    rows: tuple[tuple[Button, ...], ...] = ((MENU,),)
    if fresh:
        keep = Button(counted("Import {count} line", "Import {count} lines", fresh), str(file.id), IMPORT)
        rows = ((keep,), (Button(_("Do not import"), str(file.id), DISCARD),))
    nothing = [] if fresh else [_("There is nothing new in it, so nothing was imported.")]
    lines: list[Text] = [_counts(file, planned)]
    parts = (_first_lines(work, planned), _watched(planned), _refused(planned), _strange(planned), nothing)
    for part in parts:
        lines += ["", *part] if part else []
    told = [Message(View(tuple(lines), rows), replaces=False, to=me.id)]
    if len(planned.rejects) > REJECTS_LISTED:
        told.append(Message(View(()), replaces=False, to=me.id, attachment=_rejects(me, file, planned, today)))
    return told


def _counts(file: ImportFile, planned: Plan) -> Text:
    counts = {name: str(value) for name, value in (("new", planned.new), ("changed", planned.changed))}
    counts |= {"name": file.name, "here": str(planned.here), "refused": str(len(planned.rejects))}
    if planned.teams:
        return _("{name}, teams: {new} new, {changed} changed, {here} already here, {refused} refused.", **counts)
    return _("{name}, cases: {new} new, {here} already here, {refused} refused.", **counts)


def _first_lines(work: Work, planned: Plan) -> list[Text]:
    lines = [_case(work, one) for one in planned.cases[:FIRST_LINES]]
    lines += [_team(row) for row in planned.teams[:FIRST_LINES]]
    return [_("As I understand it, names left out:"), *lines] if lines else []


def _watched(planned: Plan) -> list[Text]:
    if planned.teams or not planned.changed:
        return []
    return [
        counted(
            "{count} child of it was enrolled before: its team is told and goes again.",
            "{count} children of it were enrolled before: their teams are told and go again.",
            planned.changed,
        )
    ]


def _refused(planned: Plan) -> list[Text]:
    lines: list[Text] = [sentence(one) for one in planned.rejects[:REJECTS_LISTED]]
    more = len(planned.rejects) - REJECTS_LISTED
    if more <= 0:
        return lines
    return [*lines, counted("and {count} more line, in the table", "and {count} more lines, in the table", more)]


def _team(row: TeamRow) -> Text:
    return _(
        "Line {line}: {team}, {municipality}: {area}",
        line=str(row.line),
        team=row.team,
        municipality=row.municipality,
        area=row.area,
    )


def _case(work: Work, one: Placed) -> Text:
    return _(
        "Line {line}: {group}, {year}, {place} → {team}",
        line=str(one.row.line),
        group=work.catalogue.groups[one.row.group],
        year=str(one.row.birth_year or "—"),
        place=where(one.row.settlement, one.row.address),
        team=one.team.name,
    )


def _strange(planned: Plan) -> list[Text]:
    if not planned.strange:
        return []
    places = ", ".join(f"{place} ({count})" for place, count in planned.strange[:STRANGE_LISTED])
    return [_("In no team's area, perhaps a slip: {places}", places=places)]


def _rejects(me: Person, file: ImportFile, planned: Plan, today: date) -> Sheet:
    words = Words(me.language, today)
    header = tuple(words.say(one) for one in (_("Line"), _("Column"), _("What is wrong")))
    rows = tuple((str(one.line), one.column, words.say(sentence(one))) for one in planned.rejects)
    return Sheet(f"refused-{file.id}.xlsx", header, rows)


async def agree(tx: Tx, here: Scene, file_id: int) -> Message:
    """The tap that lets it be imported; a second one changes nothing."""
    if await import_files.agree(tx, here.me.id, file_id, here.moment.at):
        return Message(View((_("Importing …"),)))
    return Message(View((DEALT_WITH,), ((MENU,),)), replaces=False)


async def discard(tx: Tx, here: Scene, file_id: int) -> Message:
    file = await import_files.get(tx, here.me.id, file_id)
    if file and file.state == SHOWN and await import_files.end(tx, file, here.moment.at):
        return Message(View((_("All right, nothing was imported."),), ((MENU,),)))
    return Message(View((DEALT_WITH,), ((MENU,),)), replaces=False)


def done(file: ImportFile, kept: Plan) -> Message:
    return over(file, _("Imported. {counts}", counts=_counts(file, kept)), ((CASES, MENU),))


def undecided(file: ImportFile) -> Message:
    said = _("{name} waited a day for your tap, so nothing was imported. Send it again when you wish.", name=file.name)
    return over(file, said)


def over(file: ImportFile, why: Text, rows: tuple[tuple[Button, ...], ...] = ((MENU,),)) -> Message:
    """The last word about a file."""
    return Message(View((why,), rows), replaces=False, to=file.person_id)


def at_risk_again(work: Work, case: Case, row: CaseRow, step: NextStep, to: int) -> Message:
    """For those who go to a child that is on the register's sheet again."""
    if row.hours is None:
        missed = _("{count} days without an excuse", count=f"{row.days or 0:g}")
    else:
        missed = _("{count} hours without an excuse", count=f"{row.hours:g}")
    said = _(
        "{case} is in the at-risk list: {missed}.\nNext: {step}. Due: {day}",
        case=case.number,
        missed=missed,
        step=work.catalogue.steps[step.step],
        day=step.due_on or "",
    )
    return checked.to_team(case, said, to)
