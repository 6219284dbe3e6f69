"""The charts of a season in words: titles, labels and colours, and the sentence that stands under each.

What a newcomer gets wrong: figures come in, a picture as data goes out; nothing is read and nothing drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from casework import charts as rules
from casework.catalogue import Catalogue
from casework.charts import AGES, OTHERS, Course, Part, TeamWeeks, Week
from casework.season import Period
from handlers.engine.scene import Chart, Panel, Series, Work
from handlers.engine.words import Joined, Labelled, Text, Words, _, beginning, counted

ON_A_SHEET, COLUMNS = 12, 3
"""Teams, and how many of them stand beside each other, on a phone."""
IN_SENTENCE, NAME_IN_SENTENCE = 3, 40
"""So many outcomes, and so many letters of a name."""

PLAIN = "#2a6f97"
"""Of what needs one colour only: visits, this season."""
BEFORE, NEEDED, OF_OTHERS = "#7a8288", "#b3261e", "#c3cad0"
OF_AGES = ("#f0c987", "#e08a3c", "#b8412f", "#5e1a2e")
"""From just late to long late."""


@dataclass(frozen=True)
class Of:
    """Of whom the charts are, of when, and in whose language."""

    work: Work
    words: Words
    place: Text
    period: Period

    @property
    def weeks(self) -> tuple[Week, ...]:
        return rules.weeks(self.period)

    @property
    def begun(self) -> int:
        return rules.begun(self.weeks, self.period.today)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of all its weeks: the days on which they begin."""
        return tuple(f"{week.first:%d.%m}" for week in self.weeks)

    @property
    def until_now(self) -> str:
        return f"{_day(self.period.first)} – {_day(self.period.ends)}"

    def below(self, when: Text) -> str:
        return self.words.say(Joined([self.place, when], " · "))


class Told(NamedTuple):
    """A picture and its sentence."""

    said: Text
    chart: Chart


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


@dataclass(frozen=True)
class _Shares:
    """In percent, by week; empty where nothing is known."""

    visited: tuple[float, ...]
    returned: tuple[float, ...]


def _shares(of: Course, until: int) -> _Shares:
    return _Shares(rules.rising(of.visited, of.cases, until), rules.rising(of.returned, of.cases, until))


def progress(of: Of, now: Course, ago: Course) -> Told:
    """Of this season, which has a case at least, against the one before."""
    done, before = _shares(now, of.begun), _shares(ago, len(of.weeks))
    pace = rules.needed(done.visited, len(of.weeks))
    panels = (
        _share(of, _("Visited at least once"), done.visited, before.visited, pace),
        _share(of, _("Returned to school"), done.returned, before.returned, ()),
    )
    below = of.below(counted("{count} case", "{count} cases", now.cases))
    chart = Chart(of.words.say(_("Progress of the season")), panels, below, unit=" %")
    return Told(_so_far(of, now, done, before), chart)


def _so_far(of: Of, now: Course, done: _Shares, before: _Shares) -> Text:
    visited = sum(now.visited.values())
    return counted(
        "{place}, season {first} – {last}: {visited} of {count} case visited at least once ({seen} %), {returned} "
        "returned to school ({back} %); {before}; {left}.",
        "{place}, season {first} – {last}: {visited} of {count} cases visited at least once ({seen} %), {returned} "
        "returned to school ({back} %); {before}; {left}.",
        now.cases,
        place=of.place,
        first=_day(of.period.first),
        last=_day(of.period.last),
        visited=str(visited),
        seen=f"{done.visited[-1]:.0f}",
        returned=str(sum(now.returned.values())),
        back=f"{done.returned[-1]:.0f}",
        before=_a_year_ago(before, of.begun),
        left=_left(of, now.cases - visited),
    )


def _share(of: Of, title: Text, done: Sequence[float], then: Sequence[float], pace: Sequence[float | None]) -> Panel:
    say = of.words.say
    lines = [Series(say(_("this season")), tuple(done), PLAIN, "solid")]
    if then:
        lines.append(Series(say(_("the season before")), tuple(then), BEFORE, "dashed"))
    if pace:
        lines.append(Series(say(_("the pace that is needed")), tuple(pace), NEEDED, "dotted"))
    return Panel(of.labels, tuple(lines), say(title))


def _a_year_ago(shares: _Shares, begun: int) -> Text:
    if not shares.visited:
        return _("of the season before there are no data")
    visited, returned = (f"{one[begun - 1]:.0f}" for one in (shares.visited, shares.returned))
    return _("a year ago by this week {visited} % and {returned} %", visited=visited, returned=returned)


def _left(of: Of, waiting: int) -> Text:
    days = of.work.calendar.between(of.period.today + timedelta(days=1), of.period.last)
    if days <= 0:
        return _("the season is over")
    left = counted("{count} working day is left", "{count} working days are left", days)
    if not waiting:
        return left
    pace = rules.a_day(waiting, days)
    needed = counted("{count} new case a day reaches the rest", "{count} new cases a day reach the rest", pace)
    return Joined([left, needed])


