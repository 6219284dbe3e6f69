"""What every button, command and flow is given when somebody names with it what is out of their reach.

What a newcomer gets wrong: this is no list of what is allowed. A button that is missing here fails the tests by its
name, and what stands in braces is filled with the number of something that its sender may not know of.
"""

from __future__ import annotations

from string import Formatter

CASE = ("{case}",)
NOTHING = ("", "0")
AT = "{case}.1.o.."
SAID = ("{case}.2026-11-24.2026-11-26", "{case}.2026-11-24.2026-11-26.L20", "{case}")

BUTTONS: dict[str, tuple[str, ...]] = {
    "report": CASE, "fix": ("{visit}",), "resume": ("{draft}",), "go_on": ("{draft}",),
    "drafts": NOTHING, "last": NOTHING, "help": NOTHING, "menu": NOTHING,
    "cases": ("", "0", "6"), "card": CASE, "name": CASE, "saw": CASE, "lead": CASE,
    "find": NOTHING, "lists": NOTHING, "list": ("Q10.0", "Q20.0", "Q30.0", "Q40.0", "Q50.0", "Q60.0"),
    "list_card": ("{case}.Q10.0",), "list_table": ("Q10.0",), "list_tell": ("Q10.0",), "list_hush": ("Q10.0",),
    "know": ("2026-11-24",), "unknow": ("2026-11-24",), "alert": CASE, "later": SAID, "later_on": SAID,
    "unlater": SAID, "mute": SAID, "unmute": SAID,
    "late": ("{case}.1", "{case}.1.L20"), "postpone": ("{case}.1.L20",),
    "move": CASE, "give": CASE, "take_away": CASE, "split": ("{team}", "0"), "hand_over": CASE, "decide": CASE,
    "send_back": ("{handover}",), "put_back": ("{split}",), "take_over": ("{handover}",), "offered": ("{handover}",),
    "keep_it": CASE,
    "teams": NOTHING, "team": ("{team}",), "person": ("{person}",),
    "staff": (
        "add.{team}", "join.{person}", "move.{person}", "leave.{person}", "lead.{person}", "follow.{person}",
        "release.{person}",
    ),
    "away": ("{person}",), "here_again": ("{absence}",), "settings": NOTHING, "about_me": NOTHING, "connect": NOTHING,
    "language": NOTHING, "hour": NOTHING, "notices": NOTHING, "search": NOTHING, "day": NOTHING, "plan": NOTHING,
    "open_hours": NOTHING, "own_days": NOTHING, "zone": NOTHING, "pause": NOTHING, "end_pause": NOTHING,
    "digest_now": NOTHING,
    "ask": NOTHING, "question": ("{question}",), "questions": NOTHING, "take": ("{question}",),
    "answer": ("{question}",), "answer_too": ("{held}",), "helped": ("{answer}",), "publish": ("{answer}",),
    "help_more": ("1.2.3",), "withdraw": ("{advice}",),
    "announce": NOTHING, "announce_new": NOTHING, "announced": ("{announcement}",), "read": ("{announcement}",),
    "remind": ("{announcement}",),
    "waiting": NOTHING, "referral": ("{referral}", "{check}"), "accept": ("{referral}", "{check}"),
    "reply": ("{referral}", "{check}"), "not_ours": ("{referral}", "{check}"), "why_not": ("{referral}",),
    "checks": ("", "2026-11-24_0"), "check": ("{check}.C10.card", "{check}.C20.", "{referral}.C10."),
    "check_others": ("", "2026-11-24_0"), "check_not": ("{check}.", "{referral}.2026-11-24_0"),
    "table": NOTHING, "season": ("", "2025-10-01"), "charts": NOTHING,
    "chart": ("progress", "outcomes", "teams", "overdue"), "form": ("{visit}",),
    "forms": ("2026-11-24.all", "2026-11-24.{team}"), "sheet": ("2026-11-24.all", "2026-11-24.{team}"),
    "link": ("{person}",), "unreached": NOTHING, "outage": ("{outage}",),
    "aside": NOTHING, "retry": ("{aside}",), "again": ("{aside}",),
    "desk": ("d..", "o..", "m..", "a..", "t{team}..", "n..", "a999.."), "desk_case": (AT,),
    "desk_whole": (AT,), "desk_people": ("t{team}..",), "desk_person": ("{person}.t{team}..",),
    "desk_give": (AT,), "desk_ask": (AT,), "desk_off": (AT,), "desk_up": (AT,), "desk_decide": (AT,),
    "inquired": ("{inquiry}",), "import": ("{file}",), "unimport": ("{file}",),
}  # fmt: skip
"""By key: its values, as they stand in the callback data."""

PICKS, CLOSED = "picks", "closed"
FLOWS: dict[str, str] = {
    "visit": PICKS, "find": PICKS, "ask": PICKS, "sort": PICKS, "fix": PICKS,
    **dict.fromkeys(
        (
            "join", "language", "hour", "open_hours", "own_days", "zone", "pause", "notices", "day", "answer",
            "publish", "search", "announce", "give", "take_away", "split", "hand_over", "send_back", "decide", "away",
            "plan", "staff", "reply", "why_not", "absent", "inquire", "inquired", "put_off", "pass_up",
        ),
        CLOSED,
    ),
}  # fmt: skip
"""Whether a question of it takes the number of any case; all others take only what they have offered."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "report": ("", "{number}"), "cases": ("", "{number}"), "last": ("",), "drafts": ("",), "settings": ("",),
    "ask": ("",), "menu": ("",), "back": ("",), "cancel": ("",), "help": ("", "{word}"), "language": ("",),
    "hour": ("",), "announce": ("",), "start": ("", "{number}"),
}  # fmt: skip
"""What may stand behind each."""

TYPED = ("{number}", "{number} никой", "{number} обещание 3.12 чака", "{word}", "{word} никой", "{running}")
"""What is typed while nothing is open: a number, a street, a report in one line."""


def names_of(template: str) -> set[str]:
    """What stands in braces."""
    return {name for _text, name, _format, _turn in Formatter().parse(template) if name}
