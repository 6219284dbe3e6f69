"""Charts, drawn by matplotlib in a process that ends: its seventy megabytes never stay in the bot."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from io import BytesIO


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
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, min(9.3, 2.2 + 0.55 * len(labels))), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    drawn = axes.barh(range(len(labels)), values, color="#2a6f97", height=0.62)
    axes.bar_label(drawn, padding=4, fontsize=13)
    axes.set_yticks(range(len(labels)), labels, fontsize=13)
    axes.set_title(title, fontsize=15, loc="left", pad=12)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.12)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(_draw(**json.load(sys.stdin)))
