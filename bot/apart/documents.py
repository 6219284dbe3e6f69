"""Printed pages, typeset by typst in a process that ends, so that a page that cannot be laid out holds up nobody.

What a newcomer gets wrong: what people wrote goes in as data and is never part of a template, so no character of it
means anything there. The same data are the same bytes.
"""

from __future__ import annotations

import sys
from importlib.resources import as_file, files
from typing import Any, Literal

from bot.apart.process import WITHIN, made

Template = Literal["form", "season"]
FORM: Template = "form"
SEASON: Template = "season"


async def pages(template: Template, data: Any, within: float = WITHIN) -> bytes:
    """A PDF of A4 pages: of forms (`casework.form.Form`), one each, or of a report
    (`handlers.engine.scene.Printed`), as plain data. Raises NotMade."""
    return await made(__name__, template, data=data, within=within)


def typeset(template: str, data: str, kind: Literal["pdf", "png"] = "pdf") -> Any:
    """`data` is JSON; one file for `pdf`, for `png` one for each page."""
    import typst

    with as_file(files("bot.apart") / f"{template}.typ") as path:
        # Only the fonts of the library: others differ from machine to machine. Tags would make a page 31 kB instead of
        # 2.4, and these files go to telephones.
        return typst.compile(
            str(path), format=kind, ignore_system_fonts=True, sys_inputs={"data": data}, pdf_tags=False
        )


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.argv[1], sys.stdin.read()))
