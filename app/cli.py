"""The same use cases without a window; ``naevus --help`` lists them.

Each command calls one use case. ``--json`` prints what it returned. Exit code 1 with one sentence when
something expected went wrong, 2 when the command line is not understood, 130 when the person stopped it.
"""

import json
import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as ProgressBar
from rich.table import Column, Table
from rich.text import Text

from app.domain.case import CaseLine
from app.domain.errors import DomainError, NotFoundError
from app.domain.ids import ImageId
from app.usecases.assess_boundary import assess_boundaries
from app.usecases.cancelling import NeverCancelled
from app.usecases.examine_engines import examine_engines, examine_store
from app.usecases.export_cases import export_cases
from app.usecases.import_images import Refusal, import_images
from app.usecases.list_cases import ORDERS, list_cases
from app.usecases.ports import Progress, Services
from app.usecases.predict_image import predict_image
from app.usecases.triage_folder import triage_folder
from app.usecases.write_report import write_report
from models.contract.card import Task
from models.contract.errors import ContractError, ModelRefusedError
from models.contract.registry import ModelShelf

Result = TypeVar("Result")

RESEARCH_USE = "Research use only, not a medical device. A score is no diagnosis."

_INTERRUPTED = 130
"""The exit code of a command that Ctrl+C ended, by the convention of shells."""

_SHOWN_ID_LETTERS = 8
"""Of an image id in tables; commands take any beginning that only one case has."""

_ROOT = Path(__file__).resolve().parents[1]
_TOKEN = NeverCancelled()


@dataclass
class Desk:
    """What a command works with: services that are opened when they are first needed, and two screens."""

    open_services: Callable[[Path | None], Services]
    data_dir: Path | None = None
    as_json: bool = False
    console: Console = field(default_factory=Console)
    errors: Console = field(default_factory=lambda: Console(stderr=True))
    _services: Services | None = None

    @property
    def services(self) -> Services:
        """Return the services, opened at the first call."""
        if self._services is None:
            self._services = self.open_services(self.data_dir)
        return self._services

    def close(self) -> None:
        """Stop the model server and close the case store."""
        if self._services is not None:
            self._services.predictor.close()
            self._services.store.close()

    def follow(self, job: Generator[Progress, None, Result]) -> Result:
        """Run a job with a progress bar (on a terminal only) and return its result."""
        with ProgressBar(console=self.errors, transient=True, disable=not self.errors.is_terminal) as bar:
            task = bar.add_task("", total=None)
            while True:
                try:
                    step = next(job)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]  # StopIteration is not generic
                bar.update(
                    task, description=escape(seen(step.label)), completed=step.done, total=step.of or None
                )

    def show(self, value: object, table: Table | str) -> None:
        """Print a result: as JSON when asked for, else for people."""
        if self.as_json:
            self.console.print_json(json.dumps(plain(value)))
        else:
            self.console.print(Text(seen(table)) if isinstance(table, str) else table)

    def complain(self, refusals: Sequence[Refusal]) -> None:
        """Print what was refused and why."""
        if not self.as_json:
            for refusal in refusals:
                self.errors.print(
                    seen(f"Not taken: {refusal.path.name}: {refusal.sentence}"), markup=False, soft_wrap=True
                )


_commands = typer.Typer(
    name="naevus",
    help=f"Dermoscopy review workstation. {RESEARCH_USE}",
    no_args_is_help=True,
    # A pretty traceback prints local variables, and those may hold a patient's name.
    pretty_exceptions_enable=False,
)

_Paths = Annotated[list[Path], typer.Argument(help="Image files or folders.")]
_Ids = Annotated[
    list[str] | None, typer.Argument(help="Ids of 'naevus list', or their beginnings; none means all.")
]
_Folder = Annotated[Path, typer.Option("--to", help="Folder to write into.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_WithIdentity = Annotated[
    bool, typer.Option("--with-identity", help="Keep names, numbers and dates; without it they are left out.")
]


def run(arguments: Sequence[str], open_services: Callable[[Path | None], Services]) -> int:
    """Carry out a command line and return the exit code."""
    desk = Desk(open_services)
    try:
        _commands(list(arguments), obj=desk)
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 0
    except (DomainError, ContractError) as error:
        desk.errors.print(str(error), markup=False, soft_wrap=True)
        code = 1
    finally:
        desk.close()
    if code == _INTERRUPTED:
        desk.errors.print("Stopped; what was finished before is kept.")
    return code


@_commands.callback()
def _options(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="Data folder instead of the user's own.")] = None,
) -> None:
    context.obj.data_dir = data_dir


