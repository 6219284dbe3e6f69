"""The question with more choices than a phone shows: page after page, each choice on a button of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handlers.engine.kinds import Options, Plain, typed_choice
from handlers.engine.replies import Reply, Tapped
from handlers.engine.talk import Accept, Json, Keep, Moment, Reading, Refuse
from handlers.engine.views import Button, View, in_rows, turns
from handlers.engine.words import Text, _

PAGE = 8


@dataclass(frozen=True)
class OnPages(Plain):
    """One choice. Its partial is where the page begins."""

    options: Options
    columns: int = 1

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        begin, size = self._begin(partial), PAGE * self.columns
        page = list(self.options.items())[begin : begin + size]
        turning = turns("", "p.-" if begin else None, "p.+" if begin + size < len(self.options) else None)
        return View((), in_rows([Button(label, code) for code, label in page], self.columns)).with_row(*turning)

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        turn = {"p.+": 1, "p.-": -1}.get(reply.value) if isinstance(reply, Tapped) else None
        if turn:
            return Keep(self._begin(self._begin(partial) + turn * PAGE * self.columns))
        code = typed_choice(reply, self.options, moment)
        return Accept(code) if code else Refuse(_("Please tap one of the buttons below."))

    def _begin(self, partial: Json) -> int:
        """Of a page that there is, also after a second tap on a turn."""
        size = PAGE * self.columns
        last = max(0, len(self.options) - 1) // size * size
        return min(max(partial or 0, 0), last)

    def accepts(self, value: Json) -> bool:
        return isinstance(value, str) and value in self.options

    def tell(self, value: str) -> Text:
        return self.options[value]
