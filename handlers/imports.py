"""What is wrong with an import file, said so that the line can be mended."""

from __future__ import annotations

from casework.imports import Problem
from handlers.words import Phrase, _

SENTENCES = {
    "empty": _("The file, or its first sheet, is empty. It needs a line of headers and a line for each row."),
    "not_a_table": _("This is neither an xlsx nor a csv file. Save it as xlsx or as csv (UTF-8)."),
    "too_big": _("The file is larger than {value} MB. Split it into smaller ones."),
    "too_many": _("The file has more than {value} lines. Split it into smaller ones."),
    "encoding": _("Line {line} is not UTF-8. Save the file as xlsx or as „CSV UTF-8“."),
    "missing_column": _("Line {line}: there is no column „{column}“. The headers may stand in any order."),
    "blank": _("Line {line}, column „{column}“: it is empty."),
    "formula": _("Line {line}, column „{column}“: it is a formula. Put its value there."),
    "merged": _("Line {line}, column „{column}“: the cells are merged. Unmerge them and fill each one."),
    "group": _("Line {line}, column „{column}“: this is no group. Accepted: необхванат, отпаднал, в риск."),
    "year": _("Line {line}, column „{column}“: this is no year of birth. For example: 2015."),
    "number": _("Line {line}, column „{column}“: it is not a valid personal number. Leave it empty or correct it."),
    "phone": _("Line {line}, column „{column}“: this is no telephone. For example: 0888 123 456."),
    "holds_number": _("Line {line}, column „{column}“: a personal number stands here. Take it out."),
    "too_long": _("Line {line}, column „{column}“: longer than {value} characters."),
    "twice": _("Line {line}, column „{column}“: this team stands on line {value} already."),
    "no_team": _("Line {line}, column „{column}“: there is no such team. Import the teams first."),
    "no_team_given": _(
        "Line {line}, column „{column}“: no team is given. Fill it in, or name one team for all such lines: "
        "in the chat as the text under the file (Б-1), at the keyboard with --team Б-1."
    ),
    "other_team": _("Line {line}, column „{column}“: it is another team. A leader brings cases to the own team."),
    "outside": _("Line {line}, column „{column}“: it is another municipality than yours."),
    "other_municipality": _("Line {line}, column „{column}“: the team belongs to another municipality."),
    "only_coordinators": _("These are teams. Teams are imported by coordinators."),
}


def sentence(problem: Problem) -> Phrase:
    said = SENTENCES[problem.code]
    return _(said.one, line=str(problem.line), column=problem.column, value=problem.value)
