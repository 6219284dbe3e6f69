"""What holds in all transcripts together: both languages, no wrong answer advances, no path is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from casework import catalogue
from tests.transcripts import format, promises
from tests.transcripts.format import Step

HERE = Path(__file__).parent
HANDLERS = HERE.parents[1] / "handlers"
GUIDE = HERE.parents[1] / "docs" / "user-guide.md"
FILES = sorted(HERE.glob("*.txt"))
ELSEWHERE = {
    "desk/imports.py",
    "engine/words.py",
    "morning/notices.py",
    "office/alarms.py",
    "office/season_tables.py",
    "people/link.py",
}
"""What these say is played in tests of their own, with files, faults or two messengers."""
ON_VIBER = "on Viber alone; tests/bot/test_viber*.py"
UNSAID = {
    "This case is not with your team now.": "a list older than the case's team; tests/conversations/test_lists.py",
    "This case is not with your team now, so nothing was saved.": "the same",
    "Only coordinators get the table.": "nobody else has the button",
    "The season report is for coordinators.": "nobody else has the button; tests/conversations/test_readers.py",
    "Visits by team, {day}": "in the picture",
    **dict.fromkeys(
        ("the forms of a day", "the table of a day", "asked as “{institution}”"),
        "other looks at a case; tests/conversations/test_who_looked.py",
    ),
    **dict.fromkeys(
        (
            "Somebody has tried {count} wrong codes on {messenger} within an hour. None of them opened anything, and "
            "for an hour I take no more from that account. A colleague who cannot come in needs a new link.",
            "{count} wrong codes have come within an hour from many accounts. None of them opened anything. For an "
            "hour each account may try one invitation, and no second messenger can be linked.",
        ),
        "after five wrong codes; tests/access/test_codes.py",
    ),
    "The charts are for coordinators.": "nobody else has the button; tests/conversations/test_charts.py",
    **dict.fromkeys(
        (
            "{count} case",
            "Visited at least once",
            "Returned to school",
            "this season",
            "the season before",
            "the pace that is needed",
            "{what}, sheet {n} of {all}",
            "overdue: {count}",
            "{day}, in working days",
        ),
        "in the picture",
    ),
    **dict.fromkeys(
        (
            "There are no cases in this season yet, so there is nothing to draw.",
            "There are no teams with cases yet, so there is nothing to draw.",
            "a year ago by this week {visited} % and {returned} %",
            "the season is over",
            "nothing is overdue",
            "others",
            "over {last} days",
            "More teams →",
        ),
        "tests/conversations/test_charts.py",
    ),
    **dict.fromkeys(
        (
            "Planned for today:",
            "last time {who}",
            "{case} (a promise)",
            "{count} other step is due today:",
            "It has been planned meanwhile; nothing was changed.",
            "No visit of yours is due today or on the next working day.",
            "Who goes with whom is planned by those who go to the doors.",
        ),
        "tests/conversations/test_plan.py",
    ),
    **dict.fromkeys(
        ("In brackets: the week before; a year ago", "No visit this week: {teams}"), "tests/bot/test_weekly.py"
    ),
    **dict.fromkeys(
        ("Accept {case}", "Answer about {case}", "Not for us: {case}"),
        "several requests that became one message; tests/conversations/test_two_at_an_institution.py",
    ),
    "Nothing came late.": "an old button of somebody else's report; tests/bot/test_outage.py",
    "Case": "this and the next ones in the spreadsheet",
    "Group": "",
    "Municipality": "",
    "Settlement": "",
    "Team": "",
    "Status": "",
    "Next step": "",
    "Due": "",
    **dict.fromkeys(
        (
            "This question is not in your area, or whoever asked it has left. Nothing was changed.",
            "Somebody answered before you:",
            "Your answer is kept, not sent.",
            "Send mine too",
            "Your question is kept. No coordinator can be reached now; it goes out as soon as one can.",
            "This answer is in the help already. Nothing was changed.",
            "How shall the answer read?",
            "More from the help:",
            "No question waits for an answer.",
        ),
        "tests/bot/test_asking.py",
    ),
    **dict.fromkeys(
        (
            "This announcement is not there for you. Nothing was changed.",
            "Cannot be reached now: {count}",
            "Could not be reached: {count}",
            "They were reminded once already.",
        ),
        "tests/bot/test_announcing.py",
    ),
    **dict.fromkeys(
        (
            "No child waits for your answer.",
            "The school was asked {day}.",
            "asked {day}",
            "{count} more →",
        ),
        "tests/conversations/test_asking_schools.py",
    ),
    **dict.fromkeys(
        (
            "Nobody there can be told here. After that day it goes to the region.",
            "The case was closed already, and stays so. Your report is kept with it.",
            "The offer to hand it over is withdrawn.",
            "The team has no leader who can be told here; please call them.",
            "These cases are no longer with team {team}. Nothing was changed.",
            "This can no longer be put back: only on the same day, and once. Nothing was changed.",
            "This case is closed. Nothing was changed.",
            "This case is not in your area now. Nothing was changed.",
            "This offer is not there for you. Nothing was changed.",
            "{case} has been accepted already, by {who}.",
            "{case} has been sent back already, by {who}.",
            "{case} is offered to nobody now.",
            "{case} was closed meanwhile, so there is nothing to take over.",
            "{count} case had left meanwhile.",
            "{count} request to an institution is withdrawn.",
        ),
        "late taps; tests/conversations/test_giving.py and its neighbours",
    ),
    **dict.fromkeys(
        (
            "There is no other team to choose.",
            "This person is not in your area.",
            "This team is not in your area.",
        ),
        "tests/conversations/test_staff.py",
    ),
    **dict.fromkeys(
        (
            "Only coordinators get the digest.",
            "There is nothing to tell yet.",
            "The next one comes {day} at {hour}.",
            "You have not paused.",
        ),
        "tests/conversations/test_own_hours.py",
    ),
    "Mon": "the days of the week that somebody has chosen; tests/conversations/test_own_hours.py",
    **dict.fromkeys(("Thu", "Fri", "Sat", "Sun"), "the same"),
    "This absence has ended already. Nothing was changed.": "an old button; tests/conversations/test_absences.py",
    "Nothing was changed: {case} is closed already.": "tests/conversations/test_why_late.py",
    "This is not there for you. Nothing was changed.": "tests/conversations/test_institutions.py",
    "“{institution}” has it and answers here until {day}.": "the same; the button is not offered then",
    "One question back": "in the messenger's list of commands",
    "Throw this report away": "the same",
    "Cancel": "a fixed word that may be typed",
    "Link another messenger": "two messengers at once; tests/bot/test_one_person.py",
    "Messenger for notices": "the same",
    "I reach you on: {messengers}": "the same",
    "Notices come to: {messenger}": "the same",
    "Notices will come to: {messenger}": "the same",
    "One photo did not reach me and is not in the report. Please send it again.": ON_VIBER,
    "Start": ON_VIBER,
    "The name of the child is shown once. Your look will be recorded.": ON_VIBER,
    "This page was opened already. Ask for the name again in the chat.": ON_VIBER,
    "Where shall notices come?": "the same",
    "Paid in {month} on {messenger}: {count} message": "the same",
    "Whichever costs nothing": "the same",
    "{name}\nYour look was recorded. This page opens only once.": ON_VIBER,
    **dict.fromkeys(
        (
            "I have no digest of {day} for you.",
            "Nobody above can be told here; please call them. Nothing was changed.",
            "Set aside ({count})",
            "There is no step of a team to put off. Nothing was changed.",
            "They know of it already, so nobody was told again.",
            "This question is not to you, or the case is no longer yours. Nothing was changed.",
            "Whom?",
            "gone elsewhere",
            "today at {time}",
            "{case} has moved on",
            "{count} minute ago",
            "{who} cannot be reached here now.",
            "{who} reported a visit to {case}",
            "{who} told the coordinator of {case}",
            "{who} told the region of {case}",
        ),
        "tests/conversations/test_the_desk.py",
    ),
}
"""Sentences of the conversations that no chat shows, and why."""


def steps_of(name: str, language: str) -> list[Step]:
    return format.read((HERE / f"{name}.{language}.txt").read_text("utf-8"))


def names() -> list[str]:
    return sorted({path.name.split(".")[0] for path in FILES})


def said(language: str) -> str:
    """Everything the bot says in the transcripts of a language."""
    answers = [answer for name in names() for step in steps_of(name, language) for answer in step.answers]
    for golden in sorted(HERE.glob(f"*/*.{language}.diff")):
        # What only another messenger says is said too.
        answers += re.findall(r"^\+(\|.*)", golden.read_text("utf-8"), re.M)
    return "\n\n".join("\n".join(line[2:] for line in answer.split("\n")) for answer in answers)


def outline(steps: list[Step], language: str) -> Iterator[tuple[object, ...]]:
    """What a transcript consists of, whatever its language."""
    for step in steps:
        deed = step.deed(language) if step.is_deed else None
        yield len(step.notes), deed and (deed.who, deed.verb, deed.taken), [shape(answer) for answer in step.answers]


def shape(answer: str) -> tuple[str, list[int]]:
    """To whom a message is said, and how many buttons stand in each of its rows."""
    first, _, _rest = answer.partition("\n")
    _text, rows = format.text_and_rows(answer)
    return first if first.startswith("| → ") else "", [row.count("] [") + 1 for row in rows]


@pytest.mark.parametrize("name", names())
def test_both_languages_have_the_same_steps(name: str) -> None:
    assert list(outline(steps_of(name, "bg"), "bg")) == list(outline(steps_of(name, "en"), "en"))


@pytest.mark.parametrize("name", names())
def test_on_another_messenger_both_languages_differ_alike(name: str) -> None:
    goldens = sorted(HERE.glob(f"*/{name}.bg.diff")), sorted(HERE.glob(f"*/{name}.en.diff"))
    signs = [[[line[:1] for line in path.read_text("utf-8").splitlines()] for path in both] for both in goldens]
    assert signs[0] == signs[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_after_a_wrong_answer_the_same_is_asked_and_it_is_said_what_is_accepted(path: Path) -> None:
    steps = format.read(path.read_text("utf-8"))
    assert promises.not_asked_again(steps, path.stem.rpartition(".")[2]) == []


@pytest.mark.parametrize(("name", "taps"), [("four-taps", 4), ("eight-taps", 8)])
def test_a_report_takes_as_many_taps_as_we_promise_on_every_messenger(name: str, taps: int) -> None:
    deeds = [step.deed("bg") for step in steps_of(name, "bg")]
    assert [deed.verb for deed in deeds] == ["says"] + ["taps"] * taps
    assert deeds[-1].what == "Запази"
    assert list(HERE.glob(f"*/{name}.*.diff")) == []


def chats_of_the_guide() -> list[str]:
    return re.findall(r"```text\n(.*?)```", GUIDE.read_text("utf-8"), re.S)


@pytest.mark.parametrize("chat", chats_of_the_guide(), ids=lambda chat: chat.partition("\n")[0])
def test_every_chat_of_the_user_guide_is_a_piece_of_a_transcript(chat: str) -> None:
    assert any(chat in path.read_text("utf-8") for path in FILES)


def test_the_user_guide_names_a_word_in_each_language_for_every_one_line_report() -> None:
    guide = GUIDE.read_text("utf-8")
    outcomes = [outcome for outcome in catalogue.load().outcomes.values() if outcome.short]
    assert [one.code for one in outcomes if sum(word in guide for word in one.short) < 2] == []


def test_every_outcome_is_reported_and_every_reason_and_measure_shown() -> None:
    book = catalogue.load()
    for language, label in (("bg", "Резултат"), ("en", "Outcome")):
        text = said(language)
        assert [o.code for o in book.outcomes.values() if f"{label}: {o.label(language)}\n" not in text] == []
        for part in (book.reasons, book.measures, book.met, book.addresses):
            assert [entry.code for entry in part.values() if f"{entry.label(language)}]" not in text] == []


def test_every_sentence_of_a_conversation_is_said_in_one() -> None:
    with (HANDLERS / "locale" / "bg" / "LC_MESSAGES" / "obhvat.po").open("rb") as file:
        bulgarian = {first(message.id): message.string for message in read_po(file) if message.id}
    text = said("bg")
    missing = {one for one in sentences() if not any(stands(form, text) for form in forms(bulgarian[one]))}
    assert sorted(missing - set(UNSAID)) == []
    assert set(UNSAID) <= sentences()


def sentences() -> set[str]:
    found = extract_from_dir(HANDLERS, keywords={"_": None, "counted": (1, 2)}, comment_tags=())
    return {first(ids) for file, _line, ids, _comments, _context in found if file not in ELSEWHERE}


def first(ids: str | list[str] | tuple[str, ...]) -> str:
    return ids if isinstance(ids, str) else ids[0]


def forms(string: str | Sequence[str] | None) -> Sequence[str]:
    assert string is not None
    return (string,) if isinstance(string, str) else string


def stands(sentence: str, text: str) -> bool:
    pieces = (re.escape(piece) for piece in re.split(r"\{\w+\}", sentence))
    return re.search(".+".join(pieces), text) is not None