@_commands.command()
def triage(
    context: typer.Context,
    paths: _Paths,
    report: Annotated[Path, typer.Option(help="Folder for reports, table and masks.")],
    with_identity: _WithIdentity = False,
    as_json: _Json = False,
) -> None:
    """Import, segment, score and rank images, and write reports."""
    desk = _desk(context, as_json=as_json)
    done = desk.follow(
        triage_folder(desk.services, paths, report, deidentified=not with_identity, token=_TOKEN)
    )
    desk.complain((*done.refused, *done.not_scored))
    desk.show(done, _table_of(done.lines))
    desk.follow(assess_boundaries(desk.services, [line.image_id for line in done.lines], _TOKEN))
    if not as_json:
        desk.console.print(
            f"{len(done.files)} files were written to {report}; the cases are kept in "
            f"{desk.services.store.folder}. {RESEARCH_USE}",
            markup=False,
            soft_wrap=True,
        )
    if not done.lines:
        raise typer.Exit(1)


@_commands.command("import")
def import_(context: typer.Context, paths: _Paths, as_json: _Json = False) -> None:
    """Take images into the case store without looking at them."""
    desk = _desk(context, as_json=as_json)
    done = desk.follow(import_images(desk.services, paths, token=_TOKEN))
    desk.complain(done.refused)
    desk.show(done, f"Imported: {len(done.imported)}. Refused: {len(done.refused)}.")
    if not done.imported and done.refused:
        raise typer.Exit(1)


@_commands.command()
def predict(context: typer.Context, image_ids: _Ids = None, as_json: _Json = False) -> None:
    """Find the boundary and compute the score of images; without ids, of those that have no score."""
    desk = _desk(context, as_json=as_json)
    wanted = _ids(desk, image_ids) if image_ids else _unscored(desk)
    for image_id in wanted:
        predict_image(desk.services, image_id, _TOKEN)
    with desk.services.reading() as work:
        lines = tuple(work.cases.lines_of(wanted))
    desk.show(lines, _table_of(lines))
    desk.follow(assess_boundaries(desk.services, wanted, _TOKEN))


@_commands.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str, typer.Option(help="Words that must all occur.")] = "",
    order: Annotated[str, typer.Option(help=f"One of: {', '.join(ORDERS)}.")] = "priority",
    descending: Annotated[bool, typer.Option("--descending")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: _Json = False,
) -> None:
    """Show the work list, the most urgent case first."""
    if order not in ORDERS:
        raise typer.BadParameter(f"'{order}' is none of: {', '.join(ORDERS)}.", param_hint="--order")
    desk = _desk(context, as_json=as_json)
    window = list_cases(desk.services, search=search, order=order, descending=descending, limit=limit)
    desk.show(window, _table_of(window.lines))


@_commands.command()
def export(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(help="Name of the format.")],
    folder: _Folder,
    image_ids: _Ids = None,
    with_identity: _WithIdentity = False,
    as_json: _Json = False,
) -> None:
    """Write cases in another format (an unknown name lists the formats)."""
    desk = _desk(context, as_json=as_json)
    files = desk.follow(
        export_cases(
            desk.services,
            _ids(desk, image_ids),
            format_name,
            folder,
            deidentified=not with_identity,
            token=_TOKEN,
        )
    )
    desk.show(files, f"{len(files)} files were written to {folder}.")


@_commands.command()
def report(
    context: typer.Context,
    folder: _Folder,
    image_ids: _Ids = None,
    with_identity: _WithIdentity = False,
    as_json: _Json = False,
) -> None:
    """Write a PDF report for each case."""
    desk = _desk(context, as_json=as_json)
    files = desk.follow(
        write_report(
            desk.services, _ids(desk, image_ids), folder, deidentified=not with_identity, token=_TOKEN
        )
    )
    desk.show(files, f"{len(files)} files were written to {folder}.")


@_commands.command("models")
def list_models(context: typer.Context, as_json: _Json = False) -> None:
    """List the trained models on this machine."""
    desk = _desk(context, as_json=as_json)
    shelf = desk.services.shelf
    active, unusable = _active_models(shelf)
    table = Table("task", "model", "version", "parameters", "active")
    found = []
    for model in shelf.list():
        card = model.card
        is_active = card.reference in active
        _add_row(
            table, card.task, card.name, card.version, f"{card.parameters:,}", "yes" if is_active else ""
        )
        found.append({"folder": str(model.folder), "is_active": is_active, **card.model_dump(mode="json")})
    desk.show(found, table)
    problems = dict.fromkeys((*(sentence for _, sentence in shelf.problems()), *unusable))
    if not as_json:
        for sentence in problems:
            desk.errors.print(seen(sentence), markup=False, soft_wrap=True)


