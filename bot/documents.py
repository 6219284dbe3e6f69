"""Printed pages, typeset by typst in a process that ends, so that a page that cannot be laid out holds up nobody.

What a newcomer gets wrong: what people wrote goes in as data and is never part of the template, so no character of it
means anything there. The same forms are the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from typing import Any, Literal

WITHIN = 120.0
"""Seconds for one file. A day of the whole oblast, 200 forms, takes 3.4 on an idle core."""


class NotTypeset(Exception):
    """The template does not take these forms, or not in time."""


async def pages(forms: Sequence[Mapping[str, Any]], within: float = WITHIN) -> bytes:
    """A PDF of one A4 page a form (`casework.form.Form` as plain data). Raises NotTypeset."""
    typesetting = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.documents", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(within):
            content, _ = await typesetting.communicate(json.dumps(forms).encode())
    except TimeoutError as late:
        raise NotTypeset(f"the forms were not typeset within {within} s") from late
    finally:
        if typesetting.returncode is None:
            typesetting.kill()
            await typesetting.wait()
    if typesetting.returncode:
        raise NotTypeset(f"the forms were not typeset, exit {typesetting.returncode}")
    return content


def typeset(forms: str, kind: Literal["pdf", "png"] = "pdf") -> Any:
    """`forms` is JSON; one file for `pdf`, for `png` one for each page."""
    import typst

    with as_file(files("bot") / "form.typ") as template:
        # Only the fonts of the library: others differ from machine to machine. Tags would make a page 31 kB instead of
        # 2.4, and these files go to telephones.
        return typst.compile(
            str(template), format=kind, ignore_system_fonts=True, sys_inputs={"forms": forms}, pdf_tags=False
        )


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.read()))
