"""Charts, drawn by matplotlib in a process that ends: its seventy megabytes never stay in the bot.

What a newcomer gets wrong: on a phone a picture is a third as wide as it is made, so a letter under 9 points cannot be
read there; and it lies on any background, so it brings its own. What people wrote is text, whatever is in it.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.apart.process import made

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES, DOTS = 4.8, 225
"""Wide, and to an inch: 1080 pixels, of which a phone shows 360."""
PAPER, INK, FAINT = "#ffffff", "#1f2933", "#d5dade"
LETTERS, SMALL = 12, 9.5
MANY = 14
"""Rows from which on the letters are small."""
TALLEST = 9.0
DASHES: dict[str, tuple[float, tuple[float, ...]]] = {
    "solid": (0, ()),
    "dashed": (0, (4, 2)),
    "dotted": (0, (1, 1.4)),
}
AROUND = 0.14
"""Inches of margin, which also keeps letters from the round corners of a messenger."""
ROOM = INCHES - 2 * AROUND
BESIDE_BARS, BESIDE_SMALL, BESIDE_LARGE, BESIDE_A_NAME = 1.75, 0.3, 0.7, 0.5
"""Inches for the names of lying bars; for the scale of a small and of a large panel; for the sign of a name in the
legend."""

Json = dict[str, Any]


async def drawn(chart: Json) -> bytes:
    """A PNG of 1080 pixels' width of a `handlers.engine.scene.Chart` as plain data. Raises NotMade."""
    return await made(__name__, data=chart)


def draw(chart: Json) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # A dollar sign is one, and every letter of the district is in this font, which comes with the library.
    with rc_context({"text.parse_math": False, "font.family": "DejaVu Sans", "text.color": INK}):
        figure = Figure(figsize=(INCHES, _height(chart)), dpi=DOTS, facecolor=PAPER)
        figure.set_layout_engine("constrained", w_pad=AROUND, h_pad=AROUND, hspace=0.02, wspace=0.02)
        _panels(figure, chart)
        title = [line for text in (chart["title"], chart["below"]) for line in _lines(text, LETTERS, ROOM, at_most=2)]
        figure.suptitle("\n".join(title), x=AROUND / INCHES, ha="left", fontsize=LETTERS, linespacing=1.3)
        _legend(figure, chart)
        file = BytesIO()
        figure.savefig(file, format="png", facecolor=PAPER)
        return file.getvalue()


