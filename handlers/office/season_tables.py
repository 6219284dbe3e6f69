"""The season report in words: its figures, charts and tables, and how each figure is counted.

What a newcomer gets wrong: the aggregate edition is made here too, cell by cell; nothing that is hidden may reach a
chart, because a bar can be measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from casework import season
from casework.catalogue import Catalogue, Entry
from casework.hiding import Hidden
from casework.season import (
    ADDRESSES,
    ANSWERED,
    ASKED,
    CASES,
    CHECKS,
    ENDED,
    FIRST_VISIT,
    IN_TIME,
    LATE,
    LEFT,
    OF_TEAM,
    OUTCOME,
    OVERDUE,
    PEOPLE,
    REASON,
    RETAINED,
    RETURNED,
    STATUS,
    TEAMS,
    TOO_LATE,
    UNVISITED,
    VISITS,
    WAITING,
    At,
    Reach,
    Season,
)  # fmt: skip
from handlers.engine.scene import Bar, Bars, Cell, Grid, Printed
from handlers.engine.words import Text, Words, _

NONE, NOT_SHOWN = "–", "*"
NAMES: Mapping[str, Text] = {
    TEAMS: _("Teams"),
    PEOPLE: _("People who went"),
    ADDRESSES: _("Addresses visited"),
    VISITS: _("Visits"),
    RETURNED: _("Returned (gross)"),
    RETAINED: _("Retained (net)"),
    LEFT: _("Not retained"),
    FIRST_VISIT: _("Days to the first visit"),
    CASES: _("Cases"),
    UNVISITED: _("Not visited yet"),
    OVERDUE: _("Overdue at the end"),
    ASKED: _("Asked"),
    ANSWERED: _("Answered"),
    IN_TIME: _("In time"),
    TOO_LATE: _("After the deadline"),
    WAITING: _("Still waiting"),
    ENDED: _("Not theirs or withdrawn"),
}
MEANINGS: Mapping[str, Text] = {
    ADDRESSES: _("Cases that were visited, each once in every total: months do not add up."),
    PEOPLE: _("Those named in a report as having gone, each once in every total; teams likewise."),
    RETURNED: _(
        "Children who were enrolled or came back to school in the period, by the day of the first time. What a "
        "correction took back does not count."
    ),
    RETAINED: _(
        "Of those returned, who at the end are observed in school or closed as retained. Who dropped out again is not "
        "among them."
    ),
    FIRST_VISIT: _("The median from the day a case came to the day of its first visit."),
    CASES: _("Those that were open at any time in the period, as they stand at its end, by their municipality now."),
    OVERDUE: _("Cases whose next step was due before the last day of the report."),
    ASKED: _(
        "What institutions were asked in the period. In time is what was answered by its deadline; days are the median "
        "from the question to the answer."
    ),
}
"""How each figure is counted, as it stands at the end of the report and in `docs/glossary.md`."""
WITHHELD = _(
    "A count from 1 to {last} is not shown. Where it could be worked out from the others, some of these are not shown "
    "either (*), and no share that follows from them."
)
WENT = (TEAMS, PEOPLE, ADDRESSES, VISITS)
CAME_BACK = (RETURNED, RETAINED, LEFT)
STANDING = (CASES, UNVISITED, OVERDUE)
REFERRED = (ASKED, ANSWERED, IN_TIME, TOO_LATE, WAITING, ENDED)


def printed(book: Catalogue, words: Words, reach: Reach, counted: Season, *, name: str) -> Printed:
    """The whole report; `name` is that of its file, without the ending."""
    told = _Told(book, words, reach, counted, season.hidden(counted, book.season.least) if reach.aggregate else None)
    return Printed(
        f"{name}.pdf",
        words.language,
        words.say(_("Season report")),
        tuple(words.say(line) for line in told.head()),
        tuple((words.say(label), value) for label, value in told.figures()),
        told.by_month_chart(),
        told.outcomes_chart(),
        told.by_place_chart(),
        tuple(grid for grid in told.tables() if grid.rows),
        words.say(_("How it is counted")),
        tuple((words.say(term), words.say(meaning)) for term, meaning in told.notes()),
        words.say(_("page {n} of {all}", n="{n}", all="{all}")),
    )


@dataclass(frozen=True)
class _Told:
    book: Catalogue
    words: Words
    reach: Reach
    season: Season
    hidden: Hidden[At] | None

    def head(self) -> Iterator[Text]:
        period = self.season.period
        yield _("{first} – {last}", first=_day(period.first), last=_day(period.last))
        yield self.reach.municipality or _("The whole region")
        if period.ends < period.last:
            yield _("As of {day}", day=_day(period.ends))
        if self.hidden is not None:
            least = str(self.book.season.least)
            yield _("Aggregates: counts under {least} are not shown.", least=least)
        if self.season.empty:
            yield _("Nothing was done in this period: no case, no visit.")

    def figures(self) -> Iterator[tuple[Text, Cell]]:
        if self.season.empty:
            return
        for figure in (*WENT, RETURNED, RETAINED):
            yield NAMES[figure], self.cell(At(figure))
        yield NAMES[FIRST_VISIT], self.middle(At(FIRST_VISIT))
        yield NAMES[OVERDUE], self.cell(At(OVERDUE))

    def cell(self, at: At) -> Cell:
        if self.hidden is not None and at in self.hidden.small:
            return f"<{self.book.season.least}"
        return NOT_SHOWN if self.hidden is not None and at in self.hidden else self.season[at]

    def middle(self, at: At) -> Cell:
        found = self.season.medians.get(at)
        if found is None:
            return NONE
        # Of few it is nearly the days of one child.
        few = self.hidden is not None and found.of < self.book.season.least
        return NOT_SHOWN if few else int(found.days) if found.days == int(found.days) else found.days

    def share(self, part: At, whole: At, *others: At) -> Cell:
        """In percent; not where one of the figures that it follows from is hidden."""
        if self.hidden is not None and any(at in self.hidden for at in (part, whole, *others)):
            return NOT_SHOWN
        return f"{round(100 * self.season[part] / self.season[whole])} %" if self.season[whole] else NONE

    def bar(self, label: str, *ats: At, colour: str = "") -> Bar:
        values = [None if self.hidden is not None and at in self.hidden else self.season[at] for at in ats]
        return Bar(label, tuple(values), tuple(self.cell(at) for at in ats), colour)

    def by_month_chart(self) -> Bars:
        bars = [self.bar(self.month(month), At(VISITS, None, month)) for month in self.season.period.months]
        return Bars(self.words.say(_("Visits by month")), tuple(bars) if self.season[At(VISITS)] else ())

    def outcomes_chart(self) -> Bars:
        bars = [
            self.bar(self.label(self.book.outcomes, code), At(OUTCOME, code=code), colour=self.book.colour(code))
            for code in self.season.codes(OUTCOME, self.book.outcomes)
        ]
        return Bars(self.words.say(_("How the visits ended")), tuple(bars))

    def by_place_chart(self) -> Bars:
        bars = [self.bar(place or NONE, At(RETURNED, place), At(RETAINED, place)) for place in self.season.places]
        legend = self.words.say(NAMES[RETURNED]), self.words.say(NAMES[RETAINED])
        title = self.words.say(_("Returned and retained by municipality"))
        return Bars(title, tuple(bars) if self.season[At(RETURNED)] else (), legend)

    def tables(self) -> Iterator[Grid]:
        if self.season.empty:
            return
        yield self.by_place()
        yield self.by_month()
        outcomes, reasons = self.book.outcomes, self.book.reasons
        yield from self.crossed(_("Outcomes"), OUTCOME, outcomes, whole=VISITS)
        yield from self.crossed(_("Reasons"), REASON, reasons)
        yield self.coded_by_place(_("Why steps were late"), LATE, self.book.late, whole=LATE)
        yield self.institutions()
        yield self.coded_by_place(_("Cases by status at the end"), STATUS, self.book.statuses, whole=CASES)
        if self.hidden is None:
            yield self.teams()
        yield self.by_place_and_month()

    def by_place(self) -> Grid:
        figures = (*WENT, *CAME_BACK, *STANDING)
        header = (_("Municipality"), *(NAMES[one] for one in figures), NAMES[FIRST_VISIT])
        rows = [
            (place or NONE, *(self.cell(At(one, place)) for one in figures), self.middle(At(FIRST_VISIT, place)))
            for place in self.season.places
        ]
        whole = (self.total(), *(self.cell(At(one)) for one in figures), self.middle(At(FIRST_VISIT)))
        return self.grid(_("By municipality"), header, rows, self.only_of_many(whole))

    def by_month(self) -> Grid:
        figures = (*WENT, *CAME_BACK)
        rows = [
            (self.month(month), *(self.cell(At(one, None, month)) for one in figures))
            for month in self.season.period.months
        ]
        whole = (self.total(), *(self.cell(At(one)) for one in figures))
        return self.grid(_("By month"), (_("Month"), *(NAMES[one] for one in figures)), rows, whole)

    def by_place_and_month(self) -> Grid:
        figures = (*WENT, *CAME_BACK)
        rows = [
            (place or NONE, self.month(month), *(self.cell(At(one, place, month)) for one in figures))
            for place in self.season.places
            for month in self.season.period.months
            if any(self.season[At(one, place, month)] for one in figures)
        ]
        header = (_("Municipality"), _("Month"), *(NAMES[one] for one in figures))
        return self.grid(_("By municipality and month"), header, rows if len(self.season.places) > 1 else ())

    def crossed(self, title: Text, figure: str, entries: Mapping[str, Entry], whole: str = "") -> Iterator[Grid]:
        """Once by municipality, once by month."""
        if len(self.season.places) > 1:
            yield self.coded_by_place(title, figure, entries, whole=whole)
        months = self.season.period.months
        ats = [At(figure, None, month) for month in months] + [At(figure)]
        header = [*(self.month(month) for month in months), self.total()]
        yield self.coded(_("{what}, by month", what=title), figure, entries, whole, header, ats)

    def coded_by_place(self, title: Text, figure: str, entries: Mapping[str, Entry], *, whole: str) -> Grid:
        """In all together, and beside it in each municipality where there are several."""
        places = self.season.places if len(self.season.places) > 1 else ()
        title = _("{what}, by municipality", what=title) if places else title
        ats = [At(figure, place) for place in places] + [At(figure)]
        return self.coded(title, figure, entries, whole, [*(one or NONE for one in places), self.total()], ats)

    def coded(
        self, title: Text, figure: str, entries: Mapping[str, Entry], whole: str, header: Sequence[Text],
        ats: Sequence[At],
    ) -> Grid:  # fmt: skip
        """A row for each code that occurs; `ats` are the columns."""
        codes = self.season.codes(figure, entries)
        rows = [(self.label(entries, code), *(self.cell(at._replace(code=code)) for at in ats)) for code in codes]
        total = (self.total(), *(self.cell(at._replace(figure=whole)) for at in ats)) if whole and codes else ()
        colours = tuple(self.book.colour(code) for code in codes) if figure in (OUTCOME, STATUS) else ()
        return self.grid(title, ("", *header), rows, total, colours)

    def institutions(self) -> Grid:
        header = (
            _("Institution"),
            *(NAMES[one] for one in REFERRED),
            _("In time, of those answered"),
            _("Days to the answer"),
        )
        order = (f"{code}{check}" for code in self.book.institutions for check in ("", CHECKS))
        codes = self.season.codes(ASKED, order)
        rows = [(self.institution(code), *self.answers(code)) for code in codes]
        whole = (self.total(), *self.answers(None)) if len(codes) > 1 else ()
        return self.grid(_("How institutions answered"), header, rows, whole)

    def answers(self, code: str | None) -> tuple[Cell, ...]:
        at = At(ANSWERED, code=code)
        in_time, late = at._replace(figure=IN_TIME), at._replace(figure=TOO_LATE)
        figures = (self.cell(at._replace(figure=one)) for one in REFERRED)
        return (*figures, self.share(in_time, at, late), self.middle(at))

    def institution(self, code: str) -> str:
        label = self.label(self.book.institutions, code.removesuffix(CHECKS))
        return self.words.say(_("{who}: attendance", who=label)) if code.endswith(CHECKS) else label

    def teams(self) -> Grid:
        figures = (VISITS, ADDRESSES, PEOPLE)
        held = [at for at in self.season.values if at.figure == OF_TEAM + VISITS]
        rows: list[tuple[Cell, ...]] = [
            (at.code or "", at.place or NONE, *(self.season[at._replace(figure=OF_TEAM + one)] for one in figures))
            for at in sorted(held, key=lambda at: (at.place or "", at.code or ""))
        ]
        return self.grid(_("By team"), (_("Team"), _("Municipality"), *(NAMES[one] for one in figures)), rows)

    def grid(
        self, title: Text, header: Sequence[Text], rows: Sequence[tuple[Cell, ...]], total: tuple[Cell, ...] = (),
        colours: tuple[str, ...] = (),
    ) -> Grid:  # fmt: skip
        said = tuple(self.words.say(one) for one in header)
        return Grid(self.words.say(title), said, (*rows, total) if total else tuple(rows), bool(total), colours)

    def only_of_many(self, total: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return total if len(self.season.places) > 1 else ()

    def total(self) -> str:
        return self.words.say(_("Total"))

    def month(self, month: str) -> str:
        return f"{month[5:]}.{month[:4]}"

    def label(self, entries: Mapping[str, Entry], code: str) -> str:
        return entries[code].label(self.words.language) if code in entries else code

    def notes(self) -> Iterator[tuple[Text, Text]]:
        yield from ((NAMES[figure], meaning) for figure, meaning in MEANINGS.items())
        if self.hidden is not None:
            least = self.book.season.least
            yield f"<{least}, {NOT_SHOWN}", replace(WITHHELD, values={"last": str(least - 1)})


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
