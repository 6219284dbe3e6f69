"""Charts, drawn by matplotlib in a process that ends: its seventy megabytes never stay in the bot."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from io import BytesIO

MANY = 14


async def bars(title: str, labels: Sequence[str], values: Sequence[int]) -> bytes:
    """A PNG of 1080 by up to 1400 pixels, the first label on top. Raises ChildProcessError."""
    drawing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.charts", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    wanted = json.dumps({"title": title, "labels": list(labels), "values": list(values)})
    picture, _ = await drawing.communicate(wanted.encode())
    if drawing.returncode:
        raise ChildProcessError(f"the chart was not drawn, exit {drawing.returncode}")
    return picture


def _draw(title: str, labels: list[str], values: list[int]) -> bytes:
    from matplotlib.figure import Figure

    # On a phone it is a third as wide, so the letters must be large; many teams make them smaller again.
    letters = 13 if len(labels) <= MANY else 8
    figure = Figure(figsize=(4.8, min(6.2, 0.7 + 0.36 * len(labels))), dpi=225)
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
    axes = figure.add_subplot()
    drawn = axes.barh(range(len(labels)), values, color="#2a6f97", height=0.62)
    axes.bar_label(drawn, padding=4, fontsize=letters)
    axes.set_yticks(range(len(labels)), labels, fontsize=letters)
    axes.set_title(title, fontsize=13, loc="left", pad=10)
    # The figures stand beside the bars.
    axes.xaxis.set_visible(False)
    axes.margins(x=0.12)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(_draw(**json.load(sys.stdin)))
