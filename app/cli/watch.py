"""The command that takes images from a folder as they arrive."""

import time
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import TOKEN, CliContext, cli_of
from app.domain.ids import ImageId
from app.translation import _, ngettext
from app.usecases.analysis.analyse import analyse_images
from app.usecases.cases.folder_watch import FolderWatch
from app.usecases.cases.import_images import import_images


def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder into which images are put.")],
    every: Annotated[float, typer.Option(min=0.01, help="Seconds between two looks.")] = 5.0,
    stop_after: Annotated[
        float | None,
        typer.Option("--stop-after", min=0.0, help="End when nothing new has come for so many minutes."),
    ] = None,
    only_import: Annotated[
        bool, typer.Option("--only-import", help="Do not find boundaries and scores of what arrives.")
    ] = False,
) -> None:
    """Import images from a folder as they arrive, once they are there in full, until Ctrl+C."""
    cli = cli_of(context, as_json=False)
    folder_watch, last_news = FolderWatch(folder), time.monotonic()
    cli.remark(_("Watching {folder}; Ctrl+C ends it.").format(folder=folder))
    while stop_after is None or time.monotonic() - last_news <= stop_after * 60:
        if files := folder_watch.settled():
            _take(cli, files, only_import=only_import)
            last_news = time.monotonic()
        time.sleep(every)


def _take(cli: CliContext, files: tuple[Path, ...], *, only_import: bool) -> None:
    done = cli.follow(import_images(cli.services, files, token=TOKEN))
    # What the store has already is no news of a folder that is looked at again and again.
    cli.print_warnings([refusal for refusal in done.refused if refusal.known_as is None])
    cli.print_warnings(done.notices, _("Notice"))
    cli.print_warnings(done.kept_apart, _("Kept apart"))
    if not done.imported:
        return
    if not only_import:
        _analyse(cli, done.imported)
    count = len(done.imported)
    cli.remark(ngettext("{count} image imported.", "{count} images imported.", count).format(count=count))


def _analyse(cli: CliContext, image_ids: tuple[ImageId, ...]) -> None:
    cli.print_warnings(cli.follow(analyse_images(cli.services, image_ids, TOKEN)), _("Not scored"))


def add_watch_command(commands: typer.Typer) -> None:
    """Add ``watch``."""
    commands.command()(watch)