def outcomes(of: Of, parts: Sequence[Part]) -> Told:
    """By week; there is one at least."""
    named = [_with_count(_named(of.work.catalogue.outcomes, one), one) for one in parts]
    series = outcome_series(of.work.catalogue, of.words, parts)
    chart = Chart(of.words.say(_("Outcomes by week")), (Panel(of.labels[: of.begun], series),), of.below(of.until_now))
    said = counted(
        "{place}, outcomes by week, {when}: {count} visit; most often {most}.",
        "{place}, outcomes by week, {when}: {count} visits; most often {most}.",
        sum(one.total for one in parts),
        place=of.place,
        when=of.until_now,
        most=Joined(named[:IN_SENTENCE]),
    )
    return Told(said, chart)


def outcome_series(book: Catalogue, words: Words, parts: Sequence[Part]) -> tuple[Series, ...]:
    """A colour each, the same as everywhere."""
    named = [words.say(_with_count(_named(book.outcomes, one), one)) for one in parts]
    colours = [OF_OTHERS if one.code == OTHERS else book.colour(one.code) for one in parts]
    return tuple(
        Series(name, _floats(one.counts), colour) for name, one, colour in zip(named, parts, colours, strict=True)
    )


def _named(entries: Mapping[str, Labelled], part: Part) -> Text:
    """A code that is no longer in the catalogue is all that is known of it."""
    return _("others") if part.code == OTHERS else entries.get(part.code, part.code)


def _with_count(label: Text, part: Part) -> Text:
    return Joined([label, f" ({part.total})"], "")


def _floats(counts: Sequence[int]) -> tuple[float, ...]:
    return tuple(map(float, counts))


def sheets(teams: Sequence[TeamWeeks]) -> int:
    """So many pictures the teams take."""
    return -(-len(teams) // ON_A_SHEET)


def sheet(of: Of, teams: Sequence[TeamWeeks], number: int) -> Told:
    """The teams of one picture, on the scale of all; `number` counts from 0."""
    shown = teams[number * ON_A_SHEET :][:ON_A_SHEET]
    title: Text = _("Teams by week")
    if sheets(teams) > 1:
        title = _("{what}, sheet {n} of {all}", what=title, n=str(number + 1), all=str(sheets(teams)))
    highest = max(1, *(count for team in teams for count in team.visits))
    panels = tuple(_team_panel(of, team) for team in shown)
    columns = min(COLUMNS, len(panels))
    chart = Chart(of.words.say(title), panels, of.below(of.until_now), columns=columns, highest=highest)
    return Told(_of_teams(of, shown), chart)


def _team_panel(of: Of, team: TeamWeeks) -> Panel:
    title = Joined([_team(team), _("overdue: {count}", count=str(team.overdue))], "\n")
    visits = Series("", _floats(team.visits), PLAIN)
    return Panel(of.labels[: of.begun], (visits,), of.words.say(title))


def _team(team: TeamWeeks) -> Text:
    return beginning(team.name, NAME_IN_SENTENCE) or _("without a team")


def _of_teams(of: Of, teams: Sequence[TeamWeeks]) -> Text:
    busiest, latest = max(teams, key=lambda team: team.total), max(teams, key=lambda team: team.overdue)
    late: Text = _("nothing is overdue")
    if latest.overdue:
        late = _("most overdue: {team} ({count})", team=_team(latest), count=str(latest.overdue))
    return counted(
        "{place}, visits by week of {count} team, {when}: most visits: {team} ({visits}); {late}.",
        "{place}, visits by week of {count} teams, {when}: most visits: {team} ({visits}); {late}.",
        len(teams),
        place=of.place,
        when=of.until_now,
        team=_team(busiest),
        visits=str(busiest.total),
        late=late,
    )


def overdue(of: Of, parts: Sequence[Part]) -> Told:
    """By step, and in each by age; there is one at least."""
    say, steps = of.words.say, of.work.catalogue.steps
    totals = [sum(counts) for counts in zip(*(part.counts for part in parts), strict=True)]
    told = [Joined([name, str(total)], ": ") for name, total in zip(_ages(), totals, strict=True)]
    labels = tuple(say(_named(steps, part)) for part in parts)
    series = tuple(
        Series(say(name), _floats([part.counts[n] for part in parts]), OF_AGES[n]) for n, name in enumerate(told)
    )
    below = of.below(_("{day}, in working days", day=_day(of.period.today)))
    chart = Chart(say(_("Overdue by age")), (Panel(labels, series),), below, lying=True)
    said = counted(
        "{place}: {count} overdue case, by working days: {ages}; most wait for: {step}.",
        "{place}: {count} overdue cases, by working days: {ages}; most wait for: {step}.",
        sum(totals),
        place=of.place,
        ages=Joined([one for one, total in zip(told, totals, strict=True) if total]),
        step=_with_count(_named(steps, parts[0]), parts[0]),
    )
    return Told(said, chart)


def _ages() -> tuple[Text, ...]:
    ranges = zip((1, *(days + 1 for days in AGES)), AGES, strict=False)
    within = [_("{first}–{last} days", first=str(first), last=str(last)) for first, last in ranges]
    return (*within, _("over {last} days", last=str(AGES[-1])))
