"""A notice is kept as text and says the same when it is read again, in its reader's language."""

from __future__ import annotations

from datetime import date

import pytest

from casework import catalogue
from handlers.engine import written
from handlers.engine.listing import Item, Listing, Part
from handlers.engine.scene import Message, Sheet
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Within, Words, _, counted
from storage.because import Tie

DAY = date(2026, 11, 24)
BOOK = catalogue.load()
GONE = Tie("due", "1", "visit 2026-11-24")


def listing() -> Listing:
    why = Joined([_("Due: {day}", day=DAY), Within(BOOK.late["L50"])], " · ")
    items = (
        Item(why, (Button(_("Menu"), "1", "menu"),), (GONE,)),
        Item("БЯ-002", (Button("БЯ-002", "2", "card"),), (Tie("due", "2", "x"),), "Бяла"),
        Item("БЯ-003", (Button("БЯ-003", "3", "card"),), (Tie("due", "3", "x"),), "Бяла"),
    )
    title = counted("{count} overdue case waits for you:", "{count} overdue cases wait for you:", 3)
    above = (Item(_("Taken back."), because=(GONE,)),)
    return Listing((Part(title, items, 3, columns=1, below=("…",)),), above, ways=((Button("x", "", "menu"),),))


def said(message: Message, language: str) -> list[str]:
    words = Words(language, DAY)
    rows = [f"[{words.say(button.label)}|{button.key}.{button.value}]" for row in message.view.rows for button in row]
    return [*(words.say(line) for line in message.view.lines), *rows]


@pytest.mark.parametrize("language", ["bg", "en"])
def test_it_says_the_same_when_it_is_read_again(language: str) -> None:
    plain = Message(View(("a", _("Menu")), ((Button(_("Menu"), "", "menu"),),)), to=3, urgent=True, because=(GONE,))
    listed = Message(listing().view(), to=3, can_wait=True, listing=listing())
    for told in (plain, listed, Message(View(()), to=3, joined=(plain, listed))):
        read = written.read(written.write(told, language))
        assert said(read, language) == (said(told, language) if not told.joined else [])
        assert (read.ties, read.to, read.urgent, read.can_wait) == (told.ties, 3, told.urgent, told.can_wait)
        assert [said(one, language) for one in read.joined] == [said(one, language) for one in told.joined]
        assert written.write(read, language) == written.write(told, language)


def test_what_is_left_out_is_counted_anew() -> None:
    left = listing().without(frozenset({GONE}))
    assert left is not None
    assert [Words("en", DAY).say(line) for line in left.view().lines] == [
        "2 overdue cases wait for you:", "• Бяла: БЯ-002, БЯ-003", "…",
    ]  # fmt: skip
    assert listing().without(listing().because) is None


def test_a_file_is_not_kept() -> None:
    with pytest.raises(TypeError):
        written.write(Message(View(()), attachment=Sheet("x", (), ())), "bg")


def test_what_is_only_marked_says_whose_it_is_and_nothing_else() -> None:
    plain = written.write(Message(View(("a",)), to=3), "bg")
    assert [written.whose(kept) for kept in (plain, written.mark(3))] == [3, 3]
    assert written.read_whole(written.mark(3)) is None
    read = written.read_whole(plain)
    assert read is not None
    assert read.view.lines == ("a",)


def test_a_button_keeps_what_it_reads_among_others_also_from_an_earlier_release() -> None:
    told = Message(View((), ((Button(_("Menu"), "1", "menu", among=_("Due: {day}", day=DAY)),),)))
    assert written.read(written.write(told, "bg")).view == told.view
    earlier = '{"view": {"lines": ["a"], "rows": [[["Menu", "1", "menu", 0]]]}, "because": []}'
    assert written.read(earlier).view.rows == ((Button("Menu", "1", "menu"),),)
