"""What is kept on somebody, shown to them as a workbook with a sheet for each kind of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.engine.scene import Book, Grid, Message, Scene
from handlers.engine.views import Button, View
from handlers.engine.words import Words, _
from handlers.menu import MENU
from storage import audit, kept_on
from storage.database import Tx
from storage.kept_on import Value

FILE = _("what-is-kept")
BUTTON = Button(_("What do you keep on me?"), "", "about_me")


async def told(tx: Tx, here: Scene) -> list[Message]:
    """What it is not, in a message; all that it is in a file below."""
    found = await kept_on.of(tx, here.me.id)
    await audit.note(tx, here.moment.at, here.me.id, "took what is kept on them")
    words = Words(here.moment.language, here.moment.today)
    said = _("Here is all that is kept on you.")
    how = _(
        "What you wrote about children is theirs and is not in it. If something in it is wrong, tell your coordinator."
    )
    book = Book(f"{words.say(FILE)}-{here.me.id}.xlsx", tuple(_grids(found)))
    return [
        Message(View((said, how), ((MENU,),)), replaces=False),
        Message(View(()), replaces=False, attachment=book),
    ]


def _grids(found: Mapping[str, Sequence[Mapping[str, Value]]]) -> list[Grid]:
    return [
        Grid(table, tuple(rows[0]), tuple(tuple("" if v is None else v for v in row.values()) for row in rows))
        for table, rows in found.items()
    ]
