"""Commands about who decides cases, tags on them, and saved filters of the work list."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Column, Table

from app.cli.cases import ids_named
from app.cli.context import Json, cli_of
from app.domain.ids import ImageId
from app.domain.work_list.saved_filter import SavedFilter
from app.translation import _, ngettext
from app.usecases.work_list.assign_cases import assign_cases
from app.usecases.work_list.keep_filter import give_up_filter, keep_filter, kept_filters
from app.usecases.work_list.tag_cases import tag_cases
from training.contract.terminal_tables import add_row, no_wrap_column

_CaseIds = Annotated[list[str], typer.Argument(help="Ids of 'naevus list', or their beginnings.")]


def tag(
    context: typer.Context,
    image_ids: _CaseIds,
    added: Annotated[
        list[str] | None, typer.Option("--add", help="A tag to put on; may be said again.")
    ] = None,
    removed: Annotated[
        list[str] | None, typer.Option("--remove", help="A tag to take off; may be said again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put tags on cases, or take them off; both are recorded."""
    if not (added or removed):
        raise typer.BadParameter(_("Say which tag: --add TAG or --remove TAG."))
    cli = cli_of(context, as_json=as_json)
    chosen = ids_named(cli, image_ids)
    changes = tag_cases(cli.services, chosen, added=added or (), removed=removed or ())
    cli.show(sorted(changes.images), _changed_words(changes.images, chosen))


def assign(
    context: typer.Context,
    image_ids: _CaseIds,
    person: Annotated[str, typer.Option("--to", help="Who is to decide the cases; nobody takes it back.")],
    as_json: Json = False,
) -> None:
    """Say who is to decide cases; it is recorded."""
    cli = cli_of(context, as_json=as_json)
    chosen = ids_named(cli, image_ids)
    changes = assign_cases(cli.services, chosen, person)
    cli.show(sorted(changes.images), _changed_words(changes.images, chosen))


def filters(
    context: typer.Context,
    keep: Annotated[
        str | None, typer.Option("--keep", help="Name under which the search is kept, for everybody.")
    ] = None,
    search: Annotated[
        str, typer.Option("--search", help="What is kept: words and conditions, as in the work list.")
    ] = "",
    give_up: Annotated[
        str | None, typer.Option("--give-up", help="Name of a filter that is not needed any more.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the saved filters of the work list; keep one, or give one up."""
    cli = cli_of(context, as_json=as_json)
    if give_up is not None:
        give_up_filter(cli.services, give_up)
    if keep is not None:
        keep_filter(cli.services, keep, search)
    kept = kept_filters(cli.services)
    cli.show(kept, _filter_table(kept) if kept else _("No filter is kept."))


def _changed_words(changed: Sequence[ImageId] | frozenset[ImageId], chosen: Sequence[ImageId]) -> str:
    return ngettext(
        "{changed} of {count} case changed.", "{changed} of {count} cases changed.", len(chosen)
    ).format(changed=len(changed), count=len(chosen))


def _filter_table(kept: Sequence[SavedFilter]) -> Table:
    table = Table(no_wrap_column("name"), Column("search", overflow="fold"), no_wrap_column("kept by"))
    for each in kept:
        add_row(table, each.name, each.search, each.author)
    return table


def add_work_list_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (tag, assign, filters):
        commands.command()(command)
