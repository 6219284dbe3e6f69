"""A child's name on a page of ours: Viber cannot take a message back, so no name is written there.

The page opens once, within ten minutes. Opening it shows a button and nothing else, because messengers open every
address by themselves to draw a preview; the name comes with the tap on it.
"""

from __future__ import annotations

import html
import re

from aiohttp import web

from bot.channels.viber.passes import Passes
from casework import calendar
from casework.records import Person
from handlers.caseload.cases import NAME_OVER, NAME_STAYS, NAME_TITLE, SHOW_NAME, revealed
from handlers.engine.scene import Reveal, Scene, Work
from handlers.engine.talk import Moment
from handlers.engine.words import FIRST_LANGUAGE, LANGUAGES, Text, Words
from storage import claims, people
from storage.database import Database

PATH = "/viber/name"
JOB = "name page"
_WHAT = re.compile(r"([0-9]{1,15})-([0-9]{1,15})-([0-9]{1,15})")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_STYLE = (
    "body{font:1.25rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;"
    "color:#14344c;background:#f4f8fb}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.5rem;"
    "color:#fff;background:#1f5f8b}"
)


class Names:
    def __init__(self, database: Database, work: Work, public_url: str, passes: Passes) -> None:
        self._database = database
        self._work = work
        self._public_url = public_url
        self._passes = passes

    def address(self, reveal: Reveal, once: int) -> str:
        """`once` is the number of the call: made again, it leads to the same single look."""
        what = f"{reveal.person_id}-{reveal.case_id}-{once}"
        return f"{self._public_url}{PATH}/{self._passes.issue(what, NAME_STAYS)}/{what}"

    def routes(self) -> list[web.RouteDef]:
        path = f"{PATH}/{{pass}}/{{what}}"
        return [web.get(path, self.ask), web.post(path, self.show)]

    async def ask(self, request: web.Request) -> web.StreamResponse:
        reveal, _once = self._opened(request)
        async with self._database.reading() as tx:
            words = self._words(await people.get(tx, reveal.person_id))
        button = f'<form method="post"><button>{html.escape(words.say(SHOW_NAME))}</button></form>'
        return _page(words, NAME_TITLE, button)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The look is recorded as that of the person to whom the address was sent."""
        reveal, once = self._opened(request)
        now = self._passes.now()
        async with self._database.transaction() as tx:
            me = await people.get(tx, reveal.person_id)
            words = self._words(me)
            if me is None or not await claims.claim(tx, JOB, me.id, once, now, {}):
                return _page(words, NAME_OVER, "", status=410)
            moment = Moment(now, calendar.local_day(now, self._work.zone), words.language)
            return _page(words, await revealed(tx, Scene(me, self._work, moment), reveal.case_id), "")

    def _opened(self, request: web.Request) -> tuple[Reveal, str]:
        """404 for what is not ours, or no longer."""
        shown, what = request.match_info["pass"], request.match_info["what"]
        parts = _WHAT.fullmatch(what)
        if parts is None or not self._passes.opens(shown, what):
            raise web.HTTPNotFound
        return Reveal(int(parts[1]), int(parts[2])), parts[3]

    def _words(self, reader: Person | None) -> Words:
        language = reader.language if reader and reader.language in LANGUAGES else FIRST_LANGUAGE
        return Words(language, calendar.local_day(self._passes.now(), self._work.zone))


def _page(words: Words, said: Text, below: str, status: int = 200) -> web.Response:
    text = html.escape(words.say(said)).replace("\n", "<br>")
    body = (
        f'<!doctype html><html lang="{words.language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Обхват</title><style>{_STYLE}</style>'
        f"<p>{text}</p>{below}</html>"
    )
    return web.Response(text=body, content_type="text/html", headers=_HEADERS, status=status)
