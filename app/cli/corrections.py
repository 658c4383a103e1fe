"""Commands by which a person says what is right: corrected masks, and decisions."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.cases import only_id
from app.cli.context import TOKEN, Json, cli_of
from app.translation import _
from app.usecases.analysis.analyse import analyse_images
from app.usecases.cases.record_outcome import record_outcome, withdraw_outcome
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.import_corrections import (
    ImplausibleMask,
    MaskChoices,
    MaskUse,
    import_corrections,
)


def correct(
    context: typer.Context,
    masks: Annotated[
        list[Path],
        typer.Argument(
            help="Mask files named as the images; outlines of COCO, labelme, CVAT for images 1.1 or YOLO; "
            "DICOM segmentations of them; or folders."
        ),
    ],
    in_doubt: Annotated[
        ImplausibleMask,
        typer.Option(
            help="What to do with masks that mark nothing, nearly everything, or rather skin than the lesion."
        ),
    ] = ImplausibleMask.REFUSE,
    use: Annotated[
        MaskUse,
        typer.Option(
            "--as",
            help="As corrections that you sign, or unsigned as starting points that are corrected later.",
        ),
    ] = MaskUse.CORRECTION,
    label: Annotated[
        str | None, typer.Option(help="Label of the lesion, where shapes have several labels.")
    ] = None,
    scale: Annotated[
        bool,
        typer.Option("--scale", help="Take masks of another size and the same proportions, too."),
    ] = False,
    instances: Annotated[
        bool,
        typer.Option(
            "--instances",
            help="Take each shape of an image as a lesion of its own; the largest, or the one that the file "
            "names, is measured and scored. Without it all shapes of an image are one lesion.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken, and take nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take masks drawn elsewhere as your signed corrections of stored cases, and score these again."""
    cli = cli_of(context, as_json=as_json)
    choices = MaskChoices(in_doubt=in_doubt, use=use, label=label, scales=scale, separates=instances)
    job = import_corrections(cli.services, masks, token=TOKEN, choices=choices, is_trial=dry_run)
    done = cli.follow(job)
    cli.print_warnings(done.refused)
    cli.print_warnings(done.notices, _("Notice"))
    if dry_run:
        cli.show(
            done,
            _("Would be taken: {count}. Refused: {count_2}.").format(
                count=len(done.taken), count_2=len(done.refused)
            ),
        )
    else:
        cli.print_warnings(cli.follow(analyse_images(cli.services, done.corrected, TOKEN)), _("Not scored"))
        verb = _("Corrected") if use is MaskUse.CORRECTION else _("Taken as starting points")
        cli.show(
            done,
            _("{verb}: {count}. Refused: {count_2}.").format(
                verb=verb, count=len(done.taken), count_2=len(done.refused)
            ),
        )
    if not done.taken:
        raise typer.Exit(1)


def decide(
    context: typer.Context,
    image_id: Annotated[str, typer.Argument(help="Id of 'naevus list', or its beginning.")],
    diagnosis: Annotated[str | None, typer.Option(help="A diagnosis of the vocabulary.")] = None,
    confirmed_by: Annotated[
        str | None, typer.Option(help="How it was confirmed, e.g. histopathology.")
    ] = None,
    management: Annotated[str | None, typer.Option(help="What is to be done.")] = None,
    comment: Annotated[str, typer.Option(help="In your own words.")] = "",
    as_json: Json = False,
) -> None:
    """Record your own diagnosis and management of a case, apart from what the model said."""
    cli = cli_of(context, as_json=as_json)
    chosen = only_id(cli, image_id)
    changes = set_decision(
        cli.services,
        chosen,
        diagnosis=diagnosis,
        diagnosis_confirm_type=confirmed_by,
        management=management,
        comment=comment,
    )
    cli.show(changes, _("The decision on {chosen} is recorded.").format(chosen=chosen[:8]))


def outcome(
    context: typer.Context,
    image_id: Annotated[str, typer.Argument(help="Id of 'naevus list', or its beginning.")],
    diagnosis: Annotated[str | None, typer.Option(help="What was found, of the vocabulary.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="How, e.g. histopathology.")] = None,
    known_on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the finding; empty: today.")
    ] = None,
    note: Annotated[str, typer.Option(help="In your own words.")] = "",
    takes_back: Annotated[
        bool, typer.Option("--take-back", help="Take back an outcome that was entered by mistake.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record what became of a lesion once it is known; the decision stays as it is."""
    cli = cli_of(context, as_json=as_json)
    chosen = only_id(cli, image_id)
    if takes_back:
        changes = withdraw_outcome(cli.services, chosen)
        cli.show(changes, _("The outcome of {chosen} is taken back.").format(chosen=chosen[:8]))
        return
    changes = record_outcome(
        cli.services,
        chosen,
        diagnosis=diagnosis,
        confirm_type=confirmed_by,
        known_on=(known_on or cli.services.clock().astimezone()).date(),
        note=note,
    )
    cli.show(changes, _("The outcome of {chosen} is recorded.").format(chosen=chosen[:8]))


def add_correction_commands(commands: typer.Typer) -> None:
    """Add ``correct``, ``decide`` and ``outcome``."""
    commands.command()(correct)
    commands.command()(decide)
    commands.command()(outcome)
