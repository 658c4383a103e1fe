"""Keeps searches of the work list under a name, for everybody who works with this case store."""

from dataclasses import dataclass

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.work_list.saved_filter import SavedFilter, checked_name
from app.domain.work_list.search import parse_search
from app.translation import _
from app.usecases.services import Services
from app.usecases.work_list.assign_cases import known_people


@dataclass(frozen=True, slots=True)
class KnownWords:
    """What values conditions of a search can have in this case store."""

    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    filters: tuple[SavedFilter, ...] = ()


def known_words(services: Services) -> KnownWords:
    """Return what can be typed behind the fields of a search, and the saved filters."""
    with services.store.reading() as work:
        return KnownWords(
            tags=tuple(work.tags.tags()),
            people=known_people(services, work),
            models=tuple(work.tags.models()),
            sites=tuple(sorted(work.tags.used_sites())),
            diagnoses=tuple(sorted(work.tags.diagnoses())),
            filters=tuple(work.tags.filters()),
        )


def kept_filters(services: Services) -> tuple[SavedFilter, ...]:
    """Return the saved filters by their names."""
    with services.store.reading() as work:
        return tuple(work.tags.filters())


def filter_named(services: Services, name: str) -> SavedFilter:
    """Return a saved filter; capital letters do not matter.

    Raises:
        NotFoundError: no filter has this name.
    """
    filters = kept_filters(services)
    for kept in filters:
        if kept.name.casefold() == name.strip().casefold():
            return kept
    names = ", ".join(f"“{kept.name}”" for kept in filters) or _("none")
    raise NotFoundError(
        _("No filter is kept as “{name}”; there are: {names}.").format(name=name, names=names)
    )


def keep_filter(services: Services, name: str, search: str) -> Changes:
    """Keep a search under a name, in place of what was kept under it.

    Raises:
        InvalidFieldError: the name cannot be used, or the search is empty or means nothing.
    """
    checked, text = checked_name(name), " ".join(search.split())
    if not text:
        raise InvalidFieldError("filter_name", _("There is nothing to keep: no filter is set."))
    parse_search(text)
    _append(services, SavedFilter(checked, text, services.user, services.clock()), AuditKind.FILTER_KEPT)
    return Changes(settings=True)


def give_up_filter(services: Services, name: str) -> Changes:
    """Take a saved filter away; that it was there stays in the audit trail.

    Raises:
        NotFoundError: no filter has this name.
    """
    kept = filter_named(services, name)
    _append(services, SavedFilter(kept.name, "", services.user, services.clock()), AuditKind.FILTER_GIVEN_UP)
    return Changes(settings=True)


def _append(services: Services, kept: SavedFilter, kind: AuditKind) -> None:
    with services.store.writing() as work:
        work.tags.add_filter(kept)
        work.audit.append(services.user, kind, kept.name, kept.search)
        work.commit()
