"""The figures of a run as a table and as a drawing."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

from bench.workers.measured import LOADS, Figures

Played = tuple[float | None, int]
"""Of a core for each worker (None: as much as it can have), and how many workers."""


def _counts(figures: Mapping[Played, Figures], share: float | None) -> list[int]:
    return [count for played, count in figures if played == share]


def table(figures: Mapping[Played, Figures]) -> None:
    heads = ("workers", "of a core", "reports/s", "ratio", "least", "worker ms", "server ms", "players ms")
    print("".join(head.rjust(11) for head in heads))
    for (share, count), of in figures.items():
        alone = figures[share, _counts(figures, share)[0]].per_second
        rate, *parts = (statistics.mean(x) for x in (of.per_second, of.worker_ms, of.server_ms, of.ours_ms))
        ratios = [mine / one for mine, one in zip(of.per_second, alone, strict=True)]
        ratio, least = statistics.mean(ratios), min(ratios)
        print(f"{count:>11}{share or 'all':>11}{rate:>11.1f}{ratio:>11.2f}{least:>11.2f}", end="")
        print("".join(f"{part:>11.1f}" for part in parts))
    print("\ntap to answer, 95th percentile (ms), by messages a second")
    print(f"{'workers':>11}" + "".join(f"{load:>9}" for load in LOADS))
    for count in _counts(figures, None):
        p95 = figures[None, count].p95_ms
        print(f"{count:>11}" + "".join(f"{statistics.mean(p95[load]):>9.1f}" for load in LOADS))


def draw(figures: Mapping[Played, Figures], path: Path) -> None:
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(9, 3.6), layout="constrained")
    fast, soon = drawn.subplots(1, 2)
    for share in dict.fromkeys(share for share, _count in figures):
        counts = _counts(figures, share)
        name = f"{share} of a core each" if share else "as much as they can have"
        rates = [statistics.mean(figures[share, count].per_second) for count in counts]
        [line] = fast.plot(counts, rates, "o-", label=name)
        alike = [rates[0] * count / counts[0] for count in counts]
        fast.plot(counts, alike, ":", color=line.get_color(), label="if each added as much")
    fast.set(title="Reports per second", xlabel="workers", xticks=_counts(figures, None), ylim=(0, None))
    for count in _counts(figures, None):
        p95 = [statistics.mean(figures[None, count].p95_ms[load]) for load in LOADS]
        soon.plot(LOADS, p95, "o-", label=f"{count} worker" + "s" * (count > 1))
    soon.set(title="Tap to answer, 95th percentile (ms)", xlabel="messages a second", ylim=(0, None))
    for axes in (fast, soon):
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    drawn.savefig(path, dpi=110)
