"""The command that files images or lesions elsewhere, and takes that back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from app.cli.cases import lesion_of, only_id
from app.cli.context import CliContext, Json, cli_of
from app.domain.ids import ImageId, LesionId, MoveId
from app.translation import _
from app.usecases.lesions.filing import Moved
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.lesions.move_images import change_visit, move_images, split_off
from app.usecases.lesions.move_lesion import move_lesion
from app.usecases.lesions.undo_move import undo_move


@dataclass(frozen=True, slots=True)
class MovesMade:
    """What ``naevus move`` tells: the moves, by which each can be undone."""

    moves: tuple[MoveId, ...]
    images: tuple[ImageId, ...]
    """Images of the patients concerned, whose scores may follow."""


def move(
    context: typer.Context,
    image_ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of 'naevus list', or their beginnings.")
    ] = None,
    to_lesion: Annotated[
        str | None, typer.Option("--to-lesion", help="Id of a case: the images go to its lesion.")
    ] = None,
    new_lesion: Annotated[
        bool, typer.Option("--new-lesion", help="The images go to a new lesion of their patient.")
    ] = False,
    to_day: Annotated[
        datetime | None,
        typer.Option("--to-day", formats=["%Y-%m-%d"], help="The images go to the visit of this day."),
    ] = None,
    merge_into: Annotated[
        str | None,
        typer.Option("--merge-into", help="Id of a case: the images' whole lesions are one with its lesion."),
    ] = None,
    to_patient: Annotated[
        str | None,
        typer.Option("--to-patient", help="Patient number: the images' whole lesions go to that patient."),
    ] = None,
    undo: Annotated[
        str | None, typer.Option("--undo", help="Take a move back; its id was printed when it was made.")
    ] = None,
    as_json: Json = False,
) -> None:
    """File images or lesions elsewhere, because they were filed wrongly; --undo takes it back."""
    ways = (to_lesion, new_lesion or None, to_day, merge_into, to_patient, undo)
    if sum(way is not None for way in ways) != 1:
        raise typer.BadParameter(_("Say one place to move to, or --undo."))
    if bool(image_ids) is (undo is not None):
        raise typer.BadParameter(_("Name the cases to be moved; --undo takes the id of a move alone."))
    cli = cli_of(context, as_json=as_json)
    wanted = tuple(dict.fromkeys(only_id(cli, beginning) for beginning in image_ids or ()))
    if undo is not None:
        made = [undo_move(cli.services, MoveId(undo))]
    elif to_lesion is not None:
        made = [move_images(cli.services, wanted, lesion_of(cli, to_lesion))]
    elif to_day is not None:
        made = [change_visit(cli.services, wanted, to_day.date())]
    elif merge_into is not None:
        kept = lesion_of(cli, merge_into)
        made = _each_lesion(cli, wanted, lambda lesion: merge_lesions(cli.services, lesion, kept))
    elif to_patient is not None:
        made = _each_lesion(cli, wanted, lambda lesion: move_lesion(cli.services, lesion, to_patient))
    else:
        made = [split_off(cli.services, wanted)]
    _show(cli, made)


def _each_lesion(
    cli: CliContext, image_ids: Sequence[ImageId], verb: Callable[[LesionId], Moved]
) -> list[Moved]:
    lesions = dict.fromkeys(lesion_of(cli, image_id) for image_id in image_ids)
    return [verb(lesion) for lesion in lesions]


def _show(cli: CliContext, made: Sequence[Moved]) -> None:
    moves = tuple(moved.move_id for moved in made)
    images = frozenset[ImageId]().union(*(moved.changes.images for moved in made))
    undoing = "\n".join(
        _("Moved; “naevus move --undo {move_id}” takes it back.").format(move_id=move_id) for move_id in moves
    )
    cli.show(MovesMade(moves, tuple(sorted(images))), undoing)
    cli.remark(_("“naevus predict” computes the scores anew that depend on it."))


def add_move_command(commands: typer.Typer) -> None:
    """Add the command of this module."""
    commands.command()(move)
