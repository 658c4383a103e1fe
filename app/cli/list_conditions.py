"""Options that say which cases of the work list are meant, and the search that they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from app.cli.context import CliContext
from app.domain.case_filter import CaseFilter
from app.domain.errors import NotFoundError
from app.domain.work_list.search import Condition, SearchField, checked_condition, search_text
from app.translation import _
from app.usecases.work_list.keep_filter import filter_named

_PARTS = ", ".join(f"“{part}”" for part in CaseFilter)

Shown = Annotated[
    str,
    typer.Option(
        "--shown",
        help=f"A part of the work list ({_PARTS}), or the name of a saved filter of 'naevus filters'.",
    ),
]
Search = Annotated[
    str,
    typer.Option(
        "--search",
        help="Words that must all occur, and conditions as in the work list: 'band:urgent -tag:teaching'.",
    ),
]
Bands = Annotated[
    list[str] | None, typer.Option("--band", help="urgent, soon, routine or none; may be said again.")
]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag, or none; may be said again.")]
Due = Annotated[str | None, typer.Option("--due", help="overdue, or week for those of the next seven days.")]
Assigned = Annotated[
    str | None, typer.Option("--assigned", help="A person, me or nobody: who is to decide the case.")
]
Reader = Annotated[
    str | None, typer.Option("--reader", help="A person, or me: who decided the case or answered a form.")
]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A part of the work list, and a search in it."""

    shown: CaseFilter
    search: str

    @property
    def is_everything(self) -> bool:
        """Say whether the whole work list is asked for."""
        return self.shown is CaseFilter.ALL and not self.search


def asked_for(cli: CliContext, shown: str, search: str) -> AskedFor:
    """Return which cases two options mean; a saved filter stands for its search.

    Raises:
        typer.BadParameter: the name is neither a part of the list nor a saved filter.
    """
    part = next((part for part in CaseFilter if part.value == shown.casefold()), None)
    if part is not None:
        return AskedFor(part, search)
    try:
        kept = filter_named(cli.services, shown)
    except NotFoundError as error:
        said = _("{error} Parts of the work list: {parts}.").format(error=error, parts=_PARTS)
        raise typer.BadParameter(said, param_hint="--shown") from error
    return AskedFor(CaseFilter.ALL, f"{kept.search} {search}".strip())


def search_with(
    search: str,
    *,
    bands: Sequence[str] | None = None,
    tags: Sequence[str] | None = None,
    due: str | None = None,
    assigned: str | None = None,
    reader: str | None = None,
) -> str:
    """Return a search with the conditions that options add.

    Raises:
        InvalidFieldError: a condition cannot have its value.
    """
    values_by_field: dict[SearchField, Sequence[str | None]] = {
        SearchField.BAND: bands or (),
        SearchField.TAG: tags or (),
        SearchField.DUE: (due,),
        SearchField.ASSIGNED: (assigned,),
        SearchField.READER: (reader,),
    }
    conditions = tuple(
        checked_condition(Condition(field, value))
        for field, values in values_by_field.items()
        for value in values
        if value is not None
    )
    return search_text(search, conditions)
