"""A one-time invitation from the command line; every mistake of it is told in one go."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.settings.config import Config, ConfigError
from casework.catalogue import Catalogue
from casework.records import INSTITUTION, LEADER, MEMBER, ROLES, Team
from storage import people, teams
from storage.database import open_database
from storage.people import Invitation


@dataclass(frozen=True)
class Wanted:
    """As it was typed; `municipality` is empty for the whole region."""

    role: str
    team: str = ""
    municipality: str = ""
    name: str = ""
    institution: str = ""


async def invite(read: Config, wanted: Wanted, now: datetime) -> str:
    """The code of an invitation that was kept. Raises ConfigError with what would be accepted."""
    database = await open_database(read.file.database.url)
    try:
        async with database.transaction() as tx:
            known = await teams.by_name(tx)
            if mistakes := list(_mistakes(wanted, known, read.catalogue)):
                raise ConfigError(mistakes)
            code = secrets.token_urlsafe(16)
            await people.invite(tx, code, _invitation(wanted, known), now + people.INVITATION_LASTS)
            return code
    finally:
        await database.close()


def _invitation(wanted: Wanted, known: dict[str, Team]) -> Invitation:
    team = known[wanted.team.casefold()] if wanted.role in (LEADER, MEMBER) else None
    institution = wanted.institution.upper() if wanted.role == INSTITUTION else ""
    places = {one.municipality.casefold(): one.municipality for one in known.values()}
    municipality = places.get(wanted.municipality.casefold(), wanted.municipality)
    return Invitation(wanted.role, team.id if team else None, municipality, wanted.name, institution)


def _mistakes(wanted: Wanted, known: dict[str, Team], book: Catalogue) -> Iterator[str]:
    if wanted.role not in ROLES:
        yield f"{wanted.role!r} is no role. Roles: {', '.join(ROLES)}."
    if wanted.role in (LEADER, MEMBER) and wanted.team.casefold() not in known:
        yield f"--team: there is no team {wanted.team!r}. Teams: {', '.join(team.name for team in known.values())}."
    if wanted.role == INSTITUTION:
        yield from _of_institution(wanted, known, book)


def _of_institution(wanted: Wanted, known: dict[str, Team], book: Catalogue) -> Iterator[str]:
    if wanted.institution.upper() not in book.institutions:
        codes = ", ".join(f"{code} ({one.label('bg')})" for code, one in book.institutions.items())
        yield f"--institution: there is no institution {wanted.institution!r}. Institutions: {codes}."
    places = sorted({team.municipality for team in known.values()})
    if wanted.municipality and wanted.municipality.casefold() not in {place.casefold() for place in places}:
        yield (
            f"--municipality: no team is in {wanted.municipality!r}. Municipalities: {', '.join(places)}; "
            "leave it out for the whole region."
        )
    if wanted.team:
        yield "--team: somebody of an institution is with no team; leave it out."