@_commands.command()
def devices(context: typer.Context, as_json: _Json = False) -> None:
    """Run a real inference on every engine of this machine and report."""
    desk = _desk(context, as_json=as_json)
    reports = desk.follow(examine_engines(desk.services))
    table = Table("engine", "provider", "device", "boundary ms", "score ms", "note")
    for found in reports:
        times = (f"{ms:.0f}" if ms is not None else "-" for ms in (found.boundary_ms, found.score_ms))
        _add_row(table, found.engine, found.provider, found.device, *times, found.note)
    desk.show(reports, table)


@_commands.command()
def doctor(context: typer.Context, as_json: _Json = False) -> None:
    """Check the database and every stored file; exit code 1 when something is wrong."""
    desk = _desk(context, as_json=as_json)
    findings = desk.follow(examine_store(desk.services))
    table = Table("", "finding")
    for finding in findings:
        _add_row(table, "problem" if finding.is_problem else "ok", finding.sentence)
    desk.show(findings, table)
    if any(finding.is_problem for finding in findings):
        raise typer.Exit(1)


@_commands.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def train(context: typer.Context) -> None:
    """Train a model in a process of its own; 'naevus train --help' says how."""
    raise typer.Exit(_training_process(context.args))


def _active_models(shelf: ModelShelf) -> tuple[set[str], list[str]]:
    """Return the references of the active models, and why a task has none that can be used."""
    active, unusable = set(), []
    for task in _TASKS:
        try:
            model = shelf.active(task)
        except ModelRefusedError as error:
            unusable.append(str(error))
        else:
            active |= {model.card.reference} if model else set()
    return active, unusable


_TASKS: tuple[Task, ...] = ("segmentation", "classification")


def _training_process(arguments: Sequence[str]) -> int:
    """Run the training program; Ctrl+C reaches it too, and it decides how to stop."""
    is_frozen = bool(getattr(sys, "frozen", False))
    command = [sys.executable, "--training"] if is_frozen else [sys.executable, "-m", "training"]
    search = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen([*command, *arguments], env={**os.environ, "PYTHONPATH": search})
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def _desk(context: typer.Context, *, as_json: bool) -> Desk:
    desk: Desk = context.obj
    desk.as_json = as_json
    return desk


def _ids(desk: Desk, wanted: Sequence[str] | None) -> tuple[ImageId, ...]:
    """Return the images whose ids begin like the wanted ones, or the whole work list when none is named."""
    listed = tuple(line.image_id for line in _all_lines(desk))
    return tuple(_id_like(beginning, listed) for beginning in wanted) if wanted else listed


def _id_like(beginning: str, listed: Sequence[ImageId]) -> ImageId:
    matching = [image_id for image_id in listed if image_id.startswith(beginning.lower())]
    if len(matching) != 1:
        found = "No case" if not matching else "More than one case"
        raise NotFoundError(f"{found} of the work list has an id that begins with “{beginning}”.")
    return matching[0]


def _unscored(desk: Desk) -> tuple[ImageId, ...]:
    return tuple(line.image_id for line in _all_lines(desk) if line.probability is None)


def _all_lines(desk: Desk) -> tuple[CaseLine, ...]:
    with desk.services.reading() as work:
        return tuple(work.cases.case_lines(limit=max(1, work.cases.case_count())))


def _table_of(lines: Sequence[CaseLine]) -> Table:
    table = Table("urgency", "score", "patient", "site", Column("file", overflow="fold"), "status", "id")
    for line in lines:
        _add_row(
            table,
            line.priority.band.label if line.priority else "-",
            f"{100 * line.probability:.0f} %" if line.probability is not None else "-",
            line.patient_code,
            line.site or "-",
            line.file_name,
            line.status,
            line.image_id[:_SHOWN_ID_LETTERS],
        )
    return table


def _add_row(table: Table, *cells: str) -> None:
    """Add a row that shows its cells as they are: brackets in them are no markup."""
    table.add_row(*(Text(seen(cell)) for cell in cells))


def seen(text: str) -> str:
    """Return text that does nothing to the terminal: a replacement sign stands for each control character."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(letter).startswith("C") else letter
        for letter in text
    )


def plain(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Return a value in the types that JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        parts = [plain(part) for part in value]
        return sorted(parts) if isinstance(value, set | frozenset) else parts
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).encode("utf-8", "replace").decode("utf-8") if isinstance(value, Path) else value