def _height(chart: Json) -> float:
    """In inches: as much as the rows need, and not more than fits on a screen."""
    around = 1.1 + 0.24 * len(_named(chart))
    rows: int = -(-len(chart["panels"]) // chart["columns"])
    if chart["lying"]:
        labels = sum(len(panel["labels"]) for panel in chart["panels"])
        return min(TALLEST, around + max(2, labels) * (0.42 if labels <= MANY else 0.22))
    if chart["columns"] > 1:
        return around + 1.45 * rows
    return around + (3.4 if rows == 1 else 2.4 * rows)


def _panels(figure: Figure, chart: Json) -> None:
    panels, columns = chart["panels"], chart["columns"]
    every = figure.subplots(-(-len(panels) // columns), columns, squeeze=False).flat
    for panel, axes in zip(panels, every, strict=False):
        axes.set_facecolor(PAPER)
        axes.tick_params(colors=INK, labelsize=SMALL, length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(FAINT)
        if chart["lying"]:
            _lie(axes, panel)
        else:
            _stand(axes, panel, chart)
        room = ROOM / columns - (BESIDE_SMALL if columns > 1 else BESIDE_LARGE)
        name = [part for line in panel["title"].split("\n") for part in _lines(line, SMALL, room)]
        axes.set_title("\n".join(name), fontsize=SMALL, loc="left", color=INK, pad=4)
    for axes in every:
        axes.set_axis_off()


def _lie(axes: Axes, panel: Json) -> None:
    labels = panel["labels"]
    letters = LETTERS - 1 if len(labels) <= MANY else SMALL
    places = range(len(labels))
    left = [0.0] * len(labels)
    for series in panel["series"]:
        values = [value or 0 for value in series["values"]]
        axes.barh(places, values, left=left, color=series["colour"], height=0.64, edgecolor=PAPER)
        left = [before + value for before, value in zip(left, values, strict=True)]
    # The figures stand beside the bars, of whatever those consist.
    whole = axes.barh(places, left, color="none")
    axes.bar_label(whole, [f"{total:g}" for total in left], padding=4, fontsize=letters)
    at_most = 2 if len(labels) <= MANY else 1
    axes.set_yticks(places, ["\n".join(_lines(one, letters, BESIDE_BARS, at_most)) for one in labels], fontsize=letters)
    axes.xaxis.set_visible(False)
    axes.margins(x=0.14)
    axes.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    axes.spines["bottom"].set_visible(False)


def _stand(axes: Axes, panel: Json, chart: Json) -> None:
    lines = [series for series in panel["series"] if series["line"]]
    tops = [0.0] * len(panel["labels"])
    for series in panel["series"]:
        if series not in lines:
            heights = [value or 0 for value in series["values"]]
            axes.bar(range(len(tops)), heights, 0.8, tops, color=series["colour"], edgecolor=PAPER, linewidth=0.4)
            tops = [below + height for below, height in zip(tops, heights, strict=True)]
    top = chart["highest"] or max([1, *tops, *(value or 0 for series in lines for value in series["values"])])
    for series in lines:
        _line(axes, series, chart["unit"], top)
    _upright(axes, chart, top)
    _along(axes, panel["labels"], is_small=chart["columns"] > 1)


def _line(axes: Axes, series: Json, unit: str, top: float) -> None:
    values = [float("nan") if value is None else value for value in series["values"]]
    is_main = series["line"] == "solid"
    axes.plot(
        values, color=series["colour"], linestyle=DASHES[series["line"]], linewidth=2.6 if is_main else 1.8,
        zorder=3 if is_main else 2,
    )  # fmt: skip
    if is_main and values:
        end = len(values) - 1, values[-1]
        # Under the line, where nothing else goes, but never on the labels.
        place = (4, 5) if values[-1] < top / 5 else (4, -15)
        axes.plot(*end, "o", color=series["colour"], markersize=6, zorder=3)
        axes.annotate(
            f"{values[-1]:.0f}{unit}", end, place, textcoords="offset points", fontsize=LETTERS - 1,
            fontweight="bold", color=INK, zorder=4, bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )  # fmt: skip


def _upright(axes: Axes, chart: Json, top: float) -> None:
    """The scale of the values."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    marks = 3 if chart["columns"] > 1 else 5
    axes.yaxis.set_major_locator(MaxNLocator(marks, steps=[1, 2, 2.5, 5, 10], min_n_ticks=1, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}" + chart["unit"]))
    axes.set_ylim(0, top * 1.08)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _along(axes: Axes, labels: list[str], *, is_small: bool) -> None:
    """The labels, as many as can be read side by side."""
    # One week alone is a column, not a wall.
    axes.set_xlim(-0.7, max(len(labels), 3 if is_small else 6) - 0.3)
    shown = _spread(len(labels), 2 if is_small else 5)
    axes.set_xticks(shown, [labels[place] for place in shown])
    # Else the first one touches the nought of the other scale.
    axes.tick_params(axis="x", pad=7)


def _spread(count: int, at_most: int) -> list[int]:
    """Places from the first to the last one, about equally far from each other."""
    if count <= at_most:
        return list(range(count))
    return [round(n * (count - 1) / (at_most - 1)) for n in range(at_most)]


def _named(chart: Json) -> dict[str, Json]:
    """The series that stand in the legend, each name once; the bar on top of the others stands on top there too."""
    series = [one for panel in chart["panels"] for one in panel["series"] if one["name"]]
    bars = [one for one in series if not one["line"]]
    ordered = bars if chart["lying"] else bars[::-1]
    return {one["name"]: one for one in [*ordered, *(one for one in series if one["line"])]}


def _legend(figure: Figure, chart: Json) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    named = _named(chart)
    if not named:
        return
    signs = [
        Line2D([], [], color=one["colour"], linestyle=DASHES[one["line"]], linewidth=2.4)
        if one["line"]
        else Patch(facecolor=one["colour"])
        for one in named.values()
    ]
    legend = figure.legend(signs, [""] * len(signs), loc="outside lower left", frameon=False, fontsize=LETTERS - 1.5)
    # Only now: in a legend a name that begins with an underscore would be left out.
    for text, name in zip(legend.get_texts(), named, strict=True):
        text.set_text("".join(_lines(name, LETTERS - 1.5, ROOM - BESIDE_A_NAME)))


def _lines(text: str, size: float, inches: float, at_most: int = 1) -> list[str]:
    """Broken between words where it can be; what does not fit into so many lines ends in an ellipsis."""
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < at_most - 1 and _inches(rest, size) > inches:
        fits = _letters(rest, size, inches)
        end = rest.rfind(" ", 0, fits + 1)
        found.append(rest[: end if end > 0 else fits])
        rest = rest[len(found[-1]) :].lstrip()
    if rest and _inches(rest, size) > inches:
        rest = f"{rest[: _letters(rest, size, inches - _inches('…', size))].rstrip()}…"
    return [*found, rest] if rest else found


def _letters(text: str, size: float, inches: float) -> int:
    """So many of them fit, one at least."""
    return max(1, bisect_right(range(len(text) + 1), inches, key=lambda count: _inches(text[:count], size)) - 1)


def _inches(text: str, size: float) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _height, _below = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)
    return float(width) / 72


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(json.load(sys.stdin)))
