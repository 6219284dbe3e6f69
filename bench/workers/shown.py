"""The figures of a run as a table and as a drawing."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.workers.measured import LOADS, Figures
from bench.workers.played import Play


def table(figures: Mapping[Play, Figures], p95: Mapping[int, Sequence[float]]) -> None:
    heads = ("people", "workers", "cores", "reports/s", "of 1 on 1", "least", "of 1 on 2", "least")
    print("".join(head.rjust(11) for head in (*heads, "worker ms", "server ms", "players ms")))
    for play, of in figures.items():
        print("".join(f"{part:>11}" for part in (play.people, play.workers, play.cores)), end="")
        print(f"{statistics.mean(of.per_second):>11.1f}", end="")
        for cores in (1, 2):
            ratios = _compared(of, figures[replace(play, workers=1, cores=cores)])
            print(f"{statistics.mean(ratios):>11.2f}{min(ratios):>11.2f}", end="")
        print("".join(f"{statistics.mean(part):>11.1f}" for part in (of.worker_ms, of.server_ms, of.ours_ms)))
    print("\ntap to answer, 95th percentile (ms), by messages a second")
    print(f"{'workers':>11}" + "".join(f"{load:>9}" for load in LOADS))
    for workers, of_loads in p95.items():
        print(f"{workers:>11}" + "".join(f"{one:>9.1f}" for one in of_loads))


def _compared(of: Figures, alone: Figures) -> list[float]:
    """Round by round."""
    return [mine / one for mine, one in zip(of.per_second, alone.per_second, strict=True)]


def draw(figures: Mapping[Play, Figures], p95: Mapping[int, Sequence[float]], path: Path) -> None:
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(9, 3.6), layout="constrained")
    fast, soon = drawn.subplots(1, 2)
    for people in dict.fromkeys(play.people for play in figures):
        rates = {
            play.workers: statistics.mean(of.per_second)
            for play, of in figures.items()
            if (play.people, play.cores) == (people, 2)
        }
        [line] = fast.plot(list(rates), list(rates.values()), "o-", label=f"{people} people, two cores")
        on_one = statistics.mean(figures[Play(people, 1, 1)].per_second)
        fast.plot([1], [on_one], "s", color=line.get_color(), label=f"{people} people, one core")
    fast.set(title="Reports per second", xlabel="workers", xticks=list(p95), ylim=(0, None))
    for workers, of_loads in p95.items():
        soon.plot(LOADS, of_loads, "o-", label=f"{workers} worker" + "s" * (workers > 1))
    soon.set(title="Tap to answer, 95th percentile (ms)", xlabel="messages a second", ylim=(0, None))
    for axes in (fast, soon):
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    drawn.savefig(path, dpi=110)
